"""The note as a form: its texts, its measurements, its correction; a doctor's own templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from toubib.consultation.forms import LONGEST_NOTE
from toubib.nomenclature.queries import Vital
from toubib.record.enums import MeasuredBy
from toubib.record.models import Note
from toubib.record.noted import CATALOGUE, LACKS, TEXTS, Measure, measures_of

BY = "_by"


def _note_area(label: Any, rows: int, *, missing: Any = "", hint: Any = "") -> forms.CharField:
    """`missing`: the sentence when the note is signed without this part; a draft may lack it."""
    too_long = {"max_length": _("Ce texte est trop long : 10 000 signes au plus.")}
    return forms.CharField(
        label=label,
        required=False,
        strip=False,
        max_length=LONGEST_NOTE,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows, **({"data-missing": missing} if missing else {})}),
        error_messages={**too_long, "missing": missing},
    )


@dataclass(frozen=True, slots=True)
class MeasureRow:
    name: str
    id: str
    label: str
    unit: str
    value: str
    by: str
    low: str
    high: str
    error: str


class NoteForm(forms.Form):
    """The note; `base` is the number of saves that the page knows. A draft takes what is typed, right or wrong."""

    reason = _note_area(_("Motif"), 1, missing=LACKS["reason"])
    history = _note_area(_("Antécédents utilisés"), 1)
    findings = _note_area(_("Constatations"), 3, missing=LACKS["findings"])
    conclusion = _note_area(_("Conclusion et décision"), 2, missing=LACKS["conclusion"])
    diagnosis = forms.CharField(
        label=_("Code CIM-10"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": _("Choisissez un code de la liste, ou laissez ce champ vide.")},
    )
    advice = _note_area(_("Conseils au patient si l’état s’aggrave"), 2)
    warning_signs = _note_area(_("Signes d’alerte dits au patient"), 1)
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    TEXTS = TEXTS

    def texts(self) -> dict[str, str]:
        """Those that were sent: a part that the page does not have stays as it is."""
        sent = [name for name in TEXTS if name in self.data]
        return {name: self.cleaned_data[name].replace("\r\n", "\n") for name in sent}

    def parts(self) -> dict[str, Any]:
        texts = dict.fromkeys(("reason", "findings", "conclusion", "advice"), "") | self.texts()
        return {**texts, "measurements": self.measures()}

    def measures(self) -> list[Measure] | None:
        if not any(name.startswith("m_") for name in self.data):
            return None
        return [
            Measure(
                code, self.cleaned_data[f"m_{code}"], self.cleaned_data[f"m_{code}{BY}"] or MeasuredBy.PATIENT
            )
            for code in CATALOGUE
            if self.cleaned_data.get(f"m_{code}")
        ]

    def measure_rows(self) -> list[MeasureRow]:
        """Each measurement as the page writes it; widgets would be rendered one by one, fourteen times two."""
        return [self._row(code, one) for code, one in CATALOGUE.items()]

    def _row(self, code: str, one: Vital) -> MeasureRow:
        value, by = self[f"m_{code}"], self[f"m_{code}{BY}"]
        return MeasureRow(
            name=value.html_name,
            id=str(value.auto_id),
            label=str(one.label),
            unit=one.unit,
            value=str(value.value() or ""),
            by=str(by.value() or MeasuredBy.PATIENT),
            low=str(one.low),
            high=str(one.high),
            error=str(value.errors[0]) if self.is_bound and value.errors else "",
        )

    @cached_property
    def who(self) -> list[tuple[str, str]]:
        """In words once, and not again for each of fourteen lists."""
        return [(one.value, str(one.label)) for one in MeasuredBy]

    @property
    def measured(self) -> bool:
        """Whether a value stands, or one is wrong: then the list is open."""
        return any(row.value or row.error for row in self.measure_rows())


for code, one in CATALOGUE.items():  # once, not at each request: the forms below have them too
    NoteForm.base_fields[f"m_{code}"] = forms.CharField(label=one.label, required=False, max_length=12)  # type: ignore[arg-type]
    NoteForm.base_fields[f"m_{code}{BY}"] = forms.ChoiceField(
        label=_("qui a mesuré"), required=False, choices=MeasuredBy.choices
    )


def initial_of(note: Note | None) -> dict[str, Any]:
    """A note as the form begins with it."""
    shown: dict[str, Any] = {name: getattr(note, name, "") for name in TEXTS}
    for one in measures_of(note.measurements) if note else ():
        shown |= {f"m_{one.code}": one.value, f"m_{one.code}{BY}": one.by}
    return {**shown, "base": note.saves if note else 0}


def sent_of(note: Note) -> dict[str, str]:
    """Every named part of the form as a script compares it."""
    shown = initial_of(note)
    empty = {f"m_{code}": "" for code in CATALOGUE}
    return {name: str(value) for name, value in {**empty, **shown}.items() if name != "base"}


class CorrectForm(NoteForm):
    """A signed note with every part anew; `base` is the number of versions that the page knows."""

    why = forms.CharField(
        label=_("Pourquoi vous corrigez"),
        max_length=1000,
        help_text=_("Cette raison, votre nom et l’ancien texte restent visibles, aussi pour le patient."),
        widget=forms.Textarea(attrs={"rows": 1}),
        error_messages={
            "required": _("Écrivez pourquoi vous corrigez."),
            "max_length": _("Écrivez 1 000 signes au plus."),
        },
    )


class TemplateForm(forms.Form):
    title = forms.CharField(
        label=_("Nom du modèle"),
        max_length=80,
        error_messages={
            "required": _("Donnez un nom à ce modèle."),
            "max_length": _("Écrivez 80 signes au plus."),
        },
    )


def add_wrong(form: forms.Form, wrong: Mapping[str, str]) -> None:
    """Each sentence beside its field."""
    for name, sentence in wrong.items():
        form.add_error(name if name in form.fields else None, sentence)
