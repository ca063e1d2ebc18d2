"""What watches over the server asks here."""

import psycopg
import pytest
from django.db import connections
from django.test import Client

from schools.selectors import health


def test_livez_answers_without_a_database(monkeypatch):
    """No `db` fixture: any query would fail this test, also for a cookie and a wrong host."""
    client = Client()
    client.cookies["sessionid"] = "x" * 32
    for host in ("testserver", "10.0.0.7", "evil.example"):
        answer = client.get("/livez", headers={"host": host})
        assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_readyz_is_ready_when_all_is_there(settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/readyz", headers={"host": "10.0.0.7"})
    assert (answer.status_code, answer.content) == (200, b"ok")


def why(client=None):
    answer = (client or Client()).get("/readyz")
    assert answer.status_code == 503
    return answer.content.decode()


@pytest.mark.django_db
def test_a_migration_that_is_not_applied_is_said(monkeypatch):
    known = health._migrations()
    monkeypatch.setattr(health, "_migrations", lambda: known | {("schools", "9999_later")})
    assert why() == "1 migrations have not been applied yet."


@pytest.mark.django_db
def test_a_database_that_is_gone_is_said(monkeypatch):
    params = connections["default"].get_connection_params()
    gone = {**params, "host": "/nowhere"}
    monkeypatch.setattr(connections["default"], "get_connection_params", lambda: gone)
    assert why() == "The database cannot be reached."


@pytest.mark.django_db
def test_an_empty_database_is_said(monkeypatch):
    params = connections["default"].get_connection_params()
    empty = {**params, "dbname": "postgres"}
    monkeypatch.setattr(connections["default"], "get_connection_params", lambda: empty)
    assert why() == "The database has not been migrated yet."


@pytest.mark.django_db
def test_a_role_that_policies_do_not_bind_is_said(monkeypatch):
    """As a superuser every page works, and no policy does."""

    class Unbound:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def execute(self, statement):
            rows = [(True,)] if "rolsuper" in statement else list(health._migrations())
            return type("Cursor", (list,), {"fetchone": lambda self: self[0]})(rows)

    monkeypatch.setattr(psycopg, "connect", lambda **_: Unbound())
    assert why() == "The role of the application is not bound by row-level security."
