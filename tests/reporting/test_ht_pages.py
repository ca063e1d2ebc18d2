"""Head teacher reports as their readers meet them: the pages, and what publishing keeps."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessment.models import Baseline, Judgement, Point
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Placement, TermlyTarget
from reporting.choices import ReportKind, ReportStatus, RunState
from reporting.models import Report, ReportRun
from reporting.services import runs
from schools.models import School
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import (
    AcademicYearFactory,
    MembershipFactory,
    TermFactory,
    TrustFactory,
    UserFactory,
)
from tests.reporting.conftest import add_life, page_of, stored
from tests.reporting.running import laid_out, quick
from tests.world import World

__all__ = ["laid_out", "quick"]  # fixtures

type SignIn = Callable[[Role], Client]


def test_governors_do_not_find_the_heads_report(busy: World, sign_in: SignIn) -> None:
    stored(busy, ReportStatus.PUBLISHED)
    for role in (Role.GOVERNOR, Role.TRUSTEE):
        page = sign_in(role).get(reverse("reading_room"))
        assert page.status_code == 200
        assert "Beacon" not in page.content.decode().split("<main", 1)[1]
        assert sign_in(role).get(reverse("reports")).status_code in (302, 403)


def test_the_list_tells_how_far_each_report_is(busy: World, sign_in: SignIn) -> None:
    stored(busy, ReportStatus.PUBLISHED, term=busy.terms[2])
    stored(busy)
    head = sign_in(Role.HEAD)
    this_year = head.get(reverse("reports")).content.decode()
    assert page_of(busy) in this_year
    assert re.search(r"<b>\d+</b> <span class=\"of\">of \d+</span>", this_year)
    assert f'href="?year={busy.terms[2].year_id}"' in this_year
    last_year = head.get(reverse("reports"), {"year": busy.terms[2].year_id}).content.decode()
    assert "Version 1" in last_year
    assert last_year.count("<tr>") == 1 + 3
    for wrong in ("0", "x", "99999"):
        assert head.get(reverse("reports"), {"year": wrong}).status_code == 404
    by_lead = sign_in(Role.TRUST_LEAD).get(reverse("reports")).content.decode()
    assert str(busy.other_school) in by_lead
    assert str(busy.host) not in by_lead


def test_a_trust_without_a_calendar_has_an_empty_list(db: None) -> None:
    trust, lead = TrustFactory(), UserFactory()
    with in_trust(trust.pk):
        MembershipFactory(person=lead, role=Role.TRUST_LEAD)
    client = Client()
    client.force_login(lead)
    assert "No term has begun" in client.get(reverse("reports")).content.decode()


def test_the_page_shows_the_numbers_as_they_are(busy: World, sign_in: SignIn) -> None:
    head = sign_in(Role.HEAD)
    before = head.get(page_of(busy)).content.decode()
    assert "There is no draft." in before
    in_school = Placement.objects.on(busy.term.census_on).filter(school=busy.school)
    judged = Judgement.objects.filter(
        term=busy.term, pupil__in=in_school.values("pupil"), strand__core_area__isnull=False
    )
    judged.first().delete()  # type: ignore[union-attr]  # there are many
    after = head.get(page_of(busy)).content.decode()
    counts = [judged_on(page) for page in (before, after)]
    assert counts[1] == counts[0] - 1


def judged_on(page: str) -> int:
    """Return how many judgements of all strands a page tells, with or without links on them."""
    line = page.split("All strands of all streams", 1)[1].split("</tr>", 1)[0]
    found = re.search(r"(\d+) of \d+", " ".join(re.sub(r"<[^>]*>", "", line).split()))
    assert found
    return int(found[1])


@pytest.mark.parametrize("role", [Role.HEAD, Role.TRUST_LEAD])
def test_the_pages_cost_the_same_for_few_and_many(
    world: World, sign_in: SignIn, role: Role
) -> None:
    client = sign_in(role)
    add_life(world, pupils=2, seed=1)
    stored(world)
    stored(world, ReportStatus.PUBLISHED)

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    addresses = (page_of(world), reverse("reports"))
    few = [cost(address) for address in addresses]
    for version in range(2, 8):
        stored(world, ReportStatus.SUPERSEDED, version=version)
    _more_pupils(world)
    assert [cost(address) for address in addresses] == few
    assert few[0] <= 70


def _more_pupils(world: World) -> None:
    """Thirty more like one that is there, without a second version of each stream."""
    points = list(Point.objects.filter(stream=world.developmental))
    strands = list(world.developmental.strands.all())
    for n in range(30):
        pupil = PupilFactory()
        PlacementFactory(pupil=pupil, school=world.school, route=world.routes["formal"])
        for strand in strands:
            Judgement.objects.create(
                pupil=pupil,
                strand=strand,
                term=world.term,
                point=points[n % len(points)],
                judged_at=timezone.now(),
            )


# --- Drafts and published versions -------------------------------------------------------


@pytest.fixture
def head(settled: World, bells: list[dict[str, int]]) -> Client:
    client = Client()
    client.force_login(settled.people[Role.HEAD])
    return client


def press(client: Client, address: str, data: dict[str, Any] | None = None) -> str:
    """Post a form that leads to a run, make the run, and return its page."""
    response = client.post(address, data or {})
    assert response.status_code == 302
    return str(response["Location"])


def call_ready(client: Client, page: str) -> int:
    """Call the draft that a page shows ready, and return which one it is."""
    draft = draft_on(client.get(page).content.decode())
    assert client.post(f"{page}ready/", {"draft": draft, "ready": "on"}).status_code == 302
    return draft


def work_off(bells: list[dict[str, int]]) -> None:
    while bells:
        runs.make(**bells.pop(0))


transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@transactional
def test_a_draft_is_made_read_published_and_kept(
    settled: World, head: Client, bells: list[dict[str, int]], laid_out: None
) -> None:
    """The head's whole way; then everything changes, and what was published does not."""
    world, page = settled, page_of(settled)
    run_page = press(head, f"{page}draft/")
    assert "Waiting for a worker" in head.get(run_page).content.decode()
    assert "In the making" in head.get(page).content.decode()
    work_off(bells)
    assert "The draft is ready" in head.get(run_page).content.decode()

    shown = head.get(page).content.decode()
    assert "Publish this draft" not in shown
    assert "saved since" not in shown
    draft = draft_on(shown)
    assert head.post(f"{page}ready/", {"draft": draft, "ready": "on"}).status_code == 302
    shown = head.get(page).content.decode()
    assert "Publish this draft" in shown
    assert "Not ready after all" in shown
    confirm = head.get(f"{page}publish/").content.decode()
    assert "It becomes version 1 of the report" in confirm
    assert draft_on(confirm) == draft
    read = head.get(reverse("report_pdf", args=(draft,)), follow=True)
    assert read["Content-Type"] == "application/pdf"
    assert read["Cache-Control"] == "no-store, private"
    assert read["Content-Disposition"] == (
        'inline; filename="harbour-beacon-school-autumn-2026-head-teacher-report-draft.pdf"'
    )

    unread = head.post(f"{page}publish/", {"draft": draft})
    assert unread.status_code == 200
    assert "Tick this once you have read the draft." in unread.content.decode()
    press(head, f"{page}publish/", {"draft": draft, "read": "on"})
    work_off(bells)
    with in_trust(world.trust.pk):
        published = Report.objects.get(kind=ReportKind.HT)
        assert (published.version, published.status) == (1, "published")
    pdf_url = reverse("report_pdf", args=(published.pk,))
    stored_url = reverse("report", args=(published.pk,))
    pdf = head.get(pdf_url, follow=True).content
    stored_page = head.get(stored_url).content.decode()
    assert hashlib.sha256(pdf).hexdigest() == published.sha256
    assert published.sha256[:12] in head.get(page).content.decode()
    live = numbers_on(head.get(page).content.decode())
    assert numbers_on(stored_page) == live

    with in_trust(world.trust.pk):
        change_everything(world)
    assert head.get(pdf_url, follow=True).content == pdf
    assert numbers_on(head.get(stored_url).content.decode()) == numbers_on(stored_page)
    assert numbers_on(head.get(page).content.decode()) != live
    assert "Beacon" in head.get(stored_url).content.decode().split("<h1>")[1][:80]
    assert "Lighthouse" in head.get(page).content.decode()


