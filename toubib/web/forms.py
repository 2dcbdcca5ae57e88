"""What patients and guests type from the waiting room on. Sentences stand beside the field; what was typed is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from toubib.consultation.enums import ParticipantRole
from toubib.people.identity import BadInput, parse_phone
from toubib.territory.models import Commune
from toubib.territory.queries import find_communes
from toubib.waiting.enums import NotifyWhen

PHONE = {"inputmode": "tel", "autocomplete": "tel"}


class PhoneField(forms.CharField):
    """A French or international number, kept as +33…; `sms`: one that we send an SMS to."""

    def __init__(self, *, sms: bool = False, **over: Any) -> None:
        self.sms = sms
        over.setdefault("max_length", 24)
        over.setdefault("widget", forms.TextInput(attrs={"type": "tel", **PHONE}))
        super().__init__(**over)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return parse_phone(text, mobile=self.sms)
        except BadInput as error:
            raise forms.ValidationError(str(error.sentence)) from None


class GoOutForm(forms.Form):
    """Go out and be called back by message."""

    notify_when = forms.ChoiceField(
        label=_("Quand faut-il vous prévenir ?"),
        choices=[
            (NotifyWhen.ONE_AHEAD, _("Quand une personne est devant moi")),
            (NotifyWhen.MY_TURN, _("Quand c’est mon tour")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez quand vous prévenir.")},
    )
    phone = PhoneField(
        sms=True,
        label=_("Votre numéro de portable"),
        help_text=_("Pour ce rappel seulement. Aucun mot de santé dans le SMS."),
        error_messages={"required": _("Écrivez le numéro où vous prévenir.")},
    )


class InviteForm(forms.Form):
    role = forms.ChoiceField(
        label=_("Qui voulez-vous inviter ?"),
        choices=[
            (ParticipantRole.RELATIVE, _("Un proche")),
            (ParticipantRole.INTERPRETER, _("Un interprète")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez qui vous invitez.")},
    )


class PlaceForm(forms.Form):
    """Where the patient is now, typed; `commune` is found from the name or the postal code."""

    commune = forms.CharField(
        label=_("Commune ou code postal"),
        max_length=120,
        error_messages={"required": _("Écrivez la commune où vous êtes.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    detail = forms.CharField(
        label=_("Adresse, étage, code d’entrée"),
        max_length=200,
        error_messages={"required": _("Écrivez où les secours vous trouveraient.")},
        help_text=_("Pour que les secours vous trouvent, s’il le fallait."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    callback_phone = PhoneField(
        label=_("Numéro où vous rappeler"),
        error_messages={"required": _("Écrivez le numéro où vous rappeler.")},
    )

    def clean_commune(self) -> Commune:
        text = self.cleaned_data["commune"]
        found = find_communes(text=text, limit=4)
        exact = [one for one in found if one.name.casefold() == text.strip().casefold()]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError(_("Nous ne trouvons pas cette commune. Vérifiez son nom."))
        names = ", ".join(f"{one.name} ({', '.join(one.postal_codes[:1])})" for one in found)
        raise forms.ValidationError(
            _("Plusieurs communes commencent ainsi : %(names)s. Écrivez le nom entier."),
            params={"names": names},
        )


class PhotoForm(forms.Form):
    title = forms.CharField(
        label=_("Ce que montre l’image"),
        max_length=80,
        required=False,
        help_text=_("Par exemple : ancienne ordonnance, bouton au bras."),
    )
    file = forms.FileField(
        label=_("Photo ou document"),
        help_text=_("JPEG, PNG, WebP ou PDF, 10 Mo au plus. Le lieu et l’appareil sont effacés de la photo."),
        error_messages={
            "required": _("Choisissez une photo ou un document."),
            "invalid": _("Ce fichier n’a pas pu être lu. Choisissez-le encore."),
            "empty": _("Ce fichier est vide."),
        },
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
    )


class GuestNameForm(forms.Form):
    name = forms.CharField(
        label=_("Votre prénom et votre nom"),
        min_length=2,
        max_length=80,
        help_text=_("Le médecin et le patient les lisent avant de vous laisser entrer."),
        error_messages={
            "required": _("Écrivez votre prénom et votre nom."),
            "min_length": _("Écrivez votre prénom et votre nom en entier."),
            "max_length": _("Ce nom est trop long : 80 lettres au plus."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not any(c.isalpha() for c in name):
            raise forms.ValidationError(_("Écrivez votre prénom et votre nom."))
        return name


MARKS = [(str(mark), str(mark)) for mark in range(1, 6)]
SCALE = _("De 1, pas du tout, à 5, tout à fait.")


class RatingForm(forms.Form):
    helped = forms.ChoiceField(
        label=_("Cette consultation vous a-t-elle aidé ?"),
        choices=MARKS,
        help_text=SCALE,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez une note de 1 à 5.")},
    )
    call_quality = forms.ChoiceField(
        label=_("Vous êtes-vous bien vus et entendus ?"),
        choices=MARKS,
        help_text=SCALE,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez une note de 1 à 5.")},
    )


class ComplaintForm(forms.Form):
    text = forms.CharField(
        label=_("Ce qui s’est mal passé"),
        max_length=4000,
        help_text=_(
            "Lu par le directeur médical et le responsable de la conformité. Ils vous répondent ici."
        ),
        error_messages={
            "required": _("Écrivez ce qui s’est mal passé."),
            "max_length": _("Ce texte est trop long : 4 000 signes au plus."),
        },
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class ErasureForm(forms.Form):
    sure = forms.BooleanField(
        label=_("J’ai compris que le dossier médical reste gardé le temps que dit la loi."),
        error_messages={"required": _("Cochez la case pour envoyer la demande.")},
    )
    close_account = forms.BooleanField(
        label=_("Fermez aussi mon compte et effacez mes contacts."),
        help_text=_("Vous n’aurez plus vos documents en ligne : prenez d’abord votre copie."),
        required=False,
    )
