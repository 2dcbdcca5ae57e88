"""`/regles`: the law of a day in words, its doubts, its changes, and what a wrong day answers."""

from datetime import date

import pytest
from django.utils import timezone, translation

from toubib.rulebook import show
from toubib.rulebook.parameters import all_parameters, in_force
from toubib.rulebook.unread import UNREAD
from toubib.web.law import changes, plain, subjects_on
from toubib.web.rule_words import CONFIDENCES, SUBJECTS, WORDS, say_value

pytestmark = pytest.mark.django_db

DAY = date(2025, 3, 10)


def spaced(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("&nbsp;", " ")


def text_of(answer):
    return " ".join(spaced(answer.content.decode()).split())


def rule_on(id, *, on=DAY):
    return next(rule for subject in subjects_on(on=on) for rule in subject.rules if rule.row.id == id)


def test_every_word_subject_and_confidence_of_the_data_has_its_french():
    rows = all_parameters()
    values = [one.value for row in rows for one in (row, *row.alternatives) if row.unit in ("enum", "list")]
    words = {word for value in values for word in (value if isinstance(value, tuple) else (value,))}
    assert words - set(WORDS) == set()
    assert {row.subject for row in rows} - set(SUBJECTS) == set()
    assert {row.confidence for row in rows} - set(CONFIDENCES) == set()


def test_subjects_are_called_alike_on_the_page_and_in_the_command():
    with translation.override("fr"):
        assert {key: str(title) for key, title in SUBJECTS.items()} == {
            key: french for key, (french, _) in show.SUBJECTS.items()
        }


def test_every_value_can_be_said():
    rows = all_parameters()
    said = [say_value(value=one.value, unit=row.unit) for row in rows for one in (row, *row.alternatives)]
    assert [words for words in said if not words] == []


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (True, "bool", "oui"),
        (False, "bool", "non"),
        (25.0, "EUR", "25,00 €"),
        (3.15, "coefficient_EUR", "3,15 €"),
        (0.2, "ratio", "20 %"),
        (0.302, "ratio", "30,2 %"),
        (0.0, "ratio", "0 %"),
        (1.0, "ratio", "100 %"),
        (1, "acts", "1 acte"),
        (3, "days", "3 jours"),
        (16, "age", "16 ans"),
        (29000, "communes", "29 000 communes"),
        (90, "seconds", "90 secondes"),
        (("ZIP", "ZAC"), "list", "ZIP, ZAC"),
        ((), "list", "rien de plus"),
        ("Cerfa 10170*07", "text", "Cerfa 10170*07"),
    ],
)
def test_value_is_said_in_words(value, unit, words):
    with translation.override("fr"):
        said = say_value(value=value, unit=unit)
    assert spaced(said) == words


def test_every_rule_of_the_day_is_there_once():
    shown = [rule.row.id for subject in subjects_on(on=DAY) for rule in subject.rules]
    assert sorted(shown) == [row.id for row in in_force(on=DAY)]


def test_a_contested_rule_shows_its_other_reading_and_its_past():
    rule = rule_on("cap.rate.psychiatry")
    assert (spaced(rule.value), rule.doubt) == ("40 %", "contesté")
    assert [(spaced(one.value), spaced(one.period)) for one in rule.alternatives] == [
        ("40 %", "depuis le 1er décembre 2024")
    ]
    assert [(spaced(one.value), spaced(one.period), one.is_shown) for one in rule.history] == [
        ("20 %", "du 26 septembre 2021 au 21 juin 2024", False),
        ("40 %", "depuis le 22 juin 2024", True),
    ]


def test_doubt_is_one_word():
    words = {id: rule_on(id).doubt for id in ("tariff.TC", "cap.rate.general", "tariff.TCG")}
    assert words == {"tariff.TC": "non vérifié", "cap.rate.general": "contesté", "tariff.TCG": ""}


def test_what_no_rule_reads_is_marked_and_nothing_else(client):
    marked = {
        rule.row.id for subject in subjects_on(on=DAY) for rule in subject.rules if rule.is_for_information
    }
    assert marked == UNREAD & {row.id for row in in_force(on=DAY)}
    sentence = "Affiché pour information : aucune règle ne le lit encore."
    assert text_of(client.get("/regles", {"date": DAY.isoformat()})).count(sentence) == len(marked) > 40
    assert not rule_on("cap.rate.general").is_for_information


def test_words_sought_mark_the_rules_that_hold_them_all():
    fitting = {
        rule.row.id for subject in subjects_on(on=DAY, words="TELE-expertise délai") for rule in subject.rules if rule.fits
    }  # fmt: skip
    assert fitting == {"te.reply_delay_days"}


def test_words_are_sought_without_accents_capitals_or_curly_apostrophes():
    assert plain("L’Été À Noël") == "l'ete a noel"


def test_changes_are_days_of_the_law_the_latest_first():
    days = dict(changes())
    assert list(days) == sorted(days, reverse=True)
    assert (days[date(2024, 6, 22)] > 4, date(2022, 6, 1) in days) == (True, True)


def test_page_shows_today_by_default_with_article_and_date(client):
    text = text_of(client.get("/regles"))
    assert f'value="{timezone.localdate().isoformat()}"' in text
    assert "Convention médicale 2024, art. 87.7" in text
    assert "Choix de Toubib, pas de la loi" in text


def test_page_of_another_day_shows_its_law(client):
    before, after = (
        text_of(client.get("/regles", {"date": day, "q": "participation forfaitaire"}))
        for day in ("2024-05-14", "2024-05-15")
    )
    assert ("<b>1,00 €</b>" in before, "<b>2,00 €</b>" in after) == (True, True)


@pytest.mark.parametrize("day", ["2025-02-30", "hier", "10/03/2025", "2025-03-10'", "\x00"])
def test_bad_day_is_a_sentence_beside_what_was_typed_and_today_is_shown(client, day):
    answer = client.get("/regles", {"date": day})
    text = text_of(answer)
    assert answer.status_code == 200
    assert "Ce jour ne se lit pas, ou n’existe pas. Écrivez-le ainsi : 2025-03-10." in text
    assert 'aria-invalid="true"' in text
    assert "tariff.TCG" in text


def test_no_day_is_today(client):
    assert "Ce jour ne se lit pas" not in text_of(client.get("/regles", {"date": ""}))


def test_day_without_law_says_so_and_leads_back(client):
    text = text_of(client.get("/regles", {"date": "1950-01-01"}))
    assert ("Aucune règle n’est connue pour ce jour." in text, 'href="/regles"' in text) == (True, True)


def test_words_that_nothing_holds_say_so(client):
    assert "Aucune règle ne contient ces mots." in text_of(client.get("/regles", {"q": "zzzz"}))


def test_words_sought_are_escaped(client):
    assert "<script>alert" not in text_of(client.get("/regles", {"q": "<script>alert(1)</script>"}))


def test_page_asks_no_query(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/regles?date=2025-03-10")


def test_rule_of_the_line_and_law_lead_to_each_other(client):
    assert 'href="/regle-de-la-file"' in text_of(client.get("/regles"))
    assert 'href="/regles"' in text_of(client.get("/regle-de-la-file"))