def draft_on(page: str) -> int:
    """Return which draft the form of a page is about."""
    found = re.search(r'name="draft" value="(\d+)"', page)
    assert found
    return int(found[1])


def numbers_on(page: str) -> str:
    """Return the report as a page shows it, first line to last, without the links on figures."""
    found = re.search(r'<h2>At a glance</h2>.*<dl class="words">', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"</?a\b[^>]*>", "", found[0]).split())


def change_everything(world: World) -> None:
    """Judge again, set other baselines, move pupils, rename the school."""
    for judgement in Judgement.objects.filter(term=world.term)[::2]:
        judgement.delete()
    Baseline.objects.filter(pk__in=Baseline.objects.values("pk")[:40]).delete()
    Placement.objects.filter(arb__isnull=False).update(arb=None)
    TermlyTarget.objects.filter(term=world.term).update(judged=1)
    School.objects.filter(pk=world.school.pk).update(name="Lighthouse School")


@transactional
def test_the_page_says_when_a_draft_is_behind(
    settled: World, head: Client, bells: list[dict[str, int]]
) -> None:
    page = page_of(settled)
    press(head, f"{page}draft/")
    work_off(bells)
    call_ready(head, page)
    with in_trust(settled.trust.pk):
        TermlyTarget.objects.filter(term=settled.term).update(judged=4)
    assert "Numbers or words have changed" in head.get(page).content.decode()
    with in_trust(settled.trust.pk):
        pupil = settled.pupils[0]
        Judgement.objects.filter(pupil=pupil, term=settled.term).update(judged_at=timezone.now())
        saved = Judgement.objects.filter(pupil=pupil, term=settled.term).count()
        assert saved
    assert f"{saved} judgement" in head.get(page).content.decode()
    assert f"{saved} judgement" in head.get(f"{page}publish/").content.decode()


