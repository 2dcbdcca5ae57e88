"""The first administrator of a server: `python -m django invite_administrator EMAIL NAME`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.identity import BadInput
from toubib.people.operations import create_account


class Command(BaseCommand):
    help = "Create an administrator's account and queue its invitation; the worker sends the mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            create_account(
                email=email,
                name=name,
                roles=frozenset({Role.ADMINISTRATOR}),
                by=Actor.system("cli"),
                now=timezone.now(),
            )
        except BadInput as error:
            raise CommandError(f"{error.field}: {error.sentence}", returncode=2) from error
        self.stdout.write(f"Invitation queued for {email}.")
