"""Model fields that are encrypted at rest. They cannot be searched, by design."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import models

from toubib.ground.crypto import key_ring


class EncryptedTextField(models.BinaryField):
    """Text, encrypted; None stays null and « » stays empty."""

    description = "Encrypted text"
    if TYPE_CHECKING:
        _pyi_private_set_type: str  # type: ignore[assignment]
        _pyi_private_get_type: str  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    @property
    def place(self) -> str:
        """What a value is bound to."""
        return f"{self.model._meta.db_table}.{self.column}"

    def to_plain(self, raw: bytes) -> Any:
        return raw.decode()

    def to_raw(self, value: Any) -> bytes:
        return str(value).encode()

    def get_default(self) -> Any:
        if self.has_default():
            return self.default() if callable(self.default) else self.default
        return None if self.null else ""

    def get_lookup(self, lookup_name: str) -> Any:
        """Only « is null »: any other search would compare ciphertexts and find nothing, silently."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        return self.to_plain(key_ring().decrypt(bytes(value), place=self.place))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        stored = key_ring().encrypt(self.to_raw(value), place=self.place)
        return super().get_db_prep_value(stored, connection, prepared)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))


class EncryptedJSONField(EncryptedTextField):
    """A JSON value, encrypted."""

    description = "Encrypted JSON"
    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def to_plain(self, raw: bytes) -> Any:
        return json.loads(raw)

    def to_raw(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def get_default(self) -> Any:
        if self.has_default():
            return self.default() if callable(self.default) else self.default
        return None
