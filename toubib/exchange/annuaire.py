"""The national directory (Annuaire Santé, FHIR R4 of the ANS) as an address book: one question for one RPPS number.

A mailbox is a `telecom` of a Practitioner or of one of its PractitionerRoles. Samples of the guide differ in their code
systems and value types, so what is read is read leniently; one on the red list is never used. Tried here on
answers made after the guide, not on the service itself, which wants the operator's own key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from django.conf import settings

from toubib.exchange.addresses import DirectoryAway, Mailbox

TIMEOUT = 10
MOST = 2 * 1024 * 1024  # bytes of an answer
MAILBOX = "as-ext-mailbox-mss-metadata"
KIND = "fr-core-contact-point-email-type"
PERSONAL = {"PER", ""}
Resource = dict[str, Any]


class Annuaire:
    def find(self, *, rpps: str) -> Mailbox | None:
        """Raises DirectoryAway with `annuaire_<status>`, `annuaire_away` or `annuaire_form`."""
        return mailbox_in(_ask(rpps), rpps=rpps)


def mailbox_in(bundle: Resource, *, rpps: str) -> Mailbox | None:
    """The personal mailbox of first rank of this professional, their own before those of a place; None without any."""
    resources = [entry.get("resource") or {} for entry in bundle.get("entry") or []]
    people = [one for one in resources if one.get("resourceType") == "Practitioner" and _is(one, rpps)]
    ids = {f"Practitioner/{one.get('id')}" for one in people}
    roles = [
        one
        for one in resources
        if one.get("resourceType") == "PractitionerRole"
        and any(str((one.get("practitioner") or {}).get("reference", "")).endswith(id) for id in ids)
    ]
    found = [box for one in [*people, *roles] for box in _mailboxes(one)]
    if not found:
        return None
    name: Resource = next(iter(people[0].get("name") or []), {})
    given = " ".join(name.get("given") or [])
    return Mailbox(min(found, key=lambda box: box[0])[1], str(name.get("family", "")), given)


def _is(practitioner: Resource, rpps: str) -> bool:
    """By the RPPS number, or by the national identifier, which is « 8 » and that number."""
    values = {str(one.get("value")) for one in practitioner.get("identifier") or []}
    return bool(values & {rpps, f"8{rpps}"})


def _mailboxes(resource: Resource) -> Iterator[tuple[int, str]]:
    """(rank, address) of each MSSanté mailbox that may be used; sorting keeps the order of equals."""
    for telecom in resource.get("telecom") or []:
        extensions = telecom.get("extension") or []
        metadata = next((one for one in extensions if str(one.get("url", "")).endswith(MAILBOX)), None)
        kinds = {_code(one) for one in extensions if str(one.get("url", "")).endswith(KIND)}
        if telecom.get("system") != "email" or (metadata is None and "MSSANTE" not in kinds):
            continue
        facts = {one.get("url"): one for one in (metadata or {}).get("extension") or []}
        if _code(facts.get("type", {})) in PERSONAL and not facts.get("listeRouge", {}).get("valueBoolean"):
            yield int(telecom.get("rank") or MOST), str(telecom.get("value", ""))


def _code(extension: Resource) -> str:
    """A code, however it is dressed: valueCode, valueCoding or valueCodeableConcept."""
    coding: Resource = extension.get("valueCoding") or next(
        iter((extension.get("valueCodeableConcept") or {}).get("coding") or []), {}
    )
    return str(extension.get("valueCode") or coding.get("code") or "")


def _ask(rpps: str) -> Resource:
    query = urlencode({"identifier": f"{rpps},8{rpps}", "_revinclude": "PractitionerRole:practitioner"})
    url = f"{settings.ANNUAIRE_URL.rstrip('/')}/Practitioner?{query}"
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname != "127.0.0.1":
        raise DirectoryAway("annuaire_https")
    headers = {"Accept": "application/fhir+json", "ESANTE-API-KEY": settings.ANNUAIRE_KEY}
    try:
        with urlopen(Request(url, headers=headers), timeout=TIMEOUT) as answer:  # noqa: S310  the scheme is held above
            raw = answer.read(MOST)
    except HTTPError as error:
        error.close()
        raise DirectoryAway(f"annuaire_{error.code}") from None
    except (URLError, OSError, HTTPException):
        raise DirectoryAway("annuaire_away") from None
    try:
        bundle = json.loads(raw)
    except ValueError:
        raise DirectoryAway("annuaire_form") from None
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise DirectoryAway("annuaire_form")
    return bundle
