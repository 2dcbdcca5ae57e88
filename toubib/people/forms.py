"""What people type, with sentences of ours where it does not fit. The operations judge; forms carry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from toubib.directory.enums import Profession, Specialty, Title
from toubib.ground.enums import Channel
from toubib.ground.mail import is_plugged_in
from toubib.people.enums import PROFESSIONAL_ROLES, EvidenceKind, LinkKind, Role, Sex
from toubib.people.identity import BadInput, Identity, faults_of, parse_email, parse_phone
from toubib.people.models import Account, Patient
from toubib.people.operations.grants import NEEDS_PRACTITIONER
from toubib.territory.models import Commune
from toubib.territory.queries import find_communes

_DATE = re.compile(r"(\d{1,2})[\s./-]*(\d{1,2})[\s./-]*(\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}[\s./-]+\d{1,2}[\s./-]+\d{2}")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
NOT_CHOSEN = {
    "required": _("Choisissez une réponse."),
    "invalid_choice": _("Choisissez une réponse de la liste."),
}


def text_field(label: Any, *, longest: int, empty: Any = "", **more: Any) -> forms.CharField:
    """A CharField whose errors are sentences; `empty` is the one for nothing typed."""
    attrs = more.pop("attrs", {})
    messages = {
        "required": empty or _("Écrivez une réponse."),
        "max_length": _("C’est trop long : %(limit_value)d signes au plus."),
        "null_characters_not_allowed": _("Ce texte contient un signe qui ne va pas."),
    }
    widget = more.pop("widget", forms.TextInput)
    field = forms.CharField(
        label=label, max_length=longest, error_messages=messages, widget=widget(attrs=attrs), **more
    )
    field.widget.attrs.pop("maxlength", None)  # what was typed is kept, and the sentence says the length
    return field


class DayField(forms.CharField):
    """A day typed as 17/05/1990, 17 5 1990 or 17051990."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "numeric", **kwargs.pop("attrs", {})})
        )
        kwargs.setdefault("error_messages", {"required": _("Écrivez la date, comme 17/05/1990.")})
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return parse_day(text) if text else None


class CommuneField(forms.CharField):
    """A commune by its name, its postal code or its INSEE code; where several fit, their names are said."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            max_length=120,
            help_text=_("Son nom, ou son code postal."),
            error_messages={"required": _("Écrivez la commune.")},
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            **more,
        )

    def clean(self, value: Any) -> Commune:
        typed = super().clean(value)
        found = find_communes(text=typed, limit=4)
        exact = [one for one in found if typed.casefold() in {one.name.casefold(), one.code_insee.casefold()}]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError(_("Nous ne trouvons pas cette commune. Vérifiez son nom."))
        names = ", ".join(f"{one.name} ({one.code_insee})" for one in found)
        raise forms.ValidationError(
            _("Plusieurs communes vont : %(names)s. Écrivez le code qui suit le nom."),
            params={"names": names},
        )


def parse_day(text: str) -> date:
    """Raises ValidationError with a sentence that says what is wrong."""
    short = text.strip()[:40]
    found, iso = (_DATE.fullmatch(short), _ISO.fullmatch(short)) if short.isascii() else (None, None)
    short_year = _("Écrivez l’année avec ses quatre chiffres. Exemple : 17/05/1990.")
    if found:
        day, month, year = (int(part) for part in found.groups())
    elif iso:
        year, month, day = (int(part) for part in iso.groups())
    elif short.isascii() and _SHORT_YEAR.fullmatch(short):
        raise ValidationError(short_year)
    else:
        raise ValidationError(_("Écrivez la date en chiffres : jour, mois, année. Exemple : 17/05/1990."))
    if year < 1000:  # 170555 reads as a day, a month and the year 555
        raise ValidationError(short_year)
    if not 1 <= month <= 12:
        raise ValidationError(_("Il y a 12 mois. Vérifiez le mois."))
    if not 1 <= day <= _MONTHS[month - 1]:
        raise ValidationError(_("Ce mois n’a pas %(day)s jours. Vérifiez le jour ou le mois.") % {"day": day})
    try:
        return date(year, month, day)
    except ValueError:
        raise ValidationError(_("Cette date n’existe pas. Vérifiez le jour, le mois et l’année.")) from None


class Form(forms.Form):
    """`refuse` puts an operation's refusal beside its field."""

    def refuse(self, error: BadInput) -> None:
        self.add_error(
            error.field if error.field in self.fields else None, ValidationError(str(error.sentence))
        )


