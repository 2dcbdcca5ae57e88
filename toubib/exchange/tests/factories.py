"""Letters about invented people, with a real PDF/A-1 made once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from toubib.directory.tests.factories import make_rpps
from toubib.documents.contents import (
    Content,
    Header,
    Identity,
    Letterhead,
    MedecinTraitant,
    Prescriber,
    Report,
    kind_of,
)
from toubib.documents.headers import identity_of
from toubib.documents.kept import keep
from toubib.documents.models import Document
from toubib.documents.rendering import render
from toubib.exchange.codes import ACTS, TELECONSULTATION_REPORT, facility, specialty_of, value_set
from toubib.exchange.letter import Letter, Person, Professional, Recipient, Structure, Subject
from toubib.ground.actors import Actor
from toubib.ground.files import store_file
from toubib.ground.ids import new_id
from toubib.people.models import Account
from toubib.people.tests.factories import Cast, make_cast
from toubib.record.enums import ConsentScope, EncounterState
from toubib.record.models import Consent, Encounter
from toubib.record.tests.factories import doctor, make_encounter

STARTED = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
ENDED = datetime(2026, 11, 20, 9, 17, tzinfo=UTC)
SIGNED = datetime(2026, 11, 20, 9, 20, tzinfo=UTC)
INS_TEST = ("288031210212383", "1.2.250.1.213.1.4.10")
DOMAINS = ("*.mssante.test",)
ADDRESS = "marc.lenoir@medecins.mssante.test"

HEADER = Header(
    document_id=UUID("01935a00-0000-7000-8000-000000000001"),
    code="7KQ4-M2WD-9X3T-HB6P",
    issued_at=SIGNED,
    encounter_id=UUID("01935a00-0000-7000-8000-0000000000e1"),
    act_at=STARTED,
    act_end=ENDED,
    identity=Identity(
        "Morel", ("Jeanne", "Marie"), date(1988, 3, 4), "F", birth_place_code="12102", local_id="P-1"
    ),
    prescriber=Prescriber(
        "Salomé",
        "Vasseur",
        "Dre",
        make_rpps(1),
        "Médecin",
        "Médecine générale",
        "SM54",
        "Cabinet d’essai",
        ("3 rue de l’Essai", "12000 Rodez"),
        "mot de passe et second facteur",
        phone="05 65 00 00 00",
    ),
    letterhead=Letterhead(
        "Toubib, démonstration", ("1 place Inventée", "12000 Rodez"), "05 65 00 00 01", demo=True
    ),
    medecin_traitant=MedecinTraitant("Dr Marc Lenoir", make_rpps(2)),
)
REPORT = Report(
    reason="Mal de gorge depuis deux jours", findings="38,4 °C", assessment="Angine", decision="Résolue"
)


@cache
def pdf_a1() -> bytes:
    made = render(header=HEADER, content=REPORT).pdf_a1
    assert made is not None
    return made


def make_subject(**over: Any) -> Subject:
    known = Subject(
        local_id="P-1",
        birth_name="Morel",
        first_names=("Jeanne", "Marie"),
        sex="F",
        birth_date=date(1988, 3, 4),
        birth_place="12102",
    )
    return replace(known, **over)


def make_qualified(**over: Any) -> Subject:
    return make_subject(ins=INS_TEST[0], ins_oid=INS_TEST[1], **over)


def make_letter(**over: Any) -> Letter:
    author = Professional(
        rpps=make_rpps(1),
        person=Person("Vasseur", "Salomé", "MME", "DR"),
        specialty=specialty_of("general_practice"),
        structure=Structure("1999999999", "Cabinet d’essai", ("3 rue de l’Essai", "12000 Rodez")),
        address=("3 rue de l’Essai", "12000 Rodez"),
        phone="05 65 00 00 00",
    )
    known = Letter(
        delivery_id=UUID("01935a00-0000-7000-8000-0000000000d1"),
        document_id=HEADER.document_id,
        set_id=HEADER.document_id,
        version=1,
        replaces=None,
        arc="2.999.1",
        title="Compte rendu de téléconsultation",
        kind=TELECONSULTATION_REPORT,
        created_at=SIGNED,
        prepared_at=SIGNED,
        subject=make_subject(),
        author=author,
        custodian=Structure(
            "1999999999", "Toubib, démonstration", ("1 place Inventée", "12000 Rodez"), "05 65 00 00 01"
        ),
        recipient=Recipient(make_rpps(2), "Lenoir", "Marc", ADDRESS),
        act=ACTS["TCG"],
        facility=facility("SA64"),
        setting=value_set("J04")["AMBULATOIRE"],
        encounter_id=HEADER.encounter_id,
        encounter_kind=value_set("J142")["VR"],
        started_at=STARTED,
        ended_at=ENDED,
        pdf=pdf_a1(),
        sender="toubib@demo.mssante.test",
        product="TOUBIB-DEMO",
    )
    return replace(known, **over)


@dataclass(frozen=True)
class Scene:
    """A signed encounter of Jeanne with Dre Vasseur, its report, and her médecin traitant Dr Lenoir."""

    cast: Cast
    encounter: Encounter
    report: Document
    by: Actor


def make_scene(*, agreed: bool | None = True, settings: Any, **over: Any) -> Scene:
    """`agreed`: what Jeanne said of the sending, None: nothing; `over`: of the report's header."""
    set_up(settings)
    cast = make_cast()
    encounter = make_encounter(
        cast.jeanne_patient,
        cast.vasseur,
        EncounterState.SIGNED,
        started_at=STARTED,
        ended_at=ENDED,
        signed_at=SIGNED,
    )
    if agreed is not None:
        say_sending(encounter, cast.jeanne, agreed)
    lenoir = cast.lenoir.practitioner
    over.setdefault("medecin_traitant", MedecinTraitant(lenoir.full_name, lenoir.rpps))
    return Scene(cast, encounter, make_report(encounter, **over), doctor(cast.vasseur))


