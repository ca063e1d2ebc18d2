"""What a deployment rests on: the two roles, and files that name the same things."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import yaml
from django.apps import apps
from psycopg import sql

from parrcs import embedded

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare(tmp_path: Path) -> embedded.Cluster:
    """A server of its own, with neither the roles nor the database."""
    cluster = embedded.start(tmp_path)
    with psycopg.connect(cluster.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(embedded.DATABASE)))
        for role in (embedded.OWNER_ROLE, embedded.APPLICATION_ROLE):
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    return cluster


def test_the_script_makes_both_roles_so_that_the_owner_can_migrate_and_policies_bind(
    bare: embedded.Cluster,
):
    for _ in range(2):  # a second run changes nothing
        done = subprocess.run(
            [
                embedded.programs() / "psql",
                "--no-psqlrc",
                "--quiet",
                f"--file={PROJECT / 'deploy' / 'roles.sql'}",
                bare.url("postgres", "postgres"),
            ],
            env={**os.environ, "OWNER_PASSWORD": "it's", "APPLICATION_PASSWORD": "b"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")

    with psycopg.connect(bare.url("postgres", "postgres")) as connection:
        assert connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,"
            " rolpassword IS NOT NULL FROM pg_authid WHERE rolname LIKE 'parrcs%' ORDER BY 1"
        ).fetchall() == [
            (embedded.APPLICATION_ROLE, False, False, False, False, True),
            (embedded.OWNER_ROLE, False, False, False, False, True),
        ]
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=PROJECT,
        env={
            **os.environ,
            "DATABASE_URL": bare.url(embedded.APPLICATION_ROLE),
            "OWNER_DATABASE_URL": bare.url(embedded.OWNER_ROLE),
        },
        check=True,
    )
    with psycopg.connect(bare.url(embedded.APPLICATION_ROLE)) as connection:
        assert connection.execute("SELECT count(*) FROM pupils_pupil").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, object]]:
    """The services of docker-compose.yml."""
    found: dict[str, dict[str, object]] = yaml.safe_load(
        (PROJECT / "docker-compose.yml").read_text()
    )["services"]
    return found


def test_only_the_migration_knows_the_owner(services: dict[str, dict[str, object]]):
    owner = {name for name, each in services.items() if "OWNER_PASSWORD" in str(each)}
    assert owner == {"migrate", "postgres"}
    for name in ("web", "worker", "beat"):
        environment = services[name]["environment"]
        assert isinstance(environment, dict)
        assert environment["DATABASE_URL"].startswith(f"postgresql://{embedded.APPLICATION_ROLE}:")


def test_the_example_of_the_secrets_names_all_that_is_asked_for():
    asked = set(re.findall(r"\$\{([A-Z_]+)", (PROJECT / "docker-compose.yml").read_text()))
    example = (PROJECT / "deploy" / "env.example").read_text()
    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == asked
    assert not re.search(r"^(SECRET_KEY|\w+_PASSWORD)=.+", example, re.MULTILINE)


def test_the_image_holds_every_app_of_ours():
    ours = {
        Path(app.path).relative_to(PROJECT).parts[0]
        for app in apps.get_app_configs()
        if Path(app.path).is_relative_to(PROJECT) and ".venv" not in app.path
    }
    for file in ("Dockerfile", ".dockerignore"):
        text = (PROJECT / file).read_text()
        missing = {app for app in ours if not re.search(rf"\b{app}\b", text)}
        assert not missing, file
