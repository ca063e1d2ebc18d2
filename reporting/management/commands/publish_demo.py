"""Publish the demo's reports of the term before."""

from typing import Any, override

from django.core.management.base import BaseCommand

from reporting.services.demo.publishing import publish_demo


class Command(BaseCommand):
    help = "Publish a school's and the trustees' report of the demo. Done once, it changes nothing."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        publish_demo()
