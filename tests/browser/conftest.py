"""A real web server on the tests' database, and a real browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from assessment.models import Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from tests.emptying import others_under_way
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.schools import PASSWORD
from tests.world import World, give_target, make_world

# Playwright's sync API runs an event loop in this thread, in which Django would refuse to use
# the database. Nothing else runs in that loop, so there is nothing that it could block.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds until the server must answer
WAITS = 15_000  # milliseconds until a page must show what is looked for
LOOKS = 3  # in a row without a request under way, until the server counts as quiet

OFFICE: ViewportSize = {"width": 1280, "height": 900}
TABLET: ViewportSize = {"width": 820, "height": 1180}
PHONE: ViewportSize = {"width": 390, "height": 844}

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


# With the port as its last word.
GRANIAN = (
    "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--workers", "1",
    "--blocking-threads", "4", "--log-level", "warning", "parrcs.wsgi:application", "--port",
)  # fmt: skip


class Server:
    """The web server as a process of its own, which may be killed and started again."""

    def __init__(self, program: Sequence[str] = (), **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._program = program or GRANIAN
        self._environment = environment
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it on its port and wait until it answers."""
        process = self._running = subprocess.Popen(
            [sys.executable, *self._program, str(self.port)],
            cwd=ROOT,
            env=os.environ
            | {
                "DATABASE_URL": _test_database("DATABASE_URL", "default"),
                "OWNER_DATABASE_URL": _test_database("OWNER_DATABASE_URL", "owner"),
                "DJANGO_SETTINGS_MODULE": "parrcs.settings",
                "HTTPS": "0",
                "STATIC_FROM_SOURCE": "1",
            }
            | self._environment,
            # A group of its own, so that one signal reaches its worker process too.
            start_new_session=True,
        )
        until = time.monotonic() + PATIENCE
        while not self._answers(process):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the web server did not start")

    def kill(self) -> None:
        """End it as a power cut would: it cannot finish anything."""
        if self._running is not None:
            os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()
            self._running = None

    def restart(self) -> None:
        """Start it again on the same port, if it does not run."""
        if self._running is None:
            self.start()

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/static/icon.svg")
            return connection.getresponse().status == 200
        except (HTTPException, OSError):
            # A refused connection comes back at once: look again in a moment.
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)
            return False
        finally:
            connection.close()


def _test_database(variable: str, alias: str) -> str:
    """Return the address that the settings came from, with the test database in its place."""
    name = connections[alias].settings_dict["NAME"]
    return urlsplit(os.environ[variable])._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def _running_server(django_db_setup: None) -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.kill()


@pytest.fixture
def server(_running_server: Server) -> Iterator[Server]:
    """The web server, running; afterwards it has answered all that pages asked it for.

    A request still under way would meet the emptying of the tables, and one of the two fails.
    """
    _running_server.restart()
    yield _running_server
    until, quiet = time.monotonic() + PATIENCE, 0
    # One that the server has taken and not yet begun shows in the next look, or the one after.
    while quiet < LOOKS and time.monotonic() < until:
        quiet = 0 if others_under_way() else quiet + 1
        Event().wait(0.02)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys; each test has contexts of its own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        # As long as for a click: a comment waits for two seconds before it is saved at all.
        expect.set_options(timeout=WAITS)
        yield chromium
        chromium.close()


@pytest.fixture
def harbour() -> World:
    """The first trust, with its rows committed: the server sees them."""
    return make_world("Harbour")


type OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[OpenPage]:
    """Open a browser of its own (own cookies) at a size; `touch` for a screen one taps."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(size: ViewportSize | None = None, *, touch: bool = False, **more: Any) -> Page:
        context = browser.new_context(
            base_url=server.url,
            viewport=size or OFFICE,
            has_touch=touch,
            locale="en-GB",
            timezone_id="Europe/London",
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(WAITS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not errors, "a script failed"


@pytest.fixture
def sign_in_page(harbour: World) -> Callable[[Page, Role], None]:
    """Sign in through the form, as the person of the first trust who has a role."""

    def signed_in(page: Page, role: Role) -> None:
        person = harbour.people[role]
        person.set_password(PASSWORD)
        person.save()
        page.goto(reverse("account_login"))
        page.fill("input[name=login]", person.email)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/account/" not in url)

    return signed_in


def go_to(page: Page, name: str) -> None:
    """Choose a page in the main navigation, from its second menu where it stands there."""
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True)
    if not link.count():
        page.get_by_role("navigation", name="Main").get_by_text("More", exact=True).click()
    link.click()


@pytest.fixture
def curlew(harbour: World) -> World:
    """The class as an autumn finds it: three terms of judgements, the last at 11, and a target."""
    with in_trust(harbour.trust.pk):
        points = {int(p.value): p for p in Point.objects.filter(stream=harbour.developmental)}
        for strand in Strand.objects.filter(stream=harbour.developmental):
            for pupil in harbour.pupils:
                BaselineFactory(pupil=pupil, strand=strand, point=points[8])
                for number, term in enumerate(harbour.terms[:3]):
                    JudgementFactory(
                        pupil=pupil, strand=strand, term=term, point=points[9 + number]
                    )
        give_target(harbour.pupils[0], harbour.term)
    return harbour


def axe_violations(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA, one line a violation with where it is."""
    options = {
        "resultTypes": ["violations"],
        "runOnly": {"type": "tag", "values": WCAG},
        "rules": {"target-size": {"enabled": True}},
    }
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['id']}: {each['help']} at {' | '.join(str(n['target']) for n in each['nodes'])}"
        for each in found
    ]


def scrolls_sideways(page: Page) -> bool:
    """Say whether the page itself is wider than its window."""
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )
