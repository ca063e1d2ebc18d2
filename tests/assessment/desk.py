"""Somebody with the grid of a class open, and the choices that their browser sends."""

from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from assessment.models import Judgement, Point, Strand, Stream
from pupils.models import SavedOperation
from schools.models import User
from tests.world import World


def strand(code: str) -> Strand:
    return Strand.objects.get(code=code)


def point(world: World, value: int, stream: Stream | None = None) -> Point:
    return Point.objects.get(stream=stream or world.developmental, value=value)


class Desk:
    """A signed-in person with the grid of a class and a term open."""

    def __init__(self, world: World, person: User, client: Client) -> None:
        self.world, self.person, self.client = world, person, client
        self.url = reverse("judge", args=[world.class_group.pk, world.term.pk])

    def choice(self, **changes: Any) -> dict[str, Any]:
        """Point 13 in reading for the pupil on the semi-formal route, as first judgement."""
        return {
            "person": self.person.pk,
            "trust": self.world.trust.pk,
            "pupil": self.world.pupils[1].pk,
            "strand": strand("reading").pk,
            "target": None,
            "point": point(self.world, 13).pk,
            "base_version": None,
            "operation_id": str(uuid4()),
        } | changes

    def send(self, choice: Any) -> Any:
        """Post a choice, whatever it is."""
        return self.client.post(self.url, choice, content_type="application/json")

    def save(self, **changes: Any) -> Any:
        """Post the usual choice with some changes."""
        return self.send(self.choice(**changes))


def nothing_stored() -> bool:
    return not Judgement.objects.exists() and not SavedOperation.objects.exists()
