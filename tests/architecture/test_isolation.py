"""The second net: every address, as every role, for what is one's own and for what is not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from exchange.models import Import
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Pupil
from reporting.models import Report, ReportRun
from schools.models import ARB, ClassGroup, School
from tests.architecture.matrix import Things, addresses, leaks, ours, words_seen
from tests.architecture.narrowing import narrowed_models, surprises
from tests.architecture.rows import a_row_everywhere
from tests.architecture.things import ids_of, words_of
from tests.world import World, make_world

# Whoever is not signed in may open these, and no others of ours.
PUBLIC = {"invitation", "favicon"}

# Of so few pupils every number is hidden from trustees, and no share speaks, so there is nothing to
# draw; the tests of reports and of the comparison ask for pictures of many.
NOTHING_TO_DRAW = {
    "trust_report_chart",
    "compare_size",
    "compare_heat",
    "compare_trend",
    "compare_distribution",
}

# Roles that see one school, ARB or class, and so nothing of another school.
SCOPED = (
    Role.TEACHER,
    Role.ASSESSMENT_LEAD,
    Role.INCLUSION_LEAD,
    Role.HEAD,
    Role.HOST_LINK,
    Role.GOVERNOR,
    Role.QA_REVIEWER,
)

type SignIn = Callable[[Role], Client]


@dataclass(frozen=True)
class Filled:
    """Both trusts with something of everything in them."""

    world: World
    foreign: World
    things: Things


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Filled]:
    """Fill both trusts once for all tests here: each takes back what it does itself."""
    with django_db_blocker.unblock(), transaction.atomic():
        world, foreign = make_world("Harbour"), make_world("Foreign")
        with in_trust(world.trust.pk):
            a_row_everywhere(foreign)
            a_row_everywhere(world)
            with in_trust(foreign.trust.pk):
                theirs = ids_of(foreign, other_school=False)
            things = Things(
                own=ids_of(world, other_school=False),
                other_school=ids_of(world, other_school=True),
                foreign=theirs,
            )
        yield Filled(world, foreign, things)
        transaction.set_rollback(True)


@pytest.fixture
def world(filled: Filled, db: None) -> Iterator[World]:
    """Open the first trust."""
    with in_trust(filled.world.trust.pk):
        yield filled.world


@pytest.fixture
def foreign(filled: Filled) -> World:
    """The other trust."""
    return filled.foreign


@pytest.fixture
def things(filled: Filled) -> Things:
    """The ids in both trusts, and in both schools of the first."""
    return filled.things


def test_every_view_names_its_permission() -> None:
    unguarded = {a.name for a in ours() if not hasattr(a.callback, "permissions")}
    assert unguarded <= PUBLIC


def test_every_id_in_an_address_is_tried(things: Things) -> None:
    names = {name for address in ours() if address.name not in PUBLIC for name in address.ids}
    assert names <= set(things.own)
    assert names <= set(things.foreign)


@pytest.mark.django_db
def test_who_is_not_signed_in_is_asked_to(things: Things) -> None:
    client = Client()
    for address in ours():
        if address.name in PUBLIC:
            continue
        for answer in (client.get, client.post):
            response = answer(address.url(things.own))
            assert response.status_code in {302, 405}, address
            if response.status_code == 302:
                assert response.url.startswith(reverse("account_login")), address


@pytest.mark.parametrize("role", Role)
def test_nothing_of_others_answers(
    role: Role, things: Things, sign_in: SignIn, world: World, foreign: World
) -> None:
    client, words = sign_in(role), words_of(foreign)
    places: tuple[str, ...] = ("foreign",)
    if role in SCOPED:
        places, words = ("foreign", "other_school"), words | words_of(world, other_school=True)
    assert list(leaks(client, role, things, places=places)) == []
    assert words_seen(client, things.own, words) == []


def test_the_matrix_asks_for_things_that_exist(things: Things, sign_in: SignIn) -> None:
    """Without this, a matrix of mistyped ids would find 404 everywhere and be content."""
    answered: set[str] = set()
    for role in Role:
        client = sign_in(role)
        for address in ours():
            if address.name in PUBLIC | answered:
                continue
            if client.get(address.url(things.own)).status_code in {200, 302, 405}:
                answered.add(address.name)
    assert {a.name for a in ours()} - answered - PUBLIC == NOTHING_TO_DRAW


@pytest.mark.parametrize("model", narrowed_models())
def test_each_role_sees_its_own_of_each_model(
    model: type[models.Model], things: Things, world: World
) -> None:
    assert surprises(model, world) == []


@pytest.mark.parametrize("model", narrowed_models())
def test_without_visible_to_that_is_noticed(
    model: type[models.Model],
    monkeypatch: pytest.MonkeyPatch,
    things: Things,
    world: World,
) -> None:
    """Try it, model by model: the test above must not stay green without the narrowing."""
    queryset = type(model._default_manager.get_queryset())
    monkeypatch.setattr(queryset, "visible_to", lambda self, _access: self)
    assert surprises(model, world)


@pytest.mark.parametrize("model", [ARB, ClassGroup, Import, Pupil, Report, ReportRun, School])
def test_without_visible_to_an_address_leaks(
    model: type[models.Model],
    monkeypatch: pytest.MonkeyPatch,
    things: Things,
    sign_in: SignIn,
) -> None:
    """Try the same with the matrix, for the models that an id in an address is looked up in."""
    queryset = type(model._default_manager.get_queryset())
    monkeypatch.setattr(queryset, "visible_to", lambda self, _access: self)
    assert any(
        next(leaks(sign_in(role), role, things, places=("other_school",)), None) for role in SCOPED
    )


def test_addresses_of_allauth_hold_no_pupils() -> None:
    """They are not in the matrix: they know accounts only."""
    assert {a.callback.__module__.split(".")[0] for a in addresses()} <= {
        "allauth",
        "schools",
        "pupils",
        "assessment",
        "reporting",
        "exchange",
    }
