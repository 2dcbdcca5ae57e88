"""The numbered devices of the kiosk's pharmacy, virtual."""

from __future__ import annotations

from django.utils import timezone

from toubib.directory.enums import Device
from toubib.directory.models import Place
from toubib.kiosk.operations import put_unit
from toubib.kiosk.tests.factories import BY


def devices() -> None:
    place, now = Place.objects.get(name="Borne de la pharmacie"), timezone.now()
    for number, kind in enumerate((Device.BLOOD_PRESSURE, Device.OXIMETER), start=1):
        put_unit(place=place, number=number, kind=kind, serial=f"VIRT-{number}", virtual=True, by=BY, now=now)
