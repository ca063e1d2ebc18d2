"""Load assessment streams into a trust."""

import datetime as dt
from pathlib import Path
from typing import Any, override

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from assessment.services.streams.files import StreamFileError
from assessment.services.streams.versions import load_shipped_streams, load_stream
from parrcs.core.tenancy import in_trust
from schools.models import Trust
from schools.selectors.calendar import start_of_year


class Command(BaseCommand):
    help = "Load the streams that come with the application, or the files named, into a trust."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="stream files of yours")
        parser.add_argument("--trust", required=True, help="the trust's group UID")
        parser.add_argument(
            "--from",
            dest="approved_from",
            type=dt.date.fromisoformat,
            help="the day from which new versions are approved (the first of this school year)",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        trust = Trust.objects.filter(uid=options["trust"]).first()
        if trust is None:
            raise CommandError(f"There is no trust with the UID {options['trust']}.")
        try:
            with in_trust(trust.pk):
                # Not today: the running term's census may have passed, and it would stay empty.
                day = options["approved_from"] or start_of_year(timezone.localdate())
                streams = [
                    load_stream(file=file, approved_from=day) for file in options["files"]
                ] or load_shipped_streams(approved_from=day)
        except StreamFileError as error:
            raise CommandError(str(error)) from error
        for stream in streams:
            since = (
                f"approved from {stream.approved_from}" if stream.approved_from else "not in use"
            )
            self.stdout.write(f"{stream}: {since}")
