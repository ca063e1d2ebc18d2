"""What runs are asked for and made with in tests, and a quick stand-in for laying out."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from reporting.choices import ReportKind, ReportStatus
from reporting.models import Report, ReportRun
from reporting.selectors.reports import Reported
from reporting.services import editions
from reporting.services.reports import ask_for_draft, ask_to_publish, set_ready
from reporting.tasks import make_report
from tests.world import World

type Bells = list[dict[str, int]]


@pytest.fixture
def laid_out() -> None:
    """Lay reports out as PDFs in earnest."""


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay nothing out, which takes seconds, but for a test that asks for `laid_out`."""
    if "laid_out" in request.fixturenames:
        return

    def make_pdf(report: Any, cover: Any, *, charts: Any, on_page: Callable[[int], None]) -> bytes:
        for page in range(1, 4):
            on_page(page)
        return f"%PDF-1.7 {json.dumps([report, cover, sorted(charts)])}".encode()

    monkeypatch.setattr(editions, "make_pdf", make_pdf)
    monkeypatch.setattr(editions, "pictures", lambda _report: {})


def of(world: World) -> Reported:
    return Reported(world.school, world.term)


def ask(world: World, role: Role = Role.HEAD) -> ReportRun:
    """Ask for a draft, which may replace one that is ready."""
    with in_trust(world.trust.pk):
        ready = Report.objects.filter(kind=ReportKind.HT, status=ReportStatus.READY)
        replaces = ready.values_list("pk", flat=True).first()
        return ask_for_draft(by=world.access(role), of=of(world), replaces=replaces)


def ready(world: World, draft: Report) -> None:
    with in_trust(world.trust.pk):
        set_ready(by=world.access(Role.HEAD), draft=draft, ready=True)


def ask_to_publish_it(world: World, draft: Report) -> ReportRun:
    with in_trust(world.trust.pk):
        return ask_to_publish(by=world.access(Role.HEAD), of=of(world), draft_id=draft.pk)


def published(world: World) -> Report:
    """Have a draft made, call it ready, publish it, and return what came of it."""
    draft = run_now(world, ask(world)).report
    assert draft is not None
    ready(world, draft)
    made = run_now(world, ask_to_publish_it(world, draft)).report
    assert made is not None
    return made


def run_now(world: World, run: ReportRun) -> ReportRun:
    """Do what a worker does when the bell rings, and return the run as it then is."""
    make_report(trust_id=world.trust.pk, run_id=run.pk)
    return again(world, run)


def again(world: World, run: ReportRun) -> ReportRun:
    with in_trust(world.trust.pk):
        return ReportRun.objects.select_related("report").get(pk=run.pk)


def reports(world: World) -> list[Report]:
    """Return the head's reports, whatever else was made with them."""
    with in_trust(world.trust.pk):
        return list(Report.objects.filter(kind=ReportKind.HT))


def change(world: World, run: ReportRun, **values: Any) -> None:
    with in_trust(world.trust.pk):
        ReportRun.objects.filter(pk=run.pk).update(**values)


def elsewhere(work: Callable[[], Any]) -> Any:
    """Do something on another connection, as another process would."""
    found: list[Any] = []

    def there() -> None:
        try:
            found.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=there)
    thread.start()
    thread.join(30)
    assert found, "it did not end, or it failed"
    return found[0]
