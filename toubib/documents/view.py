"""What the Typst templates print: strings and lists of strings, in French, from a header and a content.

The templates lay out, and decide nothing: every date, plural and amount is written here. A document is in French
whatever the language of the page that asked for it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst

from toubib.documents import codes
from toubib.documents.contents import (
    Certificate,
    Content,
    Header,
    Identity,
    Leave,
    Line,
    Measured,
    Ordonnance,
    Receipt,
    Report,
)
from toubib.ui.formats import (
    NBSP,
    say_age,
    say_day,
    say_euros,
    say_hour,
    say_moment,
    say_phone,
    say_short_day,
)

View = dict[str, Any]

SEXES = {"F": "féminin", "M": "masculin", "U": "non précisé"}
# As the paper of the Cnam says them; the hours follow. On the screen: `record.enums.Exits`.
EXITS_ON_PAPER = {
    "none": "non autorisées",
    "hours": "autorisées, avec heures de présence",
    "free": "autorisées sans restriction",
}
OWED = "À votre charge"
LEAVE_KINDS = {"initial": "Arrêt initial", "prolongation": "Prolongation"}


def view_of(*, header: Header, content: Content) -> View:
    """One dictionary of plain JSON: what stands on every document, then `body` by kind."""
    with translation.override("fr"):
        titles = _titles(content)
        return {
            **titles,
            "head": _head(header),
            "patient": _patient(header),
            "close": _close(header),
            "demo": header.letterhead.demo,
            "issued": {
                "year": header.issued_at.year,
                "month": header.issued_at.month,
                "day": header.issued_at.day,
            },
            "body": _body(header, content),
        }


def _titles(content: Content) -> View:
    match content:
        case Report():
            return {"template": "report", "title": "Compte rendu de téléconsultation", "under": ""}
        case Ordonnance():
            return {
                "template": "ordonnance",
                "title": "Ordonnance",
                "under": capfirst(str(content.sheet.label)),
            }
        case Leave():
            return {
                "template": "sick_leave",
                "title": "Avis d’arrêt de travail",
                "under": "Spécimen sans valeur",
            }
        case Certificate():
            return {"template": "certificate", "title": content.title, "under": ""}
        case Receipt():
            return {
                "template": "receipt",
                "title": "Reçu" if content.paid_cents else "Détail du prix",
                "under": "",
            }


def _head(header: Header) -> View:
    doctor, letter = header.prescriber, header.letterhead
    numbers = [f"RPPS{NBSP}{doctor.rpps}"]
    if doctor.am_number:
        numbers.append(f"N°{NBSP}Assurance maladie{NBSP}{doctor.am_number}")
    if doctor.finess:
        numbers.append(f"FINESS{NBSP}{doctor.finess}")
    reach = [_say_abroad(doctor.phone) if doctor.phone else "", doctor.email or ""]
    return {
        "operator": letter.operator_name,
        "operator_lines": [*letter.address, *([say_phone(letter.phone)] if letter.phone else [])],
        "doctor": doctor.name,
        "doctor_lines": [
            " · ".join(part for part in (doctor.profession, doctor.specialty) if part),
            " · ".join(numbers),
            *[line for line in (doctor.place_name, *doctor.address) if line],
            " · ".join(part for part in reach if part),
        ],
        "act": f"{'Téléconsultation' if header.teleconsultation else 'Consultation'} du {say_moment(header.act_at)}",
        "date": say_day(header.issued_at),
        "encounter": str(header.encounter_id),
        "replaces": header.replaces_code,
    }


def _say_abroad(number: str) -> str:
    """With the country's code, as an ordonnance asks (R. 5132-3 CSP): « +33 1 99 00 12 34 »."""
    said = say_phone(number)
    return f"+33{NBSP}{said[1:]}" if number.startswith("+33") and said.startswith("0") else said


def _patient(header: Header) -> View:
    who = header.identity
    ins = codes.ins_text(who)
    born = {"F": "née", "M": "né"}.get(who.sex, "né(e)")
    return {
        "name": who.full_name,
        "lines": [line for line in _traits(who, born, header) if line],
        "datamatrix": codes.datamatrix_svg(ins) if ins else None,
    }


def _traits(who: Identity, born: str, header: Header) -> list[str]:
    birth = f"Nom de naissance : {who.birth_name}" if who.used_name not in ("", who.birth_name) else ""
    given = " ".join(who.first_names)
    return [
        birth,
        f"Prénoms de naissance : {given}" if given != who.first_name else "",
        f"{born.capitalize()} le {say_short_day(who.birth_date)}, {say_age(who.birth_date, on=header.issued_at.date())}",
        f"Sexe {SEXES[who.sex]}"
        + (f" · code du lieu de naissance {who.birth_place_code}" if who.birth_place_code else ""),
        f"INS{NBSP}: {_spaced_ins(who.ins)}" if who.ins else "Identité non qualifiée : sans matricule INS",
    ]