class AddressForm(Form):
    address = text_field(
        _("Votre adresse e-mail ou votre mobile"),
        longest=320,
        empty=_("Écrivez votre adresse ou votre numéro."),
        attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        """Without an SMS gateway a number would wait for a code that never leaves: e-mail alone is asked for."""
        super().__init__(*args, **more)
        self.by_sms = is_plugged_in(Channel.SMS)
        if not self.by_sms:
            field = self.fields["address"]
            field.label = _("Votre adresse e-mail")
            field.help_text = _("Nous n’envoyons pas de SMS ici : un numéro de mobile ne sert pas.")
            field.widget.attrs["inputmode"] = "email"


class PasswordForm(Form):
    email = text_field(
        _("Adresse e-mail"),
        longest=254,
        empty=_("Écrivez votre adresse e-mail."),
        attrs={
            "autocomplete": "username",
            "inputmode": "email",
            "autocapitalize": "none",
            "spellcheck": "false",
        },
    )
    password = text_field(
        _("Mot de passe"),
        longest=1000,
        empty=_("Écrivez votre mot de passe."),
        strip=False,
        widget=forms.PasswordInput,
        attrs={"autocomplete": "current-password"},
    )


class CodeForm(Form):
    code = text_field(
        _("Code reçu"),
        longest=20,
        empty=_("Écrivez le code reçu."),
        attrs={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )


class TotpForm(Form):
    code = text_field(
        _("Code de votre application"),
        longest=20,
        empty=_("Écrivez les six chiffres de l’application."),
        attrs={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )


class RecoveryForm(Form):
    code = text_field(
        _("Code de secours"),
        longest=20,
        empty=_("Écrivez un code de secours."),
        attrs={"inputmode": "numeric", "autocomplete": "off"},
    )


class CredentialForm(Form):
    credential = forms.JSONField(widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        credential = self.cleaned_data["credential"]
        if not isinstance(credential, dict):
            raise ValidationError(_("Cette clé n’a pas répondu. Recommencez."))
        return credential


class NewPasswordForm(Form):
    password = text_field(
        _("Nouveau mot de passe"),
        longest=1000,
        empty=_("Choisissez un mot de passe."),
        strip=False,
        widget=forms.PasswordInput,
        help_text=_("12 signes au moins. Une phrase convient bien."),
        attrs={"autocomplete": "new-password"},
    )
    again = text_field(
        _("Le même, encore une fois"),
        longest=1000,
        empty=_("Écrivez-le une seconde fois."),
        strip=False,
        widget=forms.PasswordInput,
        attrs={"autocomplete": "new-password"},
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, self.account)
        return str(password)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "password" in typed and "again" in typed and typed["password"] != typed["again"]:
            self.add_error("again", _("Les deux mots de passe diffèrent."))
        return typed


class IdentityForm(Form):
    """The traits as typed; `identity()` hands them to the operation."""

    birth_given_names = text_field(
        _("Prénoms de naissance"),
        longest=200,
        empty=_("Écrivez au moins un prénom."),
        help_text=_("Tous, dans l’ordre de la pièce d’identité."),
        attrs={"autocomplete": "off"},
    )
    birth_name = text_field(
        _("Nom de naissance"),
        longest=100,
        empty=_("Écrivez le nom de naissance."),
        attrs={"autocomplete": "off"},
    )
    birth_date = DayField(
        label=_("Date de naissance"), help_text=_("Jour, mois, année. Exemple : 17/05/1990.")
    )
    sex = forms.ChoiceField(
        label=_("Sexe à l’état civil"),
        choices=Sex.choices,
        widget=forms.RadioSelect,
        error_messages=NOT_CHOSEN,
    )
    birth_place_code = text_field(
        _("Code de la commune de naissance"),
        longest=5,
        required=False,
        help_text=_("Cinq signes, comme 12202. Né hors de France : 99 et le code du pays."),
    )
    used_name = text_field(_("Nom utilisé"), longest=100, required=False, help_text=_("S’il diffère."))
    used_given_name = text_field(
        _("Prénom utilisé"), longest=100, required=False, help_text=_("S’il diffère.")
    )
    nir_assure = text_field(
        _("Numéro de sécurité sociale de l’assuré"),
        longest=40,
        required=False,
        help_text=_("Celui de la carte Vitale, clé comprise. Il sert au remboursement."),
        attrs={"inputmode": "text", "autocomplete": "off"},
    )

    @staticmethod
    def initial_of(patient: Patient) -> dict[str, Any]:
        """The NIR is not shown again: left empty, it is kept."""
        names = (
            "birth_given_names",
            "birth_name",
            "birth_date",
            "sex",
            "birth_place_code",
            "used_name",
            "used_given_name",
        )
        return {name: getattr(patient, name) for name in names}

    def clean(self) -> dict[str, Any]:
        """What the operation would refuse field by field is said all at once; a field left wrong stands in for none."""
        typed = super().clean() or {}
        for error in faults_of(self._so_far(typed), today=timezone.localdate()):
            if error.field in typed:
                self.refuse(error)
        return typed

    def _so_far(self, typed: Mapping[str, Any]) -> Identity:
        known = {name: typed[name] for name in IdentityForm.base_fields if typed.get(name)}
        return Identity(
            **{
                "birth_name": "",
                "birth_given_names": "",
                "birth_date": timezone.localdate(),
                "sex": "",
                **known,
            }
        )

    def identity(self) -> Identity:
        typed = {name: self.cleaned_data[name] for name in IdentityForm.base_fields}
        return Identity(**{**typed, "nir_assure": typed["nir_assure"] or None})


RELATIVE_KINDS = (
    LinkKind.PARENT,
    LinkKind.RELATIVE,
    LinkKind.GUARDIAN,
    LinkKind.CHILD_PROTECTION,
    LinkKind.TRUSTED_PERSON,
)


class RelativeForm(IdentityForm):
    kind = forms.ChoiceField(
        label=_("Vous êtes, pour cette personne"),
        widget=forms.RadioSelect,
        error_messages=NOT_CHOSEN,
        choices=[(kind.value, kind.label) for kind in RELATIVE_KINDS],
    )
    declared = forms.BooleanField(
        label=_("Je déclare sur l’honneur pouvoir agir pour cette personne."),
        error_messages={"required": _("Cochez la case pour déclarer ce lien.")},
    )
    field_order = ("kind",)


class EvidenceForm(Form):
    kind = forms.ChoiceField(label=_("Justificatif"), choices=EvidenceKind.choices, error_messages=NOT_CHOSEN)
    reference = text_field(
        _("Référence du document"), longest=120, empty=_("Écrivez la référence du document.")
    )
    valid_from = DayField(label=_("Valable du"), help_text=_("Exemple : 01/01/2026."))
    valid_until = DayField(label=_("jusqu’au, ce jour exclu"), help_text=_("Exemple : 01/01/2027."))


class PracticeForm(Form):
    """What documents print of the place of practice; nothing is compulsory, what is unknown stays empty."""

    practice_address = text_field(
        _("Adresse du lieu d’exercice"),
        longest=120,
        required=False,
        help_text=_("Numéro et rue. Le code postal et la commune s’ajoutent."),
    )
    practice_phone = text_field(_("Téléphone"), longest=30, required=False, attrs={"inputmode": "tel"})
    practice_email = text_field(
        _("Adresse e-mail professionnelle"), longest=254, required=False, attrs={"inputmode": "email"}
    )
    practice_finess = text_field(
        _("Numéro FINESS du lieu"),
        longest=20,
        required=False,
        help_text=_("Neuf signes, si le lieu en a un."),
    )
    am_number = text_field(
        _("Numéro Assurance maladie"),
        longest=20,
        required=False,
        attrs={"inputmode": "numeric"},
        help_text=_("Neuf chiffres, ceux de la feuille de soins."),
    )

    def clean_practice_phone(self) -> str:
        return self._judged(parse_phone, "practice_phone")

    def clean_practice_email(self) -> str:
        return self._judged(parse_email, "practice_email")

    def _judged(self, parse: Any, name: str) -> str:
        typed = self.cleaned_data[name]
        try:
            return parse(typed, field=name) if typed else ""
        except BadInput as error:
            raise ValidationError(str(error.sentence)) from None


class ReasonForm(Form):
    reason = text_field(_("Raison de la suspension"), longest=200, empty=_("Écrivez la raison."))


class StaffForm(Form):
    name = text_field(_("Prénom et nom"), longest=120, empty=_("Écrivez le prénom et le nom."))
    email = text_field(
        _("Adresse e-mail"), longest=254, empty=_("Écrivez l’adresse e-mail."), attrs={"inputmode": "email"}
    )
    roles = forms.MultipleChoiceField(
        label=_("Rôles"),
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (role.value, role.label) for role in Role if role in PROFESSIONAL_ROLES - NEEDS_PRACTITIONER
        ],
        error_messages={
            "required": _("Choisissez au moins un rôle."),
            "invalid_choice": NOT_CHOSEN["invalid_choice"],
        },
    )


class ProfessionalForm(Form):
    rpps = text_field(
        _("Numéro RPPS"),
        longest=20,
        empty=_("Écrivez le numéro RPPS."),
        attrs={"inputmode": "numeric"},
        help_text=_("Onze chiffres, sur l’extrait RPPS."),
    )
    role = forms.ChoiceField(
        label=_("Rôle"),
        widget=forms.RadioSelect,
        error_messages=NOT_CHOSEN,
        choices=[(role.value, role.label) for role in (Role.PRACTITIONER, Role.ASSISTANT)],
    )
    title = forms.ChoiceField(label=_("Titre"), choices=Title.choices, error_messages=NOT_CHOSEN)
    given_name = text_field(_("Prénom"), longest=80, empty=_("Écrivez le prénom."))
    family_name = text_field(_("Nom"), longest=80, empty=_("Écrivez le nom."))
    profession = forms.ChoiceField(
        label=_("Profession"), choices=Profession.choices, error_messages=NOT_CHOSEN
    )
    specialty = forms.ChoiceField(
        label=_("Spécialité"),
        choices=[("", "—"), *Specialty.choices],
        required=False,
        error_messages=NOT_CHOSEN,
    )
    practice_name = text_field(_("Lieu d’exercice"), longest=120, empty=_("Écrivez le nom du lieu."))
    practice_commune = CommuneField(label=_("Commune du lieu"))
    email = text_field(
        _("Adresse e-mail"), longest=254, empty=_("Écrivez l’adresse e-mail."), attrs={"inputmode": "email"}
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("profession") == Profession.DOCTOR and not typed.get("specialty"):
            self.add_error("specialty", _("Un médecin a une spécialité. Choisissez-la."))
        return typed


class RoleForm(Form):
    role = forms.ChoiceField(
        label=_("Rôle"),
        choices=[(role.value, role.label) for role in Role if role in PROFESSIONAL_ROLES],
        error_messages=NOT_CHOSEN,
    )