def set_up(settings: Any) -> None:
    """An operator of the demo's own; the relay is named by the test."""
    settings.DEMO, settings.OID_ARC, settings.STRUCTURE_NUMBER = True, "2.999.1", "1999999999"
    settings.MSSANTE_DIRECTORY, settings.MSSANTE_GATEWAY = "demo", "demo"
    settings.MSSANTE_DOMAINS, settings.MSSANTE_NIL = ["*.mssante.test"], "TOUBIB-DEMO"
    settings.MSSANTE_FROM = "toubib@demo.mssante.test"


def say_sending(encounter: Encounter, account: Account, given: bool, at: datetime = STARTED) -> Consent:
    return Consent.objects.create(
        patient_id=encounter.patient_id,
        encounter=encounter,
        scope=ConsentScope.SEND_TO_MT,
        given=given,
        said_at=at,
        said_by=account.id,
    )


def make_report(
    encounter: Encounter, *, content: Content = REPORT, replaces: Document | None = None, **over: Any
) -> Document:
    """An issued document with a real PDF/A-1, without the time that a seal takes."""
    document_id = over.pop("document_id", None) or new_id()
    header = replace(
        HEADER,
        document_id=document_id,
        code=f"7KQ4-M2WD-9X3T-{document_id.hex[-4:].upper()}",
        encounter_id=encounter.id,
        identity=identity_of(patient=encounter.patient),
        prescriber=replace(HEADER.prescriber, rpps=encounter.practitioner.rpps),
        **over,
    )
    is_report = isinstance(content, Report)
    return Document.objects.create(
        id=document_id,
        encounter=encounter,
        patient=encounter.patient,
        kind=kind_of(content),
        code=header.code,
        issued_at=header.issued_at,
        said=keep(header=header, content=content),
        file=store_file(content=b"%PDF", media_type="application/pdf", now=SIGNED),
        sha256=document_id.hex * 2,
        archive=store_file(content=pdf_a1(), media_type="application/pdf", now=SIGNED) if is_report else None,
        replaces=replaces,
    )
