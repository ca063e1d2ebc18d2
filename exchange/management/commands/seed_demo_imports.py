"""Put into the demo trust a file that was sent and checked, and a record that is due to go."""

from typing import Any, override

from django.core.management.base import BaseCommand

from exchange.services.demo import seed_imports, seed_keeping


class Command(BaseCommand):
    help = (
        "Send a list of new starters for the demo's first head, and let a leaver's record be due."
        " Where they are, nothing changes."
    )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        seed_imports()
        seed_keeping()
