"""A visit carried to each of its states through the operations, for the tests of the patient's pages.

visit = Journey.begin()          # Jeanne in line, Dre Vasseur not yet on duty
visit.take(); visit.open(); visit.end(); visit.sign()
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from toubib.consultation.models import Room
from toubib.consultation.operations import end_room, open_room, sign_room
from toubib.people.models import Account, Patient
from toubib.people.tests.factories import sign_in
from toubib.record.enums import Attestation
from toubib.record.models import Encounter
from toubib.record.operations import save_note
from toubib.waiting.models import Offer, Ticket
from toubib.waiting.operations import dispatch_all, take_offer
from toubib.waiting.tests.factories import Scene, doctor_actor, make_scene, put_in_line, put_on_duty


@dataclass
class Journey:
    scene: Scene
    ticket: Ticket
    now: datetime

    @classmethod
    def begin(cls, *, account: Account | None = None, patient: Patient | None = None, **over: Any) -> Journey:
        scene, now = make_scene(), timezone.now()
        who, whom = account or scene.cast.jeanne, patient or scene.cast.jeanne_patient
        return cls(scene, put_in_line(scene, now=now, account=who, patient=whom, **over), now)

    @classmethod
    def for_child(cls, **over: Any) -> Journey:
        """Jeanne asks for Léo."""
        scene, now = make_scene(), timezone.now()
        cast = scene.cast
        ticket = put_in_line(scene, now=now, account=cast.jeanne, patient=cast.leo, patient_age=6, **over)
        return cls(scene, ticket, now)

    @property
    def doctor(self) -> Any:
        return self.scene.cast.vasseur

    @property
    def encounter(self) -> Encounter:
        return Encounter.objects.get()

    @property
    def room(self) -> Room:
        return Room.objects.get()

    def client(self, account: Account | None = None) -> Client:
        client = Client()
        sign_in(client, account or self.ticket.account)
        return client

    def take(self) -> Journey:
        put_on_duty(self.scene, self.doctor, now=self.now)
        dispatch_all(now=self.now)
        take_offer(offer_id=Offer.objects.get().id, by=doctor_actor(self.doctor), now=self.now)
        self.ticket.refresh_from_db()
        return self

    def open(self) -> Journey:
        open_room(room_id=self.take().room.id, by=doctor_actor(self.doctor), now=self.now)
        return self

    def end(self) -> Journey:
        end_room(room_id=self.open().room.id, by=doctor_actor(self.doctor), now=self.now)
        return self

    def sign(self) -> Journey:
        self.end()
        save_note(
            encounter_id=self.encounter.id,
            reason="Toux depuis deux jours",
            findings="Gorge rouge",
            conclusion="Angine probable",
            advice="Boire, se reposer",
            base=0,
            by=doctor_actor(self.doctor),
            now=self.now,
        )
        sign_room(
            room_id=self.room.id, attestation=Attestation.VIDEO, by=doctor_actor(self.doctor), now=self.now
        )
        return self

    def state(self) -> str:
        return str(Ticket.objects.get(pk=self.ticket.pk).state)