def _spaced_ins(ins: str) -> str:
    return NBSP.join((ins[0], ins[1:3], ins[3:5], ins[5:7], ins[7:10], ins[10:13], ins[13:]))


def _close(header: Header) -> View:
    doctor = header.prescriber
    host = settings.PUBLIC_URL.removeprefix("https://").removeprefix("http://")
    return {
        "qr": codes.qr_svg(codes.verify_url(header.code)),
        "code": header.code,
        "where": f"{host}/verifier",
        "signed": f"Signé par {doctor.name}, RPPS{NBSP}{doctor.rpps}, le {say_moment(header.signature_at)}.",
        "known_by": doctor.authenticated_by,
        "operator": header.letterhead.operator_name,
        "trial_seal": header.letterhead.trial_seal,
    }


def _body(header: Header, content: Content) -> View:
    match content:
        case Report():
            return _report(header, content)
        case Ordonnance():
            return _ordonnance(content)
        case Leave():
            return _leave(header, content)
        case Certificate():
            return {"paragraphs": paragraphs(content.body)}
        case Receipt():
            return _receipt(content)


def paragraphs(text: str) -> list[list[str]]:
    """Paragraphs (parted by an empty line) of lines."""
    found = [block.strip("\n").splitlines() for block in text.replace("\r\n", "\n").split("\n\n")]
    return [[line.rstrip() for line in lines] for lines in found if any(line.strip() for line in lines)]


def _ordonnance(content: Ordonnance) -> View:
    lines = [_line(line) for line in content.lines]
    count = len(lines)
    measured = [
        f"Poids{NBSP}: {content.weight_kg}{NBSP}kg" if content.weight_kg else "",
        f"Taille{NBSP}: {content.height_cm}{NBSP}cm" if content.height_cm else "",
    ]
    return {
        "bizone": any(line.ald for line in content.lines),
        "ald": [line for line in lines if line["ald"]],
        "lines": [line for line in lines if not line["ald"]],
        "measured": " · ".join(part for part in measured if part),
        "count": f"{count} ligne{'s' if count > 1 else ''} prescrite{'s' if count > 1 else ''}. Rien n’est à ajouter.",
        "renews": content.renews_code,
    }


def _line(line: Line) -> View:
    details = []
    if line.duration_days:
        details.append(f"Pendant {_count(line.duration_days, 'jour')}")
    if line.boxes:
        details.append(_count(line.boxes, "boîte"))
    if line.kind == "medicine":
        details.append(f"À renouveler {line.renewals}{NBSP}fois" if line.renewals else "Non renouvelable")
    elif line.renewals:
        details.append(f"À renouveler {line.renewals}{NBSP}fois")
    return {
        "name": line.text_inn,
        "strength": ", ".join(part for part in (line.dose, line.form) if part),
        "brand": line.brand,
        "directions": paragraphs(line.directions),
        "details": " · ".join(details),
        "indication": line.indication,
        "fixed": line.non_substitutable_reason,
        "ald": line.ald,
    }


def _count(number: int, word: str) -> str:
    return f"{number}{NBSP}{word}{'s' if number > 1 else ''}"


def _report(header: Header, content: Report) -> View:
    to = header.medecin_traitant
    diagnosis = " · ".join(
        part
        for part in (content.diagnosis_label, content.diagnosis_code and f"CIM-10 {content.diagnosis_code}")
        if part
    )
    within = (
        f"À voir en personne dans un délai de {content.in_person_within}." if content.in_person_within else ""
    )
    sections = [
        ("Motif", content.reason),
        ("Antécédents utilisés", content.history),
        ("Constatations", content.findings),
        ("Gestes faits sur place", content.gestures),
        ("Conclusion", "\n\n".join(part for part in (content.assessment, diagnosis) if part)),
        ("Décision", "\n\n".join(part for part in (content.decision, within) if part)),
        ("Conseils donnés", content.advice),
        ("Suivi", content.follow_up),
        ("Résultats attendus", content.pending),
    ]
    told = [{"title": title, "paragraphs": paragraphs(text)} for title, text in sections if text.strip()]
    return {
        "to": f"{to.name}, médecin traitant{f', RPPS{NBSP}{to.rpps}' if to.rpps else ''}" if to else "",
        "act": _act(header, content),
        "sections": told,
        "measures_after": "Constatations" if content.findings.strip() else "Motif",
        "measurements": [_measured(one) for one in content.measurements],
        "treatments": list(content.treatments),
        "issued": list(content.issued),
        "warning": paragraphs(content.warning_signs),
        "incidents": content.incidents,
        "sharing": {True: "accord du patient", False: "le patient s’y oppose", None: "non demandé"}[
            content.shared
        ],
        "version": f"Version {content.version}" if content.version > 1 else "",
        "changes": paragraphs(content.changes),
    }


