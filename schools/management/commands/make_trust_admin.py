"""Invite the first administrator of a trust."""

from typing import Any, override

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from schools.services.invitations import MailNotSent, UnknownTrust, invite_administrator


class Command(BaseCommand):
    help = "Invite the first administrator of a trust: send the invitation and print its link."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--trust", required=True, help="group UID of the trust")
        parser.add_argument("--email", required=True, help="address the invitation goes to")
        parser.add_argument("--name", required=True, help="name of the person")
        parser.add_argument(
            "--site",
            default="http://127.0.0.1:8000",
            help="address at which people open the application",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
        except ValidationError as error:
            raise CommandError(f"{options['email']} is not an e-mail address.") from error
        try:
            link = invite_administrator(
                uid=options["trust"],
                email=options["email"],
                name=options["name"],
                link=lambda token: (
                    options["site"].rstrip("/") + reverse("invitation", args=[token])
                ),
            )
        except UnknownTrust as error:
            raise CommandError(
                f"There is no trust with the UID {options['trust']}. import_gias makes one."
            ) from error
        except MailNotSent as error:
            raise CommandError("The e-mail could not be sent, and nothing was stored.") from error
        self.stdout.write(f"Invited {options['email']}. The link works for two weeks:\n{link}")
