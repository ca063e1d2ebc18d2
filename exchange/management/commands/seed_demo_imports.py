"""Put a file that was sent and checked into the demo trust, to look at and to apply."""

from typing import Any, override

from django.core.management.base import BaseCommand

from exchange.services.demo import seed_imports


class Command(BaseCommand):
    help = "Send a list of new starters for the demo's first head. Where one is, nothing changes."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        seed_imports()