def _act(header: Header, content: Report) -> str:
    end = f" à {say_hour(header.act_end)}" if header.act_end else ""
    start = f"de {say_hour(header.act_at)}{end}" if end else f"à {say_hour(header.act_at)}"
    helped = f", avec l’aide de {content.assisted_by}" if content.assisted_by else ""
    return f"Le {say_day(header.act_at)}, {start}, à distance par {content.remote_mode}{helped}."


def _measured(one: Measured) -> View:
    when = f"à {say_hour(one.taken_at)}" if one.taken_at else ""
    return {
        "label": one.label,
        "value": f"{one.value}{NBSP}{one.unit}".strip(),
        "how": ", ".join(part for part in (one.source, when) if part),
    }


def _leave(header: Header, content: Leave) -> View:
    doctor = header.prescriber
    exits = EXITS_ON_PAPER[content.exits]
    if content.exits == "hours":
        exits += f" : chez soi {content.home_hours}"
    if content.exits != "none" and content.exits_from:
        exits += f", à partir du {say_day(content.exits_from)}"
    leave = [
        (
            "Nature",
            LEAVE_KINDS[content.kind]
            + (" à temps partiel pour raison médicale" if content.part_time else ""),
        ),
        ("Premier jour", say_day(content.first_day)),
        ("Dernier jour", say_day(content.last_day)),
        ("Durée", _count(content.days, "jour")),
        ("Arrêt en cours depuis", say_day(content.running_since) if content.running_since else ""),
        ("Sorties", exits),
    ]
    insured = [
        ("Adresse pendant l’arrêt", ", ".join(content.address)),
        ("Caisse", content.caisse),
        ("Emploi", content.job),
    ]
    employer = [
        ("Employeur", content.employer_name),
        ("Téléphone", say_phone(content.employer_phone) if content.employer_phone else ""),
        ("Adresse électronique", content.employer_email),
    ]
    medical = [
        ("Éléments d’ordre médical", content.motive),
        ("En rapport avec une affection de longue durée", "oui" if content.ald else "non"),
        ("Accident du travail ou maladie professionnelle", "oui" if content.work_accident else "non"),
        ("Impossibilité de consulter sur place", content.impossibility or ""),
        ("Motif du dépassement de la durée maximale", content.above_ceiling or ""),
    ]
    signed = [
        ("Prescripteur", f"{doctor.name}, RPPS{NBSP}{doctor.rpps}"),
        ("Numéro Assurance maladie", doctor.am_number or ""),
        ("Qualité au regard du patient", content.prescriber_is),
        ("Prescrit en téléconsultation", "oui" if header.teleconsultation else "non"),
    ]
    receipt = f"Numéro {content.receipt_number}" if content.receipt_number else "aucun : rien n’est transmis"
    if content.receipt_number and content.receipt_at:
        receipt += f", reçu le {say_moment(content.receipt_at)}"
    return {
        "leave": _rows(leave),
        "insured": _rows(insured),
        "employer": _rows(employer),
        "medical": _rows(medical),
        "signed": _rows(signed),
        "receipt": receipt,
    }


def _rows(pairs: list[tuple[str, str]]) -> list[View]:
    return [{"label": label, "value": value} for label, value in pairs if value]


def _receipt(content: Receipt) -> View:
    shares = [
        ("Assurance maladie obligatoire", content.amo_cents),
        ("Complémentaire", content.amc_cents),
        ("Prise en charge publique", content.public_cents),
        ("Votre contrat", content.plan_cents),
        (OWED, content.patient_cents),
    ]
    return {
        "lines": [
            {"label": line.label, "code": line.code, "value": _euros(line.cents)} for line in content.lines
        ],
        "total": _euros(content.total_cents),
        "shares": [
            {"label": label, "value": _euros(cents)} for label, cents in shares if cents or label == OWED
        ],
        "paid": _paid(content),
        "third_party": content.third_party,
        "estimate": content.estimate,
        "why": list(content.why),
    }


def _paid(content: Receipt) -> str:
    if content.paid_how and not content.paid_cents:
        return content.paid_how
    how = f", {content.paid_how}" if content.paid_how else ""
    return f"Payé : {_euros(content.paid_cents)}{how}."


def _euros(cents: int) -> str:
    return say_euros(f"{cents // 100}.{cents % 100:02}")
