"""From an issued report to the letter that carries it: the document says everything but the recipient's address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from toubib.documents.contents import Header, Identity, MedecinTraitant, Prescriber
from toubib.documents.models import Document
from toubib.documents.queries import archive_of, header_of
from toubib.exchange.addresses import Mailbox
from toubib.exchange.codes import (
    AMBULATORY,
    TELECONSULTATION_REPORT,
    VIRTUAL,
    Coded,
    act_of,
    facility,
    specialty_of,
    value_set,
)
from toubib.exchange.enums import DeliveryState
from toubib.exchange.letter import Letter, Person, Professional, Recipient, Structure, Subject
from toubib.exchange.models import Delivery

TITLE = "Compte rendu de téléconsultation"
CIVILITIES = {"Dr": ("M", "DR"), "Dre": ("MME", "DR"), "M.": ("M", ""), "Mme": ("MME", "")}


@dataclass(frozen=True, slots=True)
class Operator:
    """What the settings say of who sends: arc of identifiers, structure, its type, address, product."""

    arc: str
    structure: str
    facility: str
    sender: str
    product: str


def current_operator() -> Operator:
    return Operator(
        settings.OID_ARC,
        settings.STRUCTURE_NUMBER,
        settings.FACILITY_TYPE,
        settings.MSSANTE_FROM,
        settings.MSSANTE_NIL,
    )


class NotSetUp(Exception):
    """A setting that the letter needs is missing or wrong; str() is its name in short."""


def medecin_traitant_of(document: Document) -> MedecinTraitant | None:
    return header_of(document=document).medecin_traitant


def letter_of(delivery: Delivery, box: Mailbox) -> Letter:
    """The same letter at every attempt: it depends on the document and the delivery alone. Raises NotSetUp."""
    document = delivery.document
    pdf = archive_of(document=document)
    if pdf is None:
        raise NotSetUp("pdf_a1")
    return build_letter(
        header=header_of(document=document),
        pdf=pdf,
        delivery_id=delivery.id,
        queued_at=delivery.queued_at,
        recipient=Recipient(delivery.recipient_rpps, box.family, box.given, box.address),
        operator=current_operator(),
        versions=_versions_known(document, rpps=delivery.recipient_rpps),
        set_id=_chain(document)[0],
    )


def build_letter(
    *,
    header: Header,
    pdf: bytes,
    delivery_id: UUID,
    queued_at: datetime,
    recipient: Recipient,
    operator: Operator,
    versions: Sequence[UUID] = (),
    set_id: UUID | None = None,
) -> Letter:
    """`versions`: those of the report that the recipient has, first one first, and this one last. Raises NotSetUp."""
    versions = versions or (header.document_id,)
    custodian = Structure(
        operator.structure,
        header.letterhead.operator_name,
        header.letterhead.address,
        header.letterhead.phone or "",
    )
    return Letter(
        delivery_id=delivery_id,
        document_id=header.document_id,
        set_id=set_id or versions[0],
        version=len(versions),
        replaces=versions[-2] if len(versions) > 1 else None,
        arc=operator.arc,
        title=TITLE,
        kind=TELECONSULTATION_REPORT,
        created_at=header.issued_at,
        prepared_at=queued_at,
        subject=subject_of(header.identity),
        author=author_of(header.prescriber, custodian),
        custodian=custodian,
        recipient=recipient,
        act=act_of(header.prescriber.specialty_code),
        facility=_facility(operator),
        setting=value_set("J04")[AMBULATORY],
        encounter_id=header.encounter_id,
        encounter_kind=value_set("J142")[VIRTUAL],
        started_at=header.act_at,
        ended_at=header.act_end,
        pdf=pdf,
        sender=operator.sender,
        product=operator.product,
    )


def subject_of(identity: Identity) -> Subject:
    """A matricule for a qualified identity alone; else the traits and the local id."""
    known = identity.qualified and identity.ins and identity.ins_oid
    return Subject(
        local_id=identity.local_id.removeprefix("urn:uuid:"),
        birth_name=identity.birth_name,
        first_names=identity.first_names,
        sex=identity.sex,
        birth_date=identity.birth_date,
        birth_place=identity.birth_place_code,
        used_name=identity.used_name,
        used_first_name=identity.used_first_name,
        ins=(identity.ins or "") if known else "",
        ins_oid=(identity.ins_oid or "") if known else "",
    )


def author_of(doctor: Prescriber, custodian: Structure) -> Professional:
    """The doctor, at a place of their own where its FINESS is known, else at the operator's."""
    place = custodian
    if doctor.finess:
        place = Structure(f"1{doctor.finess}", doctor.place_name, doctor.address, doctor.phone or "")
    return Professional(
        rpps=doctor.rpps,
        person=_person(doctor),
        specialty=specialty_of(doctor.specialty_code),
        structure=place,
        address=doctor.address,
        phone=doctor.phone or "",
    )


def _person(doctor: Prescriber) -> Person:
    civility, suffix = CIVILITIES.get(doctor.title, ("", ""))
    return Person(doctor.last_name.upper(), doctor.first_name, civility, suffix)


def _facility(operator: Operator) -> Coded:
    try:
        return facility(operator.facility)
    except KeyError:
        raise NotSetUp("facility_type") from None


def _versions_known(document: Document, *, rpps: str) -> list[UUID]:
    """What this recipient was sent of the report, and this version: nobody is told to replace what they never had."""
    chain = _chain(document)
    arrived = Delivery.objects.filter(
        document__in=chain[:-1], recipient_rpps=rpps, state__in=[DeliveryState.SENT, DeliveryState.DELIVERED]
    )
    known = set(arrived.values_list("document_id", flat=True))
    return [one for one in chain[:-1] if one in known] + [document.id]


def _chain(document: Document) -> list[UUID]:
    """The report and those that it replaces, first one first."""
    chain, earlier = [document.id], document.replaces
    while earlier is not None:
        chain.insert(0, earlier.id)
        earlier = earlier.replaces
    return chain
