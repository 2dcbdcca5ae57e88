"""Signed notes as the pages show them, written by hand: a page shows twenty at once, and a template costs much more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.text import normalize_newlines
from django.utils.translation import gettext as _

from toubib.record.models import Note
from toubib.ui.formats import say_moment


def write_notes(notes: Iterable[Note | None]) -> SafeString:
    """One block a version: its heading when it came later, then each part that says something."""
    return SafeString(
        "".join(f'<div class="stack tight note-text">{"".join(_parts(note))}</div>' for note in notes)
    )


def _heading(text: str) -> str:
    return f'<p class="small soft">{escape(text)}</p>'


def _parts(note: Note | None) -> Iterator[str]:
    if note is None:
        return
    when = {"when": say_moment(note.signed_at) if note.signed_at else ""}
    if note.why:
        yield _heading(_("Corrigée le %(when)s") % when)
    elif note.version > 1:
        yield _heading(_("Ajout du %(when)s") % when)
    yield from _part(_("Motif"), note.reason)
    yield from _part(_("Antécédents utilisés"), note.history)
    yield from _part(_("Constatations"), note.findings)
    yield from _part(_("Mesures"), note.measured if note.measurements else "")
    yield from _part(_("Conclusion et décision") if note.version == 1 or note.why else "", note.conclusion)
    yield from _part(_("Code CIM-10"), note.diagnosis)
    yield from _part(_("Conseils"), note.advice)
    yield from _part(_("Signes d’alerte dits"), note.warning_signs)


def _part(label: str, said: str | None) -> Iterator[str]:
    """An addition has no label."""
    if said:
        head = f"<b>{escape(label)}</b><br>" if label else ""
        yield f"<p>{head}{_lines(said)}</p>"


def _lines(said: str) -> str:
    return escape(normalize_newlines(said)).replace("\n", "<br>")
