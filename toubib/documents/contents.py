"""What a document says, as plain data: the one shape that the record fills, and that PDF, FHIR and CDA are made from.

Texts are French and ready to print; dates are dates, moments are aware datetimes, money is in cents. Nothing here knows
a table or a template. Sources: R. 5132-3 CSP (ordonnance), R. 6316-4 CSP and the convention (report), Cerfa 10170
(sick leave), Référentiel INS (identity).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from toubib.documents.enums import DocumentKind
from toubib.record.enums import SheetKind


@dataclass(frozen=True, slots=True)
class Identity:
    """The patient. `ins` and `ins_oid` are set only where `qualified` (Référentiel INS); else the traits alone."""

    birth_name: str
    first_names: tuple[str, ...]  # of the birth certificate, in order
    birth_date: date
    sex: Literal["F", "M", "U"]
    used_name: str = ""
    used_first_name: str = ""
    birth_place_code: str = ""  # INSEE, 5 characters
    qualified: bool = False
    ins: str | None = None
    ins_oid: str | None = None
    local_id: str = ""

    def __post_init__(self) -> None:
        if (self.ins is not None) != self.qualified or (self.ins is None) != (self.ins_oid is None):
            raise ValueError("a matricule and its OID stand on a qualified identity, and only there")

    @property
    def first_name(self) -> str:
        return self.used_first_name or self.first_names[0]

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.used_name or self.birth_name}"


@dataclass(frozen=True, slots=True)
class Prescriber:
    """Who wrote and signed. `authenticated_by`: how Toubib knew them at the signature, a sentence to print."""

    first_name: str
    last_name: str
    title: str  # « Dr », « Dre », as people say it
    rpps: str
    profession: str
    specialty: str
    specialty_code: str
    place_name: str
    address: tuple[str, ...]
    authenticated_by: str
    phone: str | None = None
    email: str | None = None
    am_number: str | None = None
    finess: str | None = None

    @property
    def name(self) -> str:
        return f"{self.title} {self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The operator, who seals. `demo`: people and numbers are invented, and the document says so."""

    operator_name: str
    address: tuple[str, ...] = ()
    phone: str | None = None
    demo: bool = False
    trial_seal: bool = False  # the seal vouches for itself


@dataclass(frozen=True, slots=True)
class MedecinTraitant:
    name: str
    rpps: str | None = None
    mssante: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What stands on every document. `document_id` and `code` are its own; `act_at` is when the exchange began."""

    document_id: UUID
    code: str  # XXXX-XXXX-XXXX-XXXX, for /verifier/<code>
    issued_at: datetime
    encounter_id: UUID
    act_at: datetime
    identity: Identity
    prescriber: Prescriber
    letterhead: Letterhead
    act_end: datetime | None = None
    medecin_traitant: MedecinTraitant | None = None
    replaces_code: str | None = None
    teleconsultation: bool = True
    signed_at: datetime | None = None  # when the doctor signed what it says; None: as it was issued

    @property
    def signature_at(self) -> datetime:
        return self.signed_at or self.issued_at


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an ordonnance. A medicine is named by its substance (`text_inn`), its brand at most beside it; a
    free line has its `text_inn` as the text and nothing else is asked of it."""

    kind: Literal["medicine", "free"]
    text_inn: str
    directions: str = ""
    brand: str | None = None
    cis: str | None = None
    cip13: str | None = None
    form: str = ""
    dose: str = ""
    duration_days: int | None = None
    boxes: int | None = None
    renewals: int = 0
    non_substitutable_reason: str | None = None
    indication: str | None = None
    ald: bool = False


