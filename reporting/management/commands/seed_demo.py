"""Make the demo trust."""

import datetime as dt
from typing import Any, override

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.utils import timezone

from reporting.services.demo import EARLY_ACCOUNT, PASSWORD, AlreadySeededError, accounts, seed_demo


class Command(BaseCommand):
    help = (
        "Make the demo: a trust of six special schools and six ARBs, and a second tiny trust."
        " Nobody in it is real. Where it is already, nothing changes."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seed", type=int, default=7, help="another seed makes another trust (7)"
        )
        parser.add_argument(
            "--on",
            type=dt.date.fromisoformat,
            help="the day on which the demo is set, as 2026-11-20 (today)",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seed_demo(seed=options["seed"], on=options["on"] or timezone.localdate())
            _gather_statistics()
            self.stdout.write("The demo trust is made.")
        except AlreadySeededError:
            self.stdout.write("The demo trust is here already; nothing has changed.")
        rows = [
            (
                ", ".join(sorted({r.role.replace("_", " ") for r in person.roles})),
                person.email,
                person.sees,
            )
            for person in accounts()
        ]
        rows.append(EARLY_ACCOUNT)
        rows.insert(0, ("role", "e-mail", "what they see"))
        widths = [max(len(row[column]) for row in rows) for column in range(2)]
        for role, email, sees in rows:
            self.stdout.write(f"{role:{widths[0]}}  {email:{widths[1]}}  {sees}")
        self.stdout.write(f"The password of them all: {PASSWORD}")


def _gather_statistics() -> None:
    """Tell PostgreSQL how full the tables are now: it takes new ones for empty, and plans so.

    Only their owner may.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
