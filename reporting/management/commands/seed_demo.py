"""Make the demo trust, or as many trusts as England has."""

import datetime as dt
from typing import Any, override

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils import timezone

from reporting.services.demo import EARLY_ACCOUNT, PASSWORD, AlreadySeededError, accounts, seed_demo
from reporting.services.england import ENGLAND, Made, example_accounts, seed_england


class Command(BaseCommand):
    help = (
        "Make the demo: a trust of six special schools and six ARBs, and a second tiny trust."
        " Or England: a hundred trusts with 144,000 pupils, in some minutes."
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
        parser.add_argument(
            "--scale",
            choices=("demo", "england"),
            default="demo",
            help="one trust to look at, or as many as England has (demo)",
        )
        parser.add_argument(
            "--trusts",
            type=int,
            help=f"so many of England's {ENGLAND.trusts} trusts, each as large (all)",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        on = options["on"] or timezone.localdate()
        if options["scale"] == "england":
            self._england(options["trusts"] or ENGLAND.trusts, seed=options["seed"], on=on)
        elif options["trusts"] is not None:
            raise CommandError("--trusts goes with --scale england.")
        else:
            self._demo(seed=options["seed"], on=on)

    def _demo(self, *, seed: int, on: dt.date) -> None:
        try:
            seed_demo(seed=seed, on=on)
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

    def _england(self, trusts: int, *, seed: int, on: dt.date) -> None:
        if not 0 < trusts <= ENGLAND.trusts:
            raise CommandError(f"--trusts is a number from 1 to {ENGLAND.trusts}.")
        try:
            made = seed_england(seed=seed, on=on, say=self._say, sizes=ENGLAND.first(trusts))
            self._tell(made)
        except AlreadySeededError:
            self.stdout.write("England is here already; nothing has changed.")
        self.stdout.write("To sign in, of the first trust; the others have numbers up to theirs:")
        for role, email in example_accounts(1):
            self.stdout.write(f"{role:10}  {email}")
        self.stdout.write(f"The password of them all: {PASSWORD}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        # At once, even through a pipe.
        self.stdout.flush()

    def _tell(self, made: Made) -> None:
        self.stdout.write("\nEngland is made:")
        for name, rows in made.rows.items():
            self.stdout.write(f"{rows:>12,}  {name}")
        self.stdout.write("\nIt took, in seconds:")
        for name, seconds in made.took.items():
            self.stdout.write(f"{seconds:>12.1f}  {name}")
        self.stdout.write(f"{sum(made.took.values()):>12.1f}  in all\n")


def _gather_statistics() -> None:
    """Tell PostgreSQL how full the tables are now: it takes new ones for empty, and plans so.

    Only their owner may.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
