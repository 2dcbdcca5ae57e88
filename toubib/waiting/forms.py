"""What a patient answers on the way to the line. Operations judge; forms carry, and say what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from toubib.directory.models import Practitioner
from toubib.people.enums import LinkKind
from toubib.people.forms import NOT_CHOSEN, Form, IdentityForm, RelativeForm, text_field
from toubib.people.identity import BadInput, check_name, parse_phone
from toubib.record.enums import ConsentScope
from toubib.record.told import QUESTIONS
from toubib.territory.models import Commune
from toubib.waiting import catalogue
from toubib.waiting.enums import MedecinTraitant
from toubib.waiting.questions import AT_HOME, AT_HOME_WORDS

YES_NO = [("no", _("Non")), ("yes", _("Oui"))]
WITH_DOCTOR = frozenset({MedecinTraitant.HERE, MedecinTraitant.UNAVAILABLE, MedecinTraitant.AVAILABLE})
LANGUAGES = {
    "fr": "Français", "en": "English", "ar": "العربية", "es": "Español", "pt": "Português", "de": "Deutsch",
    "it": "Italiano", "tr": "Türkçe", "uk": "Українська", "ru": "Русский", "zh": "中文",
}  # fmt: skip


def _radio(label: Any, choices: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.RadioSelect, error_messages=NOT_CHOSEN, **more
    )


def _told(label: Any, *, rows: int = 2, **more: Any) -> forms.CharField:
    """Words of the patient's own."""
    widget = forms.Textarea
    return text_field(
        label,
        longest=2000,
        required=False,
        widget=widget,
        attrs={"rows": rows, "autocomplete": "off"},
        **more,
    )


class SignsForm(Form):
    """One question a warning sign. One « yes » is enough; without any, each is to be answered."""

    def __init__(self, data: Any = None, *, said_no: bool = False) -> None:
        super().__init__(data)
        for sign in catalogue.signs().signs:
            field = _radio(sign.question, YES_NO, initial="no" if said_no else None)
            field.error_messages = {**field.error_messages, "required": _("Répondez oui ou non.")}
            field.call = sign.call  # type: ignore[attr-defined]  # the page shows it under a « yes » at once
            self.fields[sign.key] = field

    def clean(self) -> dict[str, Any]:
        """Nobody who said one « yes » is kept by a blank: whom to call comes first."""
        typed = super().clean() or {}
        if "yes" in typed.values():
            self.errors.clear()
        return typed

    def groups(self) -> list[tuple[str, list[BoundField]]]:
        asked = catalogue.signs()
        rows = [
            (title, [self[sign.key] for sign in asked.signs if sign.group == key])
            for key, title in asked.groups
        ]
        return [(title, fields) for title, fields in rows if fields]

    def answers(self) -> dict[str, bool]:
        return {key: said == "yes" for key, said in self.cleaned_data.items()}


class PlaceForm(Form):
    """Where the patient is now; `found` is what the server's list holds for the words typed."""

    town = text_field(
        _("Dans quelle commune êtes-vous, en ce moment ?"), longest=120, empty=_("Écrivez la commune où vous êtes."),
        help_text=_("Nom ou code postal. C’est là que viendraient les secours."),
        attrs={"autocomplete": "off", "enterkeyhint": "search"},
    )  # fmt: skip
    commune = forms.CharField(required=False)
    detail = text_field(
        _("Où exactement ?"), longest=300, empty=_("Écrivez l’adresse ou le lieu où vous êtes."),
        help_text=_("Numéro et rue, étage, code d’entrée, nom sur la sonnette."),
        attrs={"autocomplete": "street-address"},
    )  # fmt: skip
    phone = text_field(
        _("Votre téléphone"), longest=40, empty=_("Écrivez un numéro où vous rappeler."),
        help_text=_("Si la vidéo coupe, le médecin vous rappelle. Numéro français ou étranger, avec « + »."),
        attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"},
    )  # fmt: skip

    at_home = _radio(AT_HOME_WORDS, AT_HOME, required=False)

    def __init__(self, data: Any = None, *, found: Sequence[Commune], **more: Any) -> None:
        super().__init__(data, **more)
        self.found = {str(one.id): one for one in found}

    def clean_phone(self) -> str:
        try:
            return parse_phone(self.cleaned_data["phone"])
        except BadInput as error:
            raise ValidationError(str(error.sentence)) from None

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        typed["place"] = None
        if "town" in typed:
            try:
                typed["place"] = self._place(typed.get("commune", ""))
            except ValidationError as error:
                self.add_error("town", error)
        return typed

    def _place(self, chosen: str) -> Commune:
        if chosen in self.found:
            return self.found[chosen]
        if not self.found:
            raise ValidationError(_("Nous ne trouvons pas cette commune. Vérifiez le nom ou le code postal."))
        if len(self.found) > 1:
            raise ValidationError(_("Plusieurs communes portent ce début de nom. Choisissez la vôtre."))
        return next(iter(self.found.values()))


