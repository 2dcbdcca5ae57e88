"""What a signed encounter says, as the contents of its documents. French, whatever the language of the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from toubib.assistance.queries import describe_helper, presences_at_act
from toubib.assistance.queries import told_of as gestures_told
from toubib.consultation.queries import guests_who_came
from toubib.documents.contents import Certificate, Leave, Line, Measured, MedecinTraitant, Ordonnance, Report
from toubib.ground.models import JournalEntry
from toubib.record.certificates import TEMPLATES
from toubib.record.enums import (
    Attestation,
    ConsentScope,
    EncounterState,
    Exits,
    Job,
    MeasuredBy,
    Orientation,
    SheetKind,
    VideoFinding,
)
from toubib.record.leaves import Notice, notice_of
from toubib.record.models import Certificate as CertificateRow
from toubib.record.models import Consent, Encounter, Note, SickLeave
from toubib.record.noted import CATALOGUE, CODE, additions, changes_of, measures_of, standing
from toubib.record.prescribed import Item
from toubib.record.queries import Sheet, certificates_of, decisions_of, leave_of, sheets_of, video_verdict
from toubib.ui.formats import say_moment
from toubib.waiting.models import Ticket
from toubib.waiting.queries.facts import said_of
from toubib.waiting.questions import QUESTIONS


def report_of(*, encounter: Encounter, notes: Sequence[Note]) -> Report:
    """The report to the médecin traitant (F4) from what was signed. No medical reason of a leave beyond the note."""
    note = standing(notes)
    code = CODE.match(note.diagnosis) if note.diagnosis.strip() else None
    sheets = sheets_of(encounter=encounter)
    within = encounter.orientation_days
    return Report(
        reason=note.reason,
        history=note.history,
        findings=note.findings,
        measurements=measured_of(note),
        assessment=_assessment(note, notes),
        diagnosis_code=code[1].upper() if code else None,
        diagnosis_label=(code[2] or "") if code else None,
        decision=_decision(encounter),
        advice=note.advice,
        in_person_within=ngettext("%(n)s jour", "%(n)s jours", within) % {"n": within} if within else "",
        warning_signs=note.warning_signs,
        treatments=tuple(_treatment(line.item) for sheet in sheets if sheet.row.sheet == SheetKind.MEDICINES for line in sheet.lines),
        issued=tuple(_issued(encounter, sheets)),
        remote_mode=str(encounter.get_attestation_display()) or _("vidéo"),
        assisted_by=_assisted_by(encounter),
        gestures=gestures_told(encounter_id=encounter.pk),
        incidents=_incidents(encounter),
        shared=_shared(encounter),
        version=len(notes),
        changes=_changes(encounter, notes),
    )  # fmt: skip


def measured_of(note: Note) -> tuple[Measured, ...]:
    found = []
    for one in measures_of(note.measurements):
        known = CATALOGUE.get(one.code)
        if known is not None:
            source, at = one.who, (one.source or {}).get("at")
            if one.by != MeasuredBy.DEVICE:  # what no device sent was typed by someone
                source = _("%(who)s, tapé") % {"who": source}
            value = one.value.replace(".", ",")
            found.append(
                Measured(
                    str(known.label),
                    value,
                    known.unit,
                    known.loinc,
                    known.ucum,
                    datetime.fromisoformat(at) if at else None,
                    source,
                )
            )
    return tuple(found)


def _assessment(note: Note, notes: Sequence[Note]) -> str:
    said = [note.conclusion]
    for one in additions(notes):
        when = say_moment(timezone.localtime(one.signed_at)) if one.signed_at else ""
        said.append(_("Ajout du %(when)s : %(text)s") % {"when": when, "text": one.conclusion})
    return "\n".join(said)


def _decision(encounter: Encounter) -> str:
    if encounter.orientation == Orientation.NONE:
        return ""
    said = str(Orientation(encounter.orientation).label).capitalize()
    return f"{said}. {encounter.orientation_note}" if encounter.orientation_note else said


def _treatment(item: Item) -> str:
    return " : ".join(part for part in (item.name, item.directions) if part)


def _issued(encounter: Encounter, sheets: Sequence[Sheet]) -> list[str]:
    said = []
    for sheet in sheets:
        count = len(sheet.lines)
        lines = ngettext("%(n)s ligne", "%(n)s lignes", count) % {"n": count}
        said.append(
            _("Ordonnance, %(kind)s : %(lines)s")
            % {"kind": sheet.row.get_sheet_display().lower(), "lines": lines}
        )
    leave = leave_of(encounter=encounter)
    if leave is not None and leave.receipt:  # the patient reads this too, and is told of it from then on
        days = notice_of(leave.content).days or 0
        said.append(
            ngettext("Arrêt de travail, %(n)s jour", "Arrêt de travail, %(n)s jours", days) % {"n": days}
        )
    return said + [str(TEMPLATES[row.template].title) for row in certificates_of(encounter=encounter)]


def _assisted_by(encounter: Encounter) -> str:
    """Who was beside the patient or in the call: people by name and part, else what the facts of the act say of it."""
    people = [f"{one.name} ({one.get_role_display()})" for one in guests_who_came(encounter_id=encounter.id)]
    named = _beside(encounter)
    if named:
        return ", ".join([*named, *people])
    kept = decisions_of(encounter=encounter)
    helper = kept[-1].facts.get("assisted_by") if kept else None
    words = dict(QUESTIONS["assisted_by"].choices)
    if helper in words and helper != "none":
        people.insert(0, str(words[helper]))
    return ", ".join(people)


def _beside(encounter: Encounter) -> list[str]:
    """Who assisted from a post, with the patient's agreement, each once."""
    ticket = Ticket.objects.only("pk", "accepted_at").filter(encounter=encounter).first()
    there = presences_at_act(ticket_id=ticket.pk, accepted_at=ticket.accepted_at) if ticket else []
    return list(dict.fromkeys(describe_helper(one) for one in there))


