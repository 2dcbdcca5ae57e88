"""What is typed on a machine, or about one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from toubib.directory.models import Place
from toubib.kiosk.enums import Presence
from toubib.people.forms import NOT_CHOSEN, Form, text_field
from toubib.people.identity import BadInput, parse_phone


class CodeForm(Form):
    code = text_field(
        _("Code de la borne"),
        longest=20,
        empty=_("Écrivez le code donné par le responsable du lieu."),
        help_text=_("Dix signes, par exemple ABCDE-23456. Il sert une fois."),
        attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class PhoneForm(Form):
    phone = text_field(
        _("Votre téléphone mobile"),
        longest=40,
        empty=_("Écrivez un numéro où vous rappeler."),
        help_text=_("Un code y part par SMS. Il sert aussi à vous rappeler quand c’est votre tour."),
        attrs={"autocomplete": "off", "inputmode": "tel", "type": "tel"},
    )

    def clean_phone(self) -> str:
        try:
            return parse_phone(self.cleaned_data["phone"])
        except BadInput as error:
            raise ValidationError(str(error.sentence)) from None


class RoomForm(Form):
    presence = forms.ChoiceField(
        label=_("Qui est dans la pièce avec vous ?"),
        choices=Presence.choices,
        widget=forms.RadioSelect,
        error_messages=NOT_CHOSEN,
    )
    door = forms.BooleanField(
        label=_("La porte, ou le rideau, est fermée."),
        error_messages={"required": _("Fermez la porte ou le rideau : personne ne doit vous entendre.")},
    )


class MachineForm(Form):
    place = forms.ChoiceField(label=_("Lieu"), error_messages=NOT_CHOSEN)
    name = text_field(
        _("Nom de la borne"),
        longest=80,
        empty=_("Écrivez le nom de la borne, par exemple « Borne du comptoir »."),
        attrs={"autocomplete": "off"},
    )

    def __init__(self, data: Any = None, *, places: list[Place], **more: Any) -> None:
        super().__init__(data, **more)
        self.places = {str(one.id): one for one in places}
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, f"{one.name}, {one.commune.name}") for key, one in self.places.items()]