class ForWhomForm(Form):
    who = _radio(_("Qui doit être vu ?"), [])
    language = _radio(_("Dans quelle langue parler au médecin ?"), [])

    def __init__(
        self,
        data: Any = None,
        *,
        people: Sequence[tuple[str, str, str]],
        languages: Sequence[str],
        **more: Any,
    ) -> None:
        """`people`: (value, label, hint)."""
        super().__init__(data, **more)
        who, language = self.fields["who"], self.fields["language"]
        who.choices = [(value, label) for value, label, _hint in people]  # type: ignore[attr-defined]
        who.choice_hints = {value: hint for value, _label, hint in people if hint}  # type: ignore[attr-defined]
        language.choices = [(code, LANGUAGES.get(code, code)) for code in languages]  # type: ignore[attr-defined]
        if len(languages) == 1:
            language.required = False
            language.widget = forms.HiddenInput()
            language.initial = languages[0]

    def clean_language(self) -> str:
        return self.cleaned_data["language"] or "fr"


class ReasonForm(Form):
    key = _radio(_("Pourquoi consulter ?"), [])
    text = _told(
        _("Dites-en un peu plus"),
        rows=3,
        help_text=_("Depuis quand, où, ce qui a changé. Le médecin le lira avant l’appel."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        shut: Mapping[str, str] | None = None,
        devices: Collection[str] | None = None,
        **more: Any,
    ) -> None:
        """`shut`: what to say of the reasons whose line takes nobody soon enough. `devices`: of the kiosk where one stands."""
        super().__init__(data, **more)
        self.shut, self.devices = shut or {}, devices
        rows = catalogue.reasons()
        field = self.fields["key"]
        field.choices = [(row.key, row.label) for row in rows]  # type: ignore[attr-defined]
        field.choice_hints = {row.key: self._hint(row) for row in rows}  # type: ignore[attr-defined]

    def _hint(self, row: catalogue.Reason) -> str:
        if row.key in self.shut:
            return self.shut[row.key]
        if self.devices is not None and row.said_at(self.devices):
            return row.said_at(self.devices)
        channel = "" if row.channel == "home" or row.channel_text in row.advice else row.channel_text
        photo = _now("Photo utile.") if row.photo and "photo" not in row.advice.lower() else ""
        return " ".join(part for part in (channel, row.advice, photo) if part)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        chosen = catalogue.reason(typed.get("key", ""))
        if chosen is not None and chosen.free_text and not typed.get("text", "").strip():
            self.add_error("text", _("Dites-le en quelques mots."))
        if chosen is not None and chosen.key in self.shut:
            other = _now("Choisissez un autre motif pour être vu maintenant, ou appelez le 116 117.")
            self.add_error("key", f"{self.shut[chosen.key]} {other}")
        return typed


class MedecinTraitantForm(Form):
    answer = _radio(
        _("Avez-vous un médecin traitant ?"),
        [
            (MedecinTraitant.HERE.value, _("Oui, et il consulte ici")),
            (MedecinTraitant.UNAVAILABLE.value, _("Oui, mais il n’est pas disponible à temps")),
            (MedecinTraitant.AVAILABLE.value, _("Oui, et il peut me recevoir")),
            (MedecinTraitant.NONE.value, _("Non")),
            (MedecinTraitant.UNKNOWN.value, _("Je ne sais pas")),
        ],
    )
    name = text_field(
        _("Son nom"), longest=120, required=False, help_text=_("S’il consulte ici : nous lui proposons d’abord votre demande."),
        attrs={"autocomplete": "off", "enterkeyhint": "search"},
    )  # fmt: skip
    doctor = forms.CharField(required=False)

    def __init__(self, data: Any = None, *, found: Sequence[Practitioner], **more: Any) -> None:
        super().__init__(data, **more)
        self.found = {str(one.id): one for one in found}
        self.fields["answer"].choice_hints = {  # type: ignore[attr-defined]
            MedecinTraitant.HERE.value: _now("S’il est libre, c’est à lui que nous proposons votre demande."),
            MedecinTraitant.AVAILABLE.value: _now("Il vous connaît : le voir est souvent mieux. Vous pouvez aussi continuer ici."),
            MedecinTraitant.NONE.value: _now("Vous attendez comme les autres, ni plus ni moins."),
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        typed["practitioner"] = None
        if typed.get("answer") == MedecinTraitant.HERE:
            try:
                typed["practitioner"] = self._doctor(typed.get("name", ""), typed.get("doctor", ""))
            except ValidationError as error:
                self.add_error("name", error)
        return typed

    def _doctor(self, name: str, chosen: str) -> Practitioner:
        if chosen in self.found:
            return self.found[chosen]
        if not name.strip():
            raise ValidationError(_("Écrivez le nom de votre médecin."))
        if not self.found:
            raise ValidationError(
                _(
                    "Aucun médecin de ce nom ne consulte ici. Vérifiez le nom, ou choisissez une autre réponse."
                )
            )
        if len(self.found) > 1:
            raise ValidationError(_("Plusieurs médecins portent ce nom. Choisissez le vôtre."))
        return next(iter(self.found.values()))


class PersonForm(Form):
    """Which of the people already known, or someone new."""

    NEW = "new"
    person = _radio(_("Qui est la personne à soigner ?"), [])

    def __init__(self, data: Any = None, *, people: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["person"].choices = people  # type: ignore[attr-defined]


class ChildForm(RelativeForm):
    KINDS = (LinkKind.PARENT, LinkKind.GUARDIAN, LinkKind.CHILD_PROTECTION)
    EXAMPLE: Any = _("Jour, mois, année. Exemple : 24/09/2019.")
    adult_name = text_field(
        _("Vos prénom et nom, à vous"), longest=120, empty=_("Écrivez votre prénom et votre nom."),
        help_text=_("Le médecin saura à qui il parle."), attrs={"autocomplete": "name"},
    )  # fmt: skip

    def __init__(self, *args: Any, named: bool = False, **more: Any) -> None:
        """`named`: how the adult is called is known already."""
        super().__init__(*args, **more)
        if named:
            del self.fields["adult_name"]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in self.KINDS]  # type: ignore[attr-defined]
        self.fields["birth_date"].help_text = self.EXAMPLE

    def clean_adult_name(self) -> str:
        try:
            return check_name(self.cleaned_data["adult_name"], field="adult_name", longest=120)
        except BadInput as error:
            raise ValidationError(str(error.sentence)) from None


class RelativeOnPathForm(ChildForm):
    KINDS = (LinkKind.RELATIVE, LinkKind.GUARDIAN, LinkKind.TRUSTED_PERSON)
    EXAMPLE = IdentityForm.base_fields["birth_date"].help_text


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; each is judged when it is kept."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, **more)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        return [one for one in given if one]


class HealthForm(Form):
    allergies = _told(QUESTIONS["allergies"].label, help_text=QUESTIONS["allergies"].hint)
    treatments = _told(QUESTIONS["treatments"].label, help_text=QUESTIONS["treatments"].hint)
    history = _told(QUESTIONS["history"].label, help_text=QUESTIONS["history"].hint)
    pregnancy = _radio(QUESTIONS["pregnancy"].label, QUESTIONS["pregnancy"].answers, required=False)
    weight = text_field(
        QUESTIONS["weight"].label, longest=10, required=False, help_text=QUESTIONS["weight"].hint,
        attrs={"inputmode": "decimal", "autocomplete": "off"},
    )  # fmt: skip
    secrecy = forms.BooleanField(
        label=_("Je souhaite que mes parents ne soient pas informés de cette consultation."),
        help_text=_("Vous y avez droit. Le médecin en parle avec vous au début (art. L. 1111-5 du code de la santé publique)."),
        required=False,
    )  # fmt: skip
    camera = FilesField(
        label=_("Prendre une photo"),
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment", "data-add-now": ""}),
    )
    documents = FilesField(
        label=_("Choisir des fichiers"),
        help_text=_("Photos (JPEG, PNG, WebP) ou PDF, 10 Mo au plus chacun, 6 en tout."),
        widget=SeveralFiles(
            attrs={
                "accept": "image/jpeg,image/png,image/webp,application/pdf",
                "data-add-now": "",
                "multiple": True,
            }
        ),
    )

    def __init__(self, *args: Any, ask: frozenset[str], files: bool = True, **more: Any) -> None:
        """`ask`: which of pregnancy, weight, secrecy concern this patient. `files`: a machine of a place holds nobody's."""
        super().__init__(*args, **more)
        if not files:
            del self.fields["camera"], self.fields["documents"]
        for name in {"pregnancy", "weight", "secrecy"} - ask:
            del self.fields[name]
        if "pregnancy" in ask:
            self.fields["treatments"].help_text = _("Nom, dose, depuis quand. La pilule compte.")

    def clean_weight(self) -> str:
        typed = self.cleaned_data["weight"].replace(",", ".").replace("kg", "").strip()
        if not typed:
            return ""
        try:
            kilos = float(typed) if typed.isascii() else 0.0
        except ValueError:
            kilos = 0.0
        if not 0.3 <= kilos <= 300:
            raise ValidationError(_("Ce poids ne va pas. Écrivez des kilos, comme 14,5."))
        return f"{kilos:g}".replace(".", ",")

    def summary(self) -> dict[str, str]:
        return {name: self.cleaned_data[name].strip() for name in QUESTIONS if name in self.fields}


class ConsentsForm(Form):
    """Each scope apart, unticked; only care is needed to be seen. `MORE`: what is told on asking. `accompanied`: said at a
    kiosk already, and not asked again; who helps there is agreed to by name."""

    care = forms.BooleanField(
        label=_("J’accepte d’être soigné à distance, par vidéo."),
        error_messages={"required": _("Sans cet accord, le médecin ne peut pas vous soigner par vidéo.")},
    )
    third_person = forms.BooleanField(
        label=_("J’accepte qu’une autre personne soit présente."), required=False
    )
    lay_assistant = forms.BooleanField(
        label=_("J’accepte qu’une personne non soignante m’aide."), required=False
    )
    send_to_mt = forms.BooleanField(
        label=_("J’accepte que le compte rendu aille à mon médecin traitant."), required=False
    )

    MORE = {
        "care": _("Le médecin peut préférer vous voir en vrai : il vous le dira. Vous pouvez arrêter à tout moment."),
        "third_person": _("Un proche, un interprète. Le médecin vous redemandera, pour chacun."),
        "lay_assistant": _("Si quelqu’un vous aide avec l’appareil. Elle s’engage par écrit au secret."),
        "send_to_mt": _("Vous pourrez revenir sur ce choix dans votre espace."),
    }  # fmt: skip

    def __init__(self, *args: Any, has_mt: bool, accompanied: bool | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.accompanied = accompanied
        if not has_mt:
            del self.fields["send_to_mt"]
        if accompanied is not None:
            del self.fields["third_person"], self.fields["lay_assistant"]

    def needed(self) -> list[tuple[BoundField, str]]:
        return [(one, str(self.MORE[one.name])) for one in self if one.field.required]

    def optional(self) -> list[tuple[BoundField, str]]:
        return [(one, str(self.MORE[one.name])) for one in self if not one.field.required]

    def answers(self) -> dict[str, object]:
        said: dict[str, object] = {
            scope.value: bool(self.cleaned_data[scope.value]) for scope in self._scopes()
        }
        return said if self.accompanied is None else {**said, "third_person": self.accompanied}

    def _scopes(self) -> Iterator[ConsentScope]:
        return (scope for scope in ConsentScope if scope.value in self.fields)
