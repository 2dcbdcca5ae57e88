"""Machines and their sessions."""

from toubib.kiosk.models.devices import DeviceUnit
from toubib.kiosk.models.machine import EnrolmentCode, Machine, MachineState
from toubib.kiosk.models.session import KioskSession

__all__ = ["DeviceUnit", "EnrolmentCode", "KioskSession", "Machine", "MachineState"]
