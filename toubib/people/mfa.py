"""How allauth's second factors sit in Toubib: secrets encrypted at rest, our name, no mail of its own."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser

from toubib.ground.crypto import key_ring

PLACE = "mfa_authenticator.data"


class Adapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return base64.b64encode(key_ring().encrypt(text.encode(), place=PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return key_ring().decrypt(base64.b64decode(encrypted_text), place=PLACE).decode()

    def get_totp_issuer(self) -> str:
        return "Toubib"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": "Toubib"}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        email = getattr(user, "email", "") or ""
        shown = getattr(user, "display_name", "") or email
        return {"id": user_pk_to_url_str(user).encode(), "display_name": shown, "name": email}

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """None: the journal keeps it."""
