"""A doctor's own words to begin notes with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, lock_row, transactional
from toubib.record.models import NoteTemplate
from toubib.record.noted import TEXTS

MOST_TEMPLATES = 100


class TemplateRefused(Exception):
    """str() is a sentence for the doctor."""


@transactional
def keep_template(
    *, practitioner_id: UUID, title: str, texts: Mapping[str, str], by: Actor, now: datetime
) -> NoteTemplate:
    """Keep the texts of a note under a name; the same words under the same name are one. Raises TemplateRefused."""
    content = {name: texts[name] for name in TEXTS if texts.get(name, "").strip()}
    hold_lock(f"templates:{practitioner_id}")
    if not content:
        raise TemplateRefused(_("La note est vide : écrivez d’abord ce que vous voulez garder."))
    own = list(NoteTemplate.objects.filter(practitioner_id=practitioner_id))
    for one in own:
        if one.title == title and one.content == content:
            return one
    if len(own) >= MOST_TEMPLATES:
        raise TemplateRefused(_("Vous avez déjà %(n)s modèles : supprimez-en un.") % {"n": MOST_TEMPLATES})
    made = NoteTemplate.objects.create(
        practitioner_id=practitioner_id, title=title, content=content, made_at=now
    )
    trace(by=by, action="record.template.keep", now=now, subject="template", subject_id=made.id)
    return made


@transactional
def rename_template(*, template_id: UUID, title: str, by: Actor, now: datetime) -> NoteTemplate:
    row = lock_row(NoteTemplate.objects.all(), pk=template_id)
    row.title = title
    row.save(update_fields=["title"])
    trace(by=by, action="record.template.rename", now=now, subject="template", subject_id=row.id)
    return row


@transactional
def delete_template(*, template_id: UUID, by: Actor, now: datetime) -> None:
    """For good: the notes that it began stay as they are. Idempotent."""
    gone, _rows = NoteTemplate.objects.filter(pk=template_id).delete()
    if gone:
        trace(by=by, action="record.template.delete", now=now, subject="template", subject_id=template_id)
