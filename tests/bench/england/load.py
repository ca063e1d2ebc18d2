"""Many people at once, against the web server as the demo starts it."""

import http.client
import json
import secrets
import socket
import subprocess
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from threading import Event
from typing import Any, Self

from parrcs import demo, embedded
from tests.bench.england.pages import SAVE
from tests.bench.england.site import PROJECT, Site

READS_A_SAVE = 4
PATIENCE = 60


@dataclass
class Load:
    """Milliseconds by kind of request, and what went wrong."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many were answered."""
        return sum(map(len, self.times.values()))


def at_once(site: Site, *, people: int, seconds: float) -> Load:
    """Let so many people of different trusts read and save at the same time."""
    persons = site.ask("persons", people, 1)
    with socket.socket() as free:
        free.bind((demo.HOST, 0))
        port = free.getsockname()[1]
    cluster = embedded.start(site.state)
    environment = {
        **site.environment,
        "DATABASE_URL": cluster.url(embedded.APPLICATION_ROLE),
        "OWNER_DATABASE_URL": cluster.url(embedded.OWNER_ROLE),
        "SECRET_KEY": embedded.secret_key(site.state),
    }
    log = (site.state / "bench-web.log").open("wb")
    server = subprocess.Popen(
        demo.web_server(port), cwd=PROJECT, env=environment, stdout=log, stderr=log
    )
    load = Load()
    try:
        _wait_for(port)
        # What is made ready once in each of its processes.
        for person in persons:
            with _Visitor(person, port, Load()) as visitor:
                visitor.look_at_all()
        until = time.monotonic() + seconds
        with ThreadPoolExecutor(people) as pool:
            list(pool.map(lambda person: _work(person, port, load, until), persons))
    finally:
        server.terminate()
        server.wait()
        log.close()
    return load


def _work(person: dict[str, Any], port: int, load: Load, until: float) -> None:
    with _Visitor(person, port, load) as visitor:
        visitor.work(until)


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while not demo.answers(port):
        assert time.monotonic() < until, "the server does not answer"
        Event().wait(0.2)


class _Visitor:
    """One person with a browser of their own."""

    def __init__(self, person: dict[str, Any], port: int, load: Load) -> None:
        self._person = person
        self._connection = http.client.HTTPConnection(demo.HOST, port, timeout=PATIENCE)
        self._load = load
        token = secrets.token_hex(16)
        self._headers = {
            "Cookie": f"sessionid={person['session']}; csrftoken={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/json",
        }
        self._versions: dict[tuple[int, int], int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def look_at_all(self) -> None:
        """Look at each page once."""
        for name, address in self._person["pages"]:
            self._ask(name, "GET", address)

    def work(self, until: float) -> None:
        """Read and save until then, without a pause."""
        pages, saves = cycle(self._person["pages"]), cycle(self._person["saves"])
        while time.monotonic() < until:
            for _ in range(READS_A_SAVE):
                self._ask(*_get(next(pages)))
            self._save(next(saves))

    def _save(self, choice: dict[str, Any]) -> None:
        cell = choice["pupil"], choice["strand"]
        sent = {
            **choice,
            "operation_id": secrets.token_hex(16),
            "base_version": self._versions.get(cell, choice["base_version"]),
        }
        said = self._ask(SAVE, "POST", self._person["save"], json.dumps(sent))
        if said:
            self._versions[cell] = json.loads(said).get("version")

    def _ask(self, name: str, method: str, address: str, body: str | None = None) -> bytes:
        begun = time.perf_counter()
        try:
            self._connection.request(method, address, body, self._headers)
            response = self._connection.getresponse()
            said = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._load.errors.append(f"{method} {address}: {error!r}")
            self._connection.close()
            return b""
        self._load.times[name].append((time.perf_counter() - begun) * 1000)
        if response.status not in {200, 302}:
            self._load.errors.append(f"{method} {address}: {response.status} {said[:200]!r}")
            return b""
        return said


def _get(page: tuple[str, str]) -> tuple[str, str, str]:
    name, address = page
    return name, "GET", address
