"""Certificates that a teleconsultation can give, by template, and those that it cannot, each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from toubib.nomenclature.words import plain, words_of
from toubib.record.models import Encounter
from toubib.ui.formats import say_day, say_hour

# By the sex of the patient; both where nobody knows. The doctor's own « soussigné(e) » stays: the directory has no sex.
AGREED = {"F": ("née", "vue", "l’intéressée"), "M": ("né", "vu", "l’intéressé")}
EITHER = ("né(e)", "vu(e)", "l’intéressé(e)")
OPEN_PLACE = "[…]"  # to be completed before the signature


@dataclass(frozen=True, slots=True)
class Template:
    """`body`: French whatever the doctor reads; where a text is to be completed it holds OPEN_PLACE."""

    title: Any
    body: str


@dataclass(frozen=True, slots=True)
class Refusal:
    title: Any
    why: Any
    reference: str
    words: tuple[str, ...]  # as `nomenclature.words.words_of` gives them; a last « * »: begun so


TEMPLATES = {
    "presence": Template(
        _("Attestation de téléconsultation"),
        (
            "Je soussigné(e), %(doctor)s, certifie avoir reçu en téléconsultation %(patient)s, %(born)s le %(birth)s, "
            "le %(day)s à %(hour)s.\n\nAttestation établie à distance, à la demande de %(asker)s ou de son "
            "représentant, pour servir et valoir ce que de droit."
        ),
    ),
    "sick_child": Template(
        _("Présence auprès d’un enfant malade"),
        (
            "Je soussigné(e), %(doctor)s, certifie que l’état de santé de %(patient)s, %(born)s le %(birth)s, %(seen)s en "
            "téléconsultation le %(day)s, rend nécessaire la présence d’un parent du […] au […].\n\nCertificat remis "
            "à la demande du parent."
        ),
    ),
    "absence": Template(
        _("Absence de l’école ou de la crèche"),
        (
            "Je soussigné(e), %(doctor)s, certifie que l’état de santé de %(patient)s, %(born)s le %(birth)s, %(seen)s en "
            "téléconsultation le %(day)s, ne lui permet pas de venir du […] au […].\n\nCertificat remis à la demande "
            "du représentant légal."
        ),
    ),
}
# These articles are quoted from memory: no text of them could be read again here, and the page says so.
REFUSED = {
    "sport": Refusal(
        _("Aptitude ou non-contre-indication au sport"),
        _("Ce certificat demande un examen : proposez une consultation sur place."),
        "C. sport L. 231-2 ; CSP R. 4127-28",
        (
            "contre indication*",
            "contrindication*",
            "contreindication*",
            "aptitude*",
            "inaptitude*",
            "apte",
            "aptes",
            "inapte",
            "inaptes",
            "sport*",
            "competition*",
        ),
    ),
    "injuries": Refusal(
        _("Coups et blessures, incapacité"),
        _("Des lésions se décrivent à l’examen, sur place ou en unité médico-judiciaire."),
        "CSP R. 4127-76 ; C. pén. 222-11",
        ("itt", "i t t", "incapacite*", "coups", "blessures", "violences"),
    ),
    "guardianship": Refusal(
        _("Tutelle, curatelle, sauvegarde"),
        _("Seul un médecin de la liste du procureur le fait, après examen."),
        "C. civ. 431",
        ("tutelle*", "curatelle*", "sauvegarde de justice", "habilitation familiale"),
    ),
    "death": Refusal(
        _("Décès"), _("Le décès se constate sur place."), "CGCT L. 2223-42", ("deces", "decede*")
    ),
}


def refused_words(*, body: str) -> list[tuple[str, Refusal]]:
    """Words of the certificates that need an examination, each with why: the free text is no way round `REFUSED`.

    A net, not a proof: other words may say the same thing, and the doctor answers for what they sign. Each word reads
    as whole words of the text, without accents or case.
    """
    text = f" {' '.join(words_of(body))} "
    found = []
    for refusal in REFUSED.values():
        for words in refusal.words:
            begun, whole = f" {words.removesuffix('*')}", "" if words.endswith("*") else " "
            if begun + whole in text:
                found.append((_as_written(body, words), refusal))
                break
    return found


def _as_written(body: str, words: str) -> str:
    """As the doctor wrote them, so that they are found in the text."""
    apart = r"[^a-z0-9]+".join(words.removesuffix("*").split())
    more = r"[a-z]*" if words.endswith("*") else ""
    plain_body = "".join(plain(letter)[:1] or " " for letter in body)
    found = re.search(rf"\b{apart}{more}", plain_body)
    return body[found.start() : found.end()] if found else words.removesuffix("*")


def first_body(*, template: str, encounter: Encounter, now: datetime) -> str:
    """The text that a certificate begins with."""
    at = encounter.started_at or now
    patient = encounter.patient
    agreed = dict(zip(("born", "seen", "asker"), AGREED.get(patient.sex, EITHER), strict=True))
    with translation.override("fr"):
        return TEMPLATES[template].body % {
            "doctor": encounter.practitioner.full_name,
            "patient": f"{patient.birth_given_names.split()[0]} {patient.birth_name}",
            "birth": say_day(patient.birth_date),
            "day": say_day(timezone.localtime(at)),
            "hour": say_hour(timezone.localtime(at)),
            **agreed,
        }