@transactional
def test_a_draft_that_was_replaced_is_not_published(
    settled: World, head: Client, bells: list[dict[str, int]]
) -> None:
    page = page_of(settled)
    press(head, f"{page}draft/")
    work_off(bells)
    first = call_ready(head, page)
    press(head, f"{page}draft/", {"replaces": first})
    work_off(bells)
    gone = head.post(f"{page}ready/", {"draft": first, "ready": "on"}, follow=True)
    assert "The draft has been replaced since." in gone.content.decode()
    second = call_ready(head, page)
    assert second != first
    answer = head.post(f"{page}publish/", {"draft": first, "read": "on"}, follow=True)
    assert "The draft that you read has been replaced" in answer.content.decode()
    for wrong in ("", "x", "-1", "9" * 30):
        answer = head.post(f"{page}publish/", {"draft": wrong, "read": "on"}, follow=True)
        assert answer.status_code == 200
        answer = head.post(f"{page}ready/", {"draft": wrong, "ready": "on"}, follow=True)
        assert "Read the one that is here." in answer.content.decode()
    # Taken back after it was called ready: it is read again before it is published.
    assert head.post(f"{page}ready/", {"draft": second}).status_code == 302
    head.post(f"{page}publish/", {"draft": second, "read": "on"})
    with in_trust(settled.trust.pk):
        assert not Report.objects.filter(status=ReportStatus.PUBLISHED).exists()
    assert bells == []


