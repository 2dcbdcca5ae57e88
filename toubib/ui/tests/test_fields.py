from django import forms

from toubib.ui.fields import FieldError, list_errors, render_choices, render_field

WARN = '<svg class="icon" aria-hidden="true"><use href="/static/ui/icons.svg#i-alert-triangle"/></svg>'


class Form(forms.Form):
    name = forms.CharField(label="Nom <b>", help_text="Comme sur la carte & rien d’autre", max_length=5)
    nick = forms.CharField(label="Surnom", required=False)
    who = forms.ChoiceField(label="Qui ?", choices=[("me", "Moi"), ("kin", "<i>")], widget=forms.RadioSelect)
    signs = forms.MultipleChoiceField(
        label="Signes", choices=[("a", "Toux")], widget=forms.CheckboxSelectMultiple, required=False
    )
    agree = forms.BooleanField(label="J’accepte", required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_name(self):
        raise forms.ValidationError("Trop <long>.")


def test_render_field_when_empty():
    assert render_field(bound=Form()["name"]) == (
        '<div class="field"><label for="id_name">Nom &lt;b&gt;</label>'
        '<span class="hint" id="id_name_hint">Comme sur la carte &amp; rien d’autre</span>'
        '<input type="text" name="name" maxlength="5" aria-describedby="id_name_hint" required id="id_name"></div>'
    )


def test_render_field_when_wrong_keeps_what_was_typed_and_escapes():
    assert render_field(bound=Form({"name": '"<x>'})["name"]) == (
        '<div class="field"><label for="id_name">Nom &lt;b&gt;</label>'
        '<span class="hint" id="id_name_hint">Comme sur la carte &amp; rien d’autre</span>'
        '<input type="text" name="name" value="&quot;&lt;x&gt;" maxlength="5"'
        ' aria-describedby="id_name_hint id_name_error" required aria-invalid="true" id="id_name">'
        f'<span class="error" id="id_name_error">{WARN} Trop &lt;long&gt;.</span></div>'
    )


def test_render_field_when_optional_says_so():
    assert render_field(bound=Form()["nick"]) == (
        '<div class="field"><label for="id_nick">Surnom <span class="soft small">(facultatif)</span></label>'
        '<input type="text" name="nick" id="id_nick"></div>'
    )


def test_render_field_when_optional_is_plain():
    assert render_field(bound=Form()["nick"], mark_optional=False) == (
        '<div class="field"><label for="id_nick">Surnom</label><input type="text" name="nick" id="id_nick"></div>'
    )


def test_render_field_of_one_box():
    assert render_field(bound=Form({"agree": "on"})["agree"]) == (
        '<div class="field"><label class="choice" for="id_agree">'
        '<input type="checkbox" name="agree" id="id_agree" checked><span>J’accepte</span></label></div>'
    )


def test_render_field_when_hidden():
    assert render_field(bound=Form()["token"]) == '<input type="hidden" name="token" id="id_token">'


def test_render_field_of_radios_when_missing():
    assert render_field(bound=Form({})["who"]) == (
        '<fieldset class="field" role="radiogroup" aria-invalid="true" aria-describedby="id_who_error" id="id_who">'
        '<legend>Qui ?</legend><div class="stack tight">'
        '<label class="choice" for="id_who_0"><input type="radio" name="who" value="me" id="id_who_0" required>'
        "<span>Moi</span></label>"
        '<label class="choice" for="id_who_1"><input type="radio" name="who" value="kin" id="id_who_1" required>'
        "<span>&lt;i&gt;</span></label></div>"
        f'<span class="error" id="id_who_error">{WARN} Ce champ est obligatoire.</span></fieldset>'
    )


def test_render_choices_with_a_line_under_one():
    form = Form({"who": "me"})
    form.fields["who"].choice_hints = {"me": "seul & debout"}
    assert render_choices(bound=form["who"], css="grid") == (
        '<fieldset class="field" role="radiogroup" id="id_who"><legend>Qui ?</legend><div class="grid">'
        '<label class="choice" for="id_who_0"><input type="radio" name="who" value="me" id="id_who_0" required checked>'
        '<span><b>Moi</b><br><span class="small soft">seul &amp; debout</span></span></label>'
        '<label class="choice" for="id_who_1"><input type="radio" name="who" value="kin" id="id_who_1" required>'
        "<span>&lt;i&gt;</span></label></div></fieldset>"
    )


def test_render_choices_of_boxes_is_no_radio_group():
    assert render_choices(bound=Form()["signs"], mark_optional=False) == (
        '<fieldset class="field" id="id_signs"><legend>Signes</legend><div class="stack tight">'
        '<label class="choice" for="id_signs_0"><input type="checkbox" name="signs" value="a" id="id_signs_0">'
        "<span>Toux</span></label></div></fieldset>"
    )


def test_list_errors_points_at_each_control():
    form = Form({"name": "x"})
    form.add_error(None, "Rien ne va.")
    assert list_errors(form=form) == [
        FieldError("", "", "Rien ne va."),
        FieldError("id_name", "Nom <b>", "Trop <long>."),
        FieldError("id_who_0", "Qui ?", "Ce champ est obligatoire."),
    ]


def test_list_errors_when_right():
    assert list_errors(form=Form()) == []
