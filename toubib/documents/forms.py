"""The code or the file of a document to verify."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from toubib.documents.codes import read_code

MOST_BYTES = 5 * 1024 * 1024


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code du document"),
        help_text=_("Il est au bas du document, par quatre lettres ou chiffres."),
        max_length=60,
        error_messages={
            "required": _("Écrivez le code."),
            "max_length": _("Ce code a 16 lettres et chiffres. Vérifiez-le."),
            "null_characters_not_allowed": _("Ce texte contient un signe qui ne va pas."),
        },
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs.pop("maxlength", None)

    def clean_code(self) -> str:
        code = read_code(self.cleaned_data["code"])
        if code is None:
            raise ValidationError(_("Ce code a 16 lettres et chiffres. Vérifiez-le."))
        return code


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("Fichier PDF"),
        help_text=_("Il n’est pas gardé."),
        allow_empty_file=True,
        error_messages={
            "required": _("Choisissez le fichier PDF à vérifier."),
            "invalid": _("Choisissez le fichier PDF à vérifier."),
            "missing": _("Choisissez le fichier PDF à vérifier."),
        },
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_file(self) -> UploadedFile:
        given: UploadedFile = self.cleaned_data["file"]
        if (given.size or 0) > MOST_BYTES:
            raise ValidationError(_("Ce fichier dépasse 5 Mo : il ne vient pas d’ici."))
        return given