def test_without_a_draft_there_is_nothing_to_publish(busy: World, sign_in: SignIn) -> None:
    head = sign_in(Role.HEAD)
    answer = head.get(f"{page_of(busy)}publish/", follow=True)
    assert "There is no draft that is ready." in answer.content.decode()
    stored(busy)
    for send in (head.get, head.post):
        answer = send(f"{page_of(busy)}publish/", follow=True)
        assert "Make one, read it and call it ready first." in answer.content.decode()


def test_the_run_page_in_every_state(busy: World, sign_in: SignIn) -> None:
    run = ReportRun.objects.create(
        school=busy.school, term=busy.term, purpose="draft", asked_by=busy.people[Role.HEAD]
    )
    address = reverse("report_run", args=(run.pk,))
    head, reader = sign_in(Role.HEAD), sign_in(Role.ASSESSMENT_LEAD)

    def shown(client: Client = head, **values: Any) -> str:
        ReportRun.objects.filter(pk=run.pk).update(**values)
        return client.get(address).content.decode()

    running = shown(
        state=RunState.RUNNING, step="Laying out page 7", done_steps=2, all_steps=4, attempts=2
    )
    assert "<b>Laying out page 7</b> · step 3 of 4" in running
    assert "Attempt 2" in running
    assert "hx-get" in running
    assert "Cancel" in running
    assert "Cancel" not in shown(reader)
    htmx = {"HX-Request": "true"}
    fragment = head.get(address, headers=htmx)
    assert fragment.content.decode().lstrip().startswith('<div class="sheet run"')
    seen = {"seen": "running Laying out page 7"}
    assert head.get(address, seen, headers=htmx).status_code == 204
    assert head.get(address, seen).status_code == 200
    failed = shown(state=RunState.FAILED, problem="It was not to be.")
    assert "It was not to be." in failed
    assert "Try again" in failed
    assert "hx-get" not in failed
    assert "Try again" not in shown(reader)
    assert "The last attempt failed" in head.get(page_of(busy)).content.decode()
    assert "Cancelled" in shown(state=RunState.CANCELLED, problem="")
    assert "has been replaced or published since" in shown(state=RunState.DONE)
    draft = stored(busy)
    assert "The draft is ready" in shown(report=draft)


def test_cancelling_and_trying_again_by_the_buttons(busy: World, sign_in: SignIn) -> None:
    head = sign_in(Role.HEAD)
    head.post(f"{page_of(busy)}draft/")
    run = ReportRun.objects.get()
    assert head.post(reverse("report_run_cancel", args=(run.pk,))).status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert run.finished_at is not None
    head.post(reverse("report_run_retry", args=(run.pk,)))
    assert ReportRun.objects.unfinished().count() == 1
    # What has ended is not cancelled a second time.
    ended = run.finished_at
    head.post(reverse("report_run_cancel", args=(run.pk,)))
    run.refresh_from_db()
    assert run.finished_at == ended


def test_retrying_a_publication_whose_draft_has_gone(busy: World, sign_in: SignIn) -> None:
    run = ReportRun.objects.create(
        school=busy.school,
        term=busy.term,
        purpose="publish",
        state=RunState.FAILED,
        asked_by=busy.people[Role.HEAD],
    )
    answer = sign_in(Role.HEAD).post(reverse("report_run_retry", args=(run.pk,)), follow=True)
    assert "The draft that you read has been replaced, or is not" in answer.content.decode()


@pytest.mark.parametrize(
    "name", ["ht_report_draft", "ht_report_ready", "report_run_cancel", "report_run_retry"]
)
def test_nothing_is_done_by_following_a_link(busy: World, sign_in: SignIn, name: str) -> None:
    ids = (busy.school.pk, busy.term.pk) if name.startswith("ht_") else (1,)
    assert sign_in(Role.HEAD).get(reverse(name, args=ids)).status_code == 405


def test_a_first_year_without_earlier_terms(world: World, sign_in: SignIn) -> None:
    year = AcademicYearFactory(start=2020)
    first = TermFactory(year=year)
    page = sign_in(Role.HEAD).get(page_of(world, term=first)).content.decode()
    assert "Nobody was on roll on the census date" in page