@dataclass(frozen=True, slots=True)
class Ordonnance:
    """One sheet of one kind. Lines with `ald` print in the upper zone of an ordonnance bizone."""

    sheet: SheetKind
    lines: tuple[Line, ...]
    weight_kg: str | None = None
    height_cm: str | None = None
    renews_code: str | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """The contents of a sick-leave notice. Toubib's own file is a specimen without value; the employer's part holds
    no medical word: `motive`, `impossibility` and `above_ceiling` stay on the caisse's part."""

    kind: Literal["initial", "prolongation"]
    first_day: date
    last_day: date
    motive: str
    exits: Literal["none", "hours", "free"] = "hours"
    exits_from: date | None = None
    home_hours: str = "de 9 h à 11 h et de 14 h à 16 h"
    part_time: bool = False
    work_accident: bool = False
    ald: bool = False
    running_since: date | None = None
    prescriber_is: str = ""  # « médecin traitant », « remplaçant », « autre »
    impossibility: str | None = None
    above_ceiling: str | None = None
    address: tuple[str, ...] = ()  # where the patient may be visited
    caisse: str = ""
    job: str = ""
    employer_name: str = ""
    employer_phone: str = ""
    employer_email: str = ""
    receipt_number: str | None = None  # given by the Cnam's online service
    receipt_at: datetime | None = None

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: `label` and `unit` to read, `loinc` and `ucum` for machines."""

    label: str
    value: str  # as it reads, « 38,4 »
    unit: str
    loinc: str = ""
    ucum: str = ""
    taken_at: datetime | None = None
    source: str = ""  # « appareil de la borne », « dit par le patient »


@dataclass(frozen=True, slots=True)
class Report:
    """The report to the médecin traitant (F4). An empty text prints nothing; `issued` names what was prescribed."""

    reason: str
    history: str = ""
    findings: str = ""
    measurements: tuple[Measured, ...] = ()
    assessment: str = ""
    diagnosis_code: str | None = None  # CIM-10
    diagnosis_label: str | None = None
    decision: str = ""
    advice: str = ""
    follow_up: str = ""
    in_person_within: str = ""  # « 48 heures », where the patient must be seen in person
    warning_signs: str = ""
    treatments: tuple[str, ...] = ()
    issued: tuple[str, ...] = ()  # « Ordonnance, 3 médicaments », « Arrêt de travail, 2 jours »
    pending: str = ""
    remote_mode: str = "vidéo"
    assisted_by: str = ""
    gestures: str = ""  # made on site at the doctor's demand: who, when, image kept or not
    incidents: str = ""
    shared: bool | None = None  # the patient agreed to the sending; None: not asked
    version: int = 1
    changes: str = ""  # of an amendment: what, by whom, why


@dataclass(frozen=True, slots=True)
class Certificate:
    template: str
    title: str
    body: str  # paragraphs parted by an empty line


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    label: str
    cents: int
    code: str = ""  # NGAP, « TCG »


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who pays what. The shares sum to the lines, to the cent; `why` are the reasons, in sentences.

    `paid_how`: with `paid_cents`, how that was paid; alone, sentences that say what is advanced and who pays it back.
    """

    lines: tuple[ReceiptLine, ...]
    amo_cents: int
    amc_cents: int
    public_cents: int
    patient_cents: int
    paid_cents: int = 0
    paid_how: str = ""
    plan_cents: int = 0  # by a contract of the patient's
    third_party: bool = False
    estimate: bool = True  # only the caisse decides
    why: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shares = self.amo_cents + self.amc_cents + self.public_cents + self.plan_cents + self.patient_cents
        if shares != self.total_cents:
            raise ValueError(f"shares of {shares} cents for lines of {self.total_cents}")

    @property
    def total_cents(self) -> int:
        return sum(line.cents for line in self.lines)


Content = Report | Ordonnance | Leave | Certificate | Receipt


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document made, not yet sealed. `pdf_a1` for a report alone: PDF/A-1 for the body of its CDA."""

    pdf: bytes  # PDF/A-3a and PDF/UA-1
    pdf_a1: bytes | None = None
    fhir: dict[str, object] | None = None


def kind_of(content: Content) -> DocumentKind:
    match content:
        case Report():
            return DocumentKind.REPORT
        case Ordonnance():
            return DocumentKind.ORDONNANCE
        case Leave():
            return DocumentKind.SICK_LEAVE
        case Certificate():
            return DocumentKind.CERTIFICATE
        case Receipt():
            return DocumentKind.RECEIPT
