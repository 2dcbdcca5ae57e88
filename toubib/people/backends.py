"""Who is signed in. Passwords are for professionals alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.db.models import F, QuerySet
from django.http import HttpRequest

from toubib.ground.prepared import ask
from toubib.people.models import Account
from toubib.people.queries import keep_roles


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
        """The account with its roles: every page asks for both."""
        rows = ask(_with_grants, pk=UUID(str(user_id)))
        if not rows:
            return None
        account: Account = rows[0]
        keep_roles(account=account, grants=[(one.held, one.since, one.until) for one in rows if one.held])
        return account


def _with_grants(*, pk: UUID) -> QuerySet[Account]:
    """A row for each role ever granted; one without any has none."""
    return Account.objects.filter(pk=pk, is_active=True).annotate(
        held=F("grants__role"), since=F("grants__starts_at"), until=F("grants__ends_at")
    )
