"""What people's accounts hold sealed outside encrypted columns: second factors, and what sessions keep."""

from __future__ import annotations

import base64
import json
from collections import Counter
from importlib import import_module
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from toubib.ground.crypto import HEAD, CannotDecrypt, KeyRing, key_ring
from toubib.ground.rotation import Tally, Tell
from toubib.people.mfa import PLACE

LETTERS = HEAD * 4 // 3  # the head of a sealed value in base64: nine bytes, no filling


class FactorHolder:
    """Secrets of TOTP and seeds of recovery codes, in the JSON of allauth's table."""

    name = "second factors"

    def count(self) -> Counter[bytes]:
        marks = _marks(key_ring())
        found: Counter[bytes] = Counter()
        for data in Authenticator.objects.values_list("data", flat=True).iterator():
            found.update(marks[text[:LETTERS]] for text in _texts(data) if text[:LETTERS] in marks)
        return found

    def renew(self, *, tell: Tell) -> Tally:
        done, ring = Tally(), key_ring()
        for pk in list(Authenticator.objects.values_list("pk", flat=True)):
            with transaction.atomic():
                row = Authenticator.objects.select_for_update().filter(pk=pk).first()
                if row is None:
                    continue
                try:
                    data = _renewed(row.data, ring)
                except CannotDecrypt as error:
                    done.unreadable.append(f"{self.name} {pk}: {error}")
                    continue
                if data != row.data:
                    Authenticator.objects.filter(pk=pk).update(data=data)
                    done.renewed += 1
            tell(self.name, done.renewed)
        return done


class SessionHolder:
    """Sessions keep sealed values for hours at most: they are counted, and left to end."""

    name = "sessions"

    def count(self) -> Counter[bytes]:
        marks = _marks(key_ring())
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        found: Counter[bytes] = Counter()
        for row in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
            text = json.dumps(store.decode(row.session_data))
            found.update(head for mark, head in marks.items() if f'"{mark}' in text)
        return found

    def renew(self, *, tell: Tell) -> Tally:
        return Tally()


def _marks(ring: KeyRing) -> dict[str, bytes]:
    """How base64 of a value sealed with each key begins."""
    return {base64.b64encode(head).decode(): head for head in ring.heads}


def _texts(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [text for value in data.values() for text in _texts(value)]
    if isinstance(data, list):
        return [text for value in data for text in _texts(value)]
    return [data] if isinstance(data, str) else []


def _renewed(data: Any, ring: KeyRing) -> Any:
    if isinstance(data, dict):
        return {name: _renewed(value, ring) for name, value in data.items()}
    if isinstance(data, list):
        return [_renewed(value, ring) for value in data]
    if not isinstance(data, str):
        return data
    head = _marks(ring).get(data[:LETTERS])
    if head is None or head == ring.head:
        return data
    plain = ring.decrypt(base64.b64decode(data), place=PLACE)
    return base64.b64encode(ring.encrypt(plain, place=PLACE)).decode()
