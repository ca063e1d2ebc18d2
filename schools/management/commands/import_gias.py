"""Make or update a trust and its schools from an extract of the register of schools."""

import sys
from pathlib import Path
from typing import Any, override

from django.core.management.base import BaseCommand, CommandParser

from schools.services.register import NotARegister, UnknownTrust, import_register

SOME_REFUSED, NOTHING_READ = 1, 2


class Command(BaseCommand):
    help = (
        "Make or update a trust and its schools from an extract of the register of schools"
        " (GIAS). Ends with 0 when every row was read, 1 when some were refused, and 2 when"
        " nothing could be imported."
    )

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV file as the register exports it")
        parser.add_argument("--trust", required=True, help="group UID of the trust")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            done = import_register(content=file.read_bytes(), uid=options["trust"].strip())
        except OSError as error:
            self._give_up(f"{file} cannot be read: {error.strerror}.")
        except NotARegister as error:
            self._give_up(f"{file} is not an extract of the register of schools: {error}.")
        except UnknownTrust as error:
            self._give_up(f"{file} has no school of the trust {options['trust']}.{_known(error)}")
        else:
            for row in done.refused:
                self.stderr.write(f"line {row.line}: {row.reason}")
            self.stdout.write(
                f"{done.trust}: {done.new} new, {done.changed} changed,"
                f" {done.unchanged} unchanged, {len(done.refused)} refused"
            )
            if done.refused:
                sys.exit(SOME_REFUSED)

    def _give_up(self, why: str) -> None:
        self.stderr.write(why)
        sys.exit(NOTHING_READ)


def _known(error: UnknownTrust) -> str:
    if not error.known:
        return " It names no trust at all."
    names = ", ".join(f"{uid} ({name})" for uid, name in sorted(error.known.items()))
    return f" It has these: {names}."
