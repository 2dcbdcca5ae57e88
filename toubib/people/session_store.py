"""Sessions in the database, as Django keeps them; read by a statement compiled once, since every request reads one."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from toubib.ground.prepared import read_one


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        key = self.session_key
        found = (
            read_one(Session.objects.all(), session_key=key, expire_date__gt=timezone.now()) if key else None
        )
        if found is None:
            self._session_key = None
        return found