def _resumed(encounter: Encounter) -> str:
    """How often the call was taken up again after its end: each opening is in the journal."""
    opened = JournalEntry.objects.filter(
        patient=encounter.patient_id,
        action=f"record.encounter.{EncounterState.IN_PROGRESS}",
        subject_id=str(encounter.id),
    )
    times = opened.count() - 1
    if times < 1:
        return ""
    return ngettext(
        "appel interrompu puis repris %(n)s fois", "appel interrompu puis repris %(n)s fois", times
    ) % {"n": times}


def _incidents(encounter: Encounter) -> str:
    """What the doctor attests and the browsers measured, where it is not video both ways, and whether the call was cut;
    nothing known: nothing."""
    said = (
        [] if encounter.attestation in ("", Attestation.VIDEO) else [str(encounter.get_attestation_display())]
    )
    if encounter.video_seconds_patient is not None or encounter.video_seconds_practitioner is not None:
        finding = video_verdict(encounter=encounter).finding
        said += [] if finding == VideoFinding.MEASURED else [str(finding.label)]
    said += [resumed] if (resumed := _resumed(encounter)) else []
    return " ; ".join(said)


def _shared(encounter: Encounter) -> bool | None:
    rows = Consent.objects.filter(encounter=encounter, scope=ConsentScope.SEND_TO_MT)
    last = rows.order_by("-said_at", "-id").first()
    return None if last is None else last.given and last.withdrawn_at is None


def _changes(encounter: Encounter, notes: Sequence[Note]) -> str:
    last = next(reversed(changes_of(notes)), None)
    if last is None:
        return ""
    parts = ", ".join(str(label).lower() for label, _spans in last.parts)
    said = {"parts": parts, "who": encounter.practitioner.full_name, "why": last.why}
    return _("Corrigé : %(parts)s, par %(who)s. Raison : %(why)s") % said


def ordonnance_of(sheet: Sheet) -> Ordonnance:
    return Ordonnance(
        sheet=SheetKind(sheet.row.sheet),
        lines=tuple(_line(line.item) for line in sheet.lines),
        weight_kg=sheet.row.weight.replace(".", ",") or None,
    )


def _line(item: Item) -> Line:
    return Line(
        kind="medicine" if item.is_medicine else "free",
        text_inn=item.text,
        directions=item.directions,
        brand=item.brand or None,
        cis=item.cis or None,
        cip13=item.cip13 or None,
        form=item.form,
        dose=item.dose,
        duration_days=item.duration_days,
        boxes=item.boxes,
        renewals=item.renewals,
        non_substitutable_reason=item.reason_kept or None,
        ald=item.ald,
    )


def certificate_of(row: CertificateRow) -> Certificate:
    return Certificate(row.template, str(TEMPLATES[row.template].title), row.body)


def leave_content(row: SickLeave) -> Leave:
    """With the receipt of the Cnam's online service: before it no paper is made."""
    notice = notice_of(row.content)
    first, last = cast(date, notice.starts), cast(date, notice.ends)
    return Leave(
        kind=cast(Literal["initial", "prolongation"], notice.kind),
        first_day=first,
        last_day=last,
        motive=notice.motive,
        exits=cast(Any, Exits(notice.exits).value),
        work_accident=notice.work_accident,
        ald=notice.ald,
        prescriber_is=_prescriber_is(row.encounter),
        impossibility=notice.impossibility or None,
        above_ceiling=notice.above_ceiling or None,
        address=tuple(part.strip() for part in notice.address.split(",") if part.strip()),
        receipt_number=row.receipt,
        receipt_at=row.receipt_at,
        **_work(notice),
    )


def _work(notice: Notice) -> dict[str, Any]:
    names = ("caisse", "employer_name", "employer_phone", "employer_email")
    return {"job": str(Job(notice.job).label), **{name: getattr(notice, name) for name in names}}


def _prescriber_is(encounter: Encounter) -> str:
    ticket = Ticket.objects.filter(encounter=encounter).first()
    if ticket is None:
        return _("autre")
    said = {row.fact: row.value for row in said_of(ticket=ticket).values()}
    if ticket.own_practitioner_id == encounter.practitioner_id or said.get("is_medecin_traitant"):
        return _("médecin traitant")
    return _("remplaçant") if said.get("replaces_mt") else _("autre")


def medecin_traitant_of(encounter: Encounter) -> MedecinTraitant | None:
    """The one that the patient named and the directory knows; None too where the doctor is that one."""
    ticket = Ticket.objects.select_related("own_practitioner").filter(encounter=encounter).first()
    own = ticket.own_practitioner if ticket else None
    if own is None or own.pk == encounter.practitioner_id:
        return None
    return MedecinTraitant(own.full_name, own.rpps)
