"""What is measured within the process of one state folder: pages, a save, and their bare SQL."""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment.models import Judgement, Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Placement
from schools.models import ClassGroup, Membership, Term, Trust, User, Window
from tests.bench.england.pages import PAGES, SAVE, Where

TEACHERS = 3  # of each trust, who have signed in
SAMPLES = 20
REPEATS = 10


@dataclass
class Person:
    """Somebody who is signed in, and where they look."""

    where: Where
    client: Client
    pupils: list[int]
    strands: list[tuple[int, list[int]]] = field(default_factory=list)


def has_open_window() -> bool:
    """Say whether the current term's judgements may still be entered today."""
    today = timezone.localdate()
    with in_trust(Trust.objects.earliest("uid").pk):
        return Window.objects.filter(opens_on__lte=today, closes_on__gte=today).exists()


@cache
def people(role: Role) -> list[Person]:
    """Sign in people of a role in each trust."""
    return [person for trust in Trust.objects.order_by("uid") for person in _people_of(trust, role)]


def dice(seed: int) -> random.Random:
    """Return the chance that a seed gives."""
    return random.Random(seed)  # noqa: S311 - who looks where, no secret


def measured(page: str, times: int, seed: int) -> list[float]:
    """Return how long requests of people in random trusts took, in milliseconds."""
    rng = dice(seed)
    taken = []
    for _ in range(times):
        ask = _request(page, rng)
        begun = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def bare(page: str, seed: int) -> tuple[list[float], int]:
    """Return how long the statements of a page take through psycopg alone, and how many they are.

    They are replayed as they were sent, transactions included, and all rows are fetched.
    """
    rng = dice(seed)
    taken, number = [], 0
    settings = connection.settings_dict
    with psycopg.connect(
        dbname=settings["NAME"],
        user=settings["USER"],
        host=settings["OPTIONS"]["host"],
        autocommit=True,
        prepare_threshold=None,
    ) as alone:
        for _ in range(SAMPLES):
            ask = _request(page, rng)
            with CaptureQueriesContext(connection) as asked:
                ask()
            sql = [query["sql"] for query in asked.captured_queries]
            number = max(number, len(sql))
            for _ in range(REPEATS):
                # A save that was done already would be refused.
                again = [re.sub("[0-9a-f-]{32,36}", uuid4().hex, each) for each in sql]
                begun = time.perf_counter()
                for each in again if page == SAVE else sql:
                    cursor = alone.execute(each)
                    if cursor.description:
                        cursor.fetchall()
                taken.append((time.perf_counter() - begun) * 1000)
    return taken, number


def statements(page: str, seed: int) -> list[str]:
    """Return the statements of one request."""
    ask = _request(page, dice(seed))
    with CaptureQueriesContext(connection) as asked:
        ask()
    return [query["sql"] for query in asked.captured_queries]


def persons(number: int, seed: int) -> list[dict[str, Any]]:
    """Return what people of random trusts need to use the real server: a session, addresses.

    One in four leads a trust, the others teach. Each saves in a class of their own.
    """
    rng = dice(seed)
    leads = rng.sample(people(Role.TRUST_LEAD), min(number // 4, len(people(Role.TRUST_LEAD))))
    teachers = rng.sample(people(Role.TEACHER), number - len(leads))
    found = []
    roles = [Role.TRUST_LEAD] * len(leads) + [Role.TEACHER] * len(teachers)
    for role, person in zip(roles, [*leads, *teachers], strict=True):
        pages = [page for page in PAGES if role in {page.role, Role.TRUST_LEAD}]
        found.append(
            {
                "session": person.client.cookies["sessionid"].value,
                "pages": [(page.name, page.address(person.where, rng)) for page in pages],
                "save": person.where.judge,
                "saves": [_choice(person, rng) for _ in range(5 * len(person.pupils))],
            }
        )
    return found


def _people_of(trust: Trust, role: Role) -> list[Person]:
    today = timezone.localdate()
    with in_trust(trust.pk):
        term = Term.objects.filter(starts_on__lte=today).latest("starts_on")
        live = Membership.objects.filter(role=role).order_by("pk")
        held = list(live.select_related("person", "class_group")[:TEACHERS])
        groups = list(ClassGroup.objects.filter(year=term.year_id).order_by("pk"))
        strands = _strands()
        made = []
        for n, membership in enumerate(held):
            # A lead looks at any class.
            group = membership.class_group or groups[len(groups) // 2 + n]
            placed = Placement.objects.filter(class_group=group).values_list("pupil", flat=True)
            where = Where(
                trust.pk,
                membership.person_id,
                group.school_id,
                group.pk,
                term.pk,
                tuple(placed.order_by("pupil")),
            )
            client = _signed_in(membership.person)
            made.append(Person(where, client, list(where.pupils), strands))
    return made


def _strands() -> list[tuple[int, list[int]]]:
    """Return the strands that are judged, each with the points of its scale."""
    due = Strand.objects.filter(stream__expectations__isnull=False).distinct()
    return [
        (
            strand.pk,
            list(Point.objects.filter(stream=strand.stream_id).values_list("pk", flat=True)),
        )
        for strand in due.order_by("pk")
    ]


def _signed_in(person: User) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(person)
    return client


def _request(page: str, rng: random.Random) -> Callable[[], None]:
    if page == SAVE:
        person = rng.choice(people(Role.TEACHER))
        choice = _choice(person, rng)

        def save() -> None:
            answer = person.client.post(person.where.judge, choice, content_type="application/json")
            assert answer.status_code == 200, answer.content

        return save
    shown = next(each for each in PAGES if each.name == page)
    person = rng.choice(people(shown.role))
    address = shown.address(person.where, rng)

    def read() -> None:
        answer = person.client.get(address)
        assert answer.status_code == 200, address

    return read


def _choice(person: Person, rng: random.Random) -> dict[str, Any]:
    """Choose a cell, and another point for it than the one that stands there."""
    where = person.where
    pupil, (strand, points) = rng.choice(where.pupils), rng.choice(person.strands)
    with in_trust(where.trust_id):
        standing = Judgement.objects.filter(term=where.term_id, pupil=pupil, strand=strand).first()
    others = [point for point in points if standing is None or point != standing.point_id]
    return {
        "person": where.person_id,
        "trust": where.trust_id,
        "pupil": pupil,
        "strand": strand,
        "target": None,
        "point": rng.choice(others),
        "base_version": standing.version if standing else None,
        "operation_id": uuid4().hex,
    }
