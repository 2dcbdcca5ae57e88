"""Machines, their sessions, their devices, and the post beside them."""

from toubib.kiosk.models.counter import CabinCheck, Voucher
from toubib.kiosk.models.devices import DeviceUnit
from toubib.kiosk.models.machine import EnrolmentCode, Machine, MachineState
from toubib.kiosk.models.session import KioskSession

__all__ = [
    "CabinCheck",
    "DeviceUnit",
    "EnrolmentCode",
    "KioskSession",
    "Machine",
    "MachineState",
    "Voucher",
]
