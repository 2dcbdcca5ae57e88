import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template

from toubib.ui.templatetags import ui

NB = "\u00a0"


def render(source, **context):
    return Template(source).render(Context(context))


def test_icon_points_into_the_sprite():
    assert render('{% icon "check" %}') == (
        '<svg class="icon" aria-hidden="true"><use href="/static/ui/icons.svg#i-check"/></svg>'
    )


def test_icon_when_the_sprite_has_none():
    with pytest.raises(ui.UnknownDrawing):
        render('{% icon "unicorn" %}')


def test_portrait_by_initials():
    assert (
        render("{% portrait name %}", name="Julien Morel")
        == '<span class="disc" aria-hidden="true">JM</span>'
    )


def test_portrait_drawn_and_labelled_is_escaped():
    assert render('{% portrait name drawing="salome" css="xl" labelled=True %}', name='Dre "V" <b>') == (
        '<span class="disc xl" role="img" aria-label="Dre &quot;V&quot; &lt;b&gt;">'
        '<svg viewBox="0 0 200 200" aria-hidden="true"><use href="/static/ui/icons.svg#p-salome"/></svg></span>'
    )


def test_portrait_when_the_drawing_is_unknown_gives_initials():
    assert (
        render('{% portrait "<a> <b>" drawing="nobody" %}')
        == '<span class="disc" aria-hidden="true">&lt;&lt;</span>'
    )


def test_filters_of_time_and_age():
    said = render(
        "{{ m|heure }}|{{ m|jour }}|{{ m|jour_court }}|{{ m|moment }}|{{ 252|duree }}|{{ 8|intervalle:20 }}|"
        "{{ b|age:on }}|{{ 3|rang }}|{{ '0639980042'|telephone }}|{{ 'a b'|nbsp }}|{{ 'Julien Morel'|initiales }}",
        m=datetime(2026, 11, 3, 13, 32, tzinfo=UTC),
        b=date(1955, 3, 14),
        on=date(2026, 11, 21),
    )
    assert said.replace(NB, " ") == (
        "14 h 32|3 novembre 2026|03/11/2026|3 novembre 2026 à 14 h 32|4 min 12|8 à 20 min|"
        "71 ans|3<sup>e</sup>|06 39 98 00 42|a b|JM"
    )


def test_filters_of_nothing_say_nothing():
    source = (
        "{{ n|heure }}{{ n|jour }}{{ n|jour_court }}{{ n|moment }}{{ n|duree }}{{ n|age }}{{ n|telephone }}"
    )
    assert render(source, n=None) == ""


def test_filters_escape_what_came_from_people():
    assert render("{{ x|nbsp }}{{ x|telephone }}{{ x|initiales }}", x="<b>") == "&lt;b&gt;&lt;b&gt;&lt;"


class Form(forms.Form):
    name = forms.CharField(label="Nom")


def test_error_summary_links_to_the_field():
    assert render("{% error_summary form %}", form=Form({})) == (
        '<div class="notice warning" data-error-summary tabindex="-1" role="group" aria-label="À revoir">'
        '<svg class="icon" aria-hidden="true"><use href="/static/ui/icons.svg#i-alert-triangle"/></svg>'
        '<div class="stack tight"><p><b>Une réponse est à revoir.</b></p><ul class="list-plain">'
        '<li><a href="#id_name">Nom</a><br><span class="small">Ce champ est obligatoire.</span></li>'
        "</ul></div></div>\n"
    )


def test_error_summary_when_right_is_nothing():
    assert render("{% error_summary form %}", form=Form()) == "\n"


def test_field_and_choices_are_tags():
    assert render("{% field form.name %}", form=Form()) == (
        '<div class="field"><label for="id_name">Nom</label>'
        '<input type="text" name="name" required id="id_name"></div>'
    )


def test_every_icon_named_in_a_template_is_in_the_sprite():
    package = Path(ui.__file__).resolve().parents[2]
    named = {
        (str(path.relative_to(package)), f"i-{name}")
        for path in package.glob("*/templates/**/*.html")
        for name in re.findall(r"""\{% icon ["']([^"']+)["']""", path.read_text())
    }
    assert sorted(one for one in named if one[1] not in ui.sprite_names()) == []
