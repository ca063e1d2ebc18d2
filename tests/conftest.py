"""Fixtures that every test may use: the standing cast and a signed-in client."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event
from time import monotonic

import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from tests.emptying import empties_with_patience
from tests.world import World, make_world


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Let the owner make and migrate the test database; the tests connect as the application.

    As a superuser, or as an owner whom policies do not bind, every test of isolation is green.
    """
    with django_db_blocker.unblock():
        made = setup_databases(
            verbosity=0,
            interactive=False,
            aliases={"default", "owner"},  # type: ignore[arg-type]  # names; the stubs are wrong
        )
        _leave_statistics_alone()
    with empties_with_patience(connections["owner"]):
        yield
    with django_db_blocker.unblock():
        for connection in connections.all():
            connection.close()
            if hasattr(connection, "close_pool"):
                connection.close_pool()
        _wait_until_left()
        # All tests are over: a session that still dies is no failure of theirs, and the next
        # run drops what this one has to leave.
        with suppress(OperationalError):
            teardown_databases(made, verbosity=0)


def _leave_statistics_alone() -> None:
    """Let nothing vacuum or analyse the tables.

    Most tests roll back what they insert. After a vacuum PostgreSQL takes such tables for empty,
    and plans the next test's queries for a row or none: a quarter of an hour instead of seconds.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "DO $$ DECLARE each regclass; BEGIN FOR each IN"
            " SELECT oid FROM pg_class WHERE relkind = 'r' AND relowner = current_user::regrole"
            " LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', each); END LOOP;"
            " END $$"
        )


def _wait_until_left() -> None:
    """Wait for the sessions of servers that the tests have killed: they last a moment longer.

    A database that somebody uses cannot be dropped.
    """
    until = monotonic() + 20
    with connections["owner"].cursor() as cursor:
        while monotonic() < until:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                break
            Event().wait(0.05)
    connections["owner"].close()


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Make the first trust and open it: rows that the test makes belong to it."""
    world = make_world("Harbour")
    with in_trust(world.trust.pk):
        yield world


@pytest.fixture
def foreign(db: None) -> World:
    """Make the second trust; what is in it is nobody else's business."""
    return make_world("Foreign")


@pytest.fixture
def sign_in(world: World) -> Callable[[Role], Client]:
    """Sign in as the person of the first trust who has a role."""

    def signed_in(role: Role) -> Client:
        client = Client()
        client.force_login(world.people[role])
        return client

    return signed_in
