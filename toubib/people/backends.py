"""Who is signed in. Passwords are for professionals alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from toubib.ground.prepared import read_one
from toubib.people.models import Account


class AccountBackend(ModelBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Account | None:
        email = username or kwargs.get("email") or ""
        account = Account.objects.filter(email__iexact=email, is_active=True).first()
        if account is None:
            Account(password="").set_password(password or "")  # same time for an unknown address
            return None
        return account if password and account.check_password(password) else None

    def get_user(self, user_id: UUID) -> Account | None:  # type: ignore[override]
        return read_one(Account.objects.all(), pk=user_id, is_active=True)
