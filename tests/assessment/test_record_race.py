"""Two people at the same moment: real threads, each with its own connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from assessment.models import Judgement, Point, Strand
from assessment.services import judgements
from assessment.services.judgements import record_judgement
from parrcs.core.access import Access, Role
from parrcs.core.tenancy import in_trust
from pupils.models import SavedOperation
from pupils.services.operations import Conflict, Operation
from tests.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

type Save = Callable[[Access, int | None, UUID], Operation]


@pytest.fixture
def harbour() -> World:
    """A trust whose rows are committed, so that other connections see them."""
    return make_world("Harbour")


def saver(world: World, base_version: int | None = None) -> Save:
    with in_trust(world.trust.pk):
        strand = Strand.objects.get(code="reading")
        points = {int(p.value): p.pk for p in Point.objects.filter(stream=world.developmental)}

    def save(access: Access, value: int | None, operation_id: UUID) -> Operation:
        with in_trust(access.trust_id, person_id=access.person_id):
            return record_judgement(
                by=access,
                class_group=world.class_group,
                term=world.term,
                pupil=world.pupils[1],
                strand_id=strand.pk,
                point_id=None if value is None else points[value],
                base_version=base_version,
                operation_id=operation_id,
            )

    return save


def at_once(*saves: Callable[[], Operation]) -> list[Any]:
    """Run saves in threads of their own; return what each returned or raised."""

    def run(save: Callable[[], Operation]) -> Any:
        try:
            return save()
        except Conflict as conflict:
            return conflict
        finally:
            connection.close()

    with ThreadPoolExecutor(len(saves)) as pool:
        return list(pool.map(run, saves))


@pytest.fixture
def side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two saves both look before either writes."""
    looks, both = judgements._locked, Barrier(2, timeout=10)
    waited: list[None] = []

    def look(rows: Any) -> Any:
        found = looks(rows)
        if len(waited) < 2:
            waited.append(None)
            both.wait()
        return found

    monkeypatch.setattr(judgements, "_locked", look)


@pytest.mark.usefixtures("side_by_side")
def test_two_first_judgements_at_once_leave_one_and_a_conflict(harbour):
    save = saver(harbour)
    teacher, head = harbour.access(Role.TEACHER), harbour.access(Role.HEAD)
    results = at_once(
        lambda: save(teacher, 13, uuid4()),
        lambda: save(head, 14, uuid4()),
    )
    (won,) = (each for each in results if isinstance(each, Operation))
    (lost,) = (each for each in results if isinstance(each, Conflict))
    with in_trust(harbour.trust.pk):
        row = Judgement.objects.get()
        assert (row.version, row.point_id) == (won.id, lost.standing.value)
        assert lost.standing.version == won.id
        assert lost.standing.person_id == row.judged_by_id
        # The save that lost has left nothing behind.
        assert SavedOperation.objects.count() == 1


def test_one_operation_sent_twice_at_once_is_done_once(harbour):
    save, teacher, operation = saver(harbour), harbour.access(Role.TEACHER), uuid4()
    results = at_once(*[lambda: save(teacher, 13, operation)] * 4)
    assert {each.id for each in results} == {results[0].id}
    assert sorted(each.repeated for each in results) == [False, True, True, True]
    with in_trust(harbour.trust.pk):
        assert Judgement.objects.get().version == results[0].id
        assert SavedOperation.objects.count() == 1


def test_of_two_changes_at_once_one_is_a_conflict(harbour):
    teacher, head = harbour.access(Role.TEACHER), harbour.access(Role.HEAD)
    first = saver(harbour)(teacher, 12, uuid4())
    save = saver(harbour, base_version=first.id)
    results = at_once(
        lambda: save(teacher, 13, uuid4()),
        lambda: save(head, None, uuid4()),
        lambda: save(head, 15, uuid4()),
    )
    assert sum(isinstance(each, Operation) for each in results) == 1
    assert sum(isinstance(each, Conflict) for each in results) == 2
