"""What a signed note shows: each part that says something, nothing of anyone as markup."""

from datetime import UTC, datetime

from django.utils.translation import override

from toubib.consultation.note_html import write_notes
from toubib.record.models import Note

AT = datetime(2026, 8, 1, 12, 3, tzinfo=UTC)
TEXTS = {"reason": "Toux <b>\r\nfièvre", "findings": "", "conclusion": "Virose", "advice": "L’eau & le repos"}


def test_first_version_shows_its_parts_escaped_line_by_line():
    assert write_notes([Note(version=1, signed_at=AT, **TEXTS, diagnosis="J06.9 « Rhume »")]) == (
        '<div class="stack tight note-text"><p><b>Motif</b><br>Toux &lt;b&gt;<br>fièvre</p>'
        "<p><b>Conclusion et décision</b><br>Virose</p><p><b>Code CIM-10</b><br>J06.9 « Rhume »</p>"
        "<p><b>Conseils</b><br>L’eau &amp; le repos</p></div>"
    )


def test_addition_has_its_day_and_no_label_a_correction_both():
    added = Note(version=2, signed_at=AT, reason="", findings="", conclusion="Va mieux", advice="")
    corrected = Note(version=3, signed_at=AT, why="Erreur", **{**TEXTS, "reason": "", "advice": ""})
    assert write_notes([added, corrected]) == (
        '<div class="stack tight note-text"><p class="small soft">Ajout du 1er\u00a0août\u00a02026 à 14\u00a0h\u00a003</p>'
        '<p>Va mieux</p></div><div class="stack tight note-text"><p class="small soft">'
        "Corrigée le 1er\u00a0août\u00a02026 à 14\u00a0h\u00a003</p><p><b>Conclusion et décision</b><br>Virose</p></div>"
    )


def test_words_follow_the_language_and_no_note_is_an_empty_block():
    with override("en"):
        assert "<b>Motif</b>" not in write_notes([Note(version=1, **TEXTS)])
    assert write_notes([None]) == '<div class="stack tight note-text"></div>'
