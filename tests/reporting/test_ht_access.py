"""Who may see, make and publish a head teacher report, and what the database lets nobody do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from reporting.choices import OUT, ReportKind, ReportStatus
from reporting.models import Report, ReportRun
from tests.factories.schools import MembershipFactory, UserFactory
from tests.reporting.conftest import page_of, stored
from tests.world import World

type SignIn = Callable[[Role], Client]

MAKERS = {Role.HEAD, Role.TRUST_LEAD}
READERS = WRITERS = MAKERS | {Role.ASSESSMENT_LEAD}


def statuses(world: World, sign_in: SignIn, address: str, *, post: bool = False) -> dict[Role, int]:
    """Return how each role is answered."""
    found = {}
    for role in Role:
        client = sign_in(role)
        response = client.post(address) if post else client.get(address)
        found[role] = response.status_code
    return found


def test_who_may_open_the_report(busy: World, sign_in: SignIn) -> None:
    found = statuses(busy, sign_in, page_of(busy))
    assert found == {role: 200 if role in READERS else 403 for role in Role}


@pytest.mark.parametrize("status", list(ReportStatus))
def test_who_may_read_what_was_made(busy: World, sign_in: SignIn, status: ReportStatus) -> None:
    report = stored(busy, status, charts={"core": {"svg": "<svg/>", "alt": "A chart."}})
    # To governors and trustees, who read what is published for them, there is no such report.
    others = {role: 404 if role in (Role.GOVERNOR, Role.TRUSTEE) else 403 for role in Role}
    # A file is sent at a link of the reader's own, which its plain address gives out.
    for name, answer in (("report_pdf", 302), ("report_workbook", 302), ("report", 200)):
        found = statuses(busy, sign_in, reverse(name, args=(report.pk,)))
        assert found == others | dict.fromkeys(READERS, answer), name
    chart = statuses(busy, sign_in, reverse("report_chart", args=(report.pk, "core")))
    assert chart == others | dict.fromkeys(READERS, 200)
    lead = sign_in(Role.TRUST_LEAD)
    assert lead.get(reverse("report_chart", args=(report.pk, "other"))).status_code == 404


@pytest.mark.parametrize("name", ["ht_report_draft", "ht_report_publish"])
def test_who_may_make_and_publish(busy: World, sign_in: SignIn, name: str) -> None:
    address = reverse(name, args=(busy.school.pk, busy.term.pk))
    found = statuses(busy, sign_in, address, post=True)
    assert found == {role: 302 if role in MAKERS else 403 for role in Role}


def test_who_may_cancel_and_try_again(busy: World, sign_in: SignIn) -> None:
    run = ReportRun.objects.create(
        school=busy.school,
        term=busy.term,
        purpose="draft",
        asked_by=busy.people[Role.HEAD],
    )
    for name in ("report_run_cancel", "report_run_retry"):
        found = statuses(busy, sign_in, reverse(name, args=(run.pk,)), post=True)
        assert found == {role: 302 if role in MAKERS else 403 for role in Role}, name
    found = statuses(busy, sign_in, reverse("report_run", args=(run.pk,)))
    assert found == {role: 200 if role in READERS else 403 for role in Role}


def test_foreign_and_non_existent_look_the_same(
    busy: World, foreign: World, sign_in: SignIn
) -> None:
    with in_trust(foreign.trust.pk):
        theirs = stored(foreign)
        their_run = ReportRun.objects.create(
            school=foreign.school,
            term=foreign.term,
            purpose="draft",
            asked_by=foreign.people[Role.HEAD],
        )
    nobodys = 9_999_999
    head = sign_in(Role.HEAD)
    pairs = [
        ("report_pdf", (theirs.pk,), (nobodys,)),
        ("report", (theirs.pk,), (nobodys,)),
        ("report_run", (their_run.pk,), (nobodys,)),
        ("ht_report", (foreign.school.pk, busy.term.pk), (nobodys, busy.term.pk)),
        ("ht_report", (busy.school.pk, foreign.term.pk), (busy.school.pk, nobodys)),
        ("ht_report_publish", (foreign.school.pk, busy.term.pk), (nobodys, busy.term.pk)),
    ]
    for name, foreign_ids, no_ids in pairs:
        answers = [head.get(reverse(name, args=ids)) for ids in (foreign_ids, no_ids)]
        assert [answer.status_code for answer in answers] == [404, 404], name
        assert answers[0].content == answers[1].content
    for name, ids in (
        ("report_run_cancel", (their_run.pk,)),
        ("report_run_retry", (their_run.pk,)),
        ("ht_report_draft", (foreign.school.pk, foreign.term.pk)),
    ):
        assert head.post(reverse(name, args=ids)).status_code == 404, name


def test_another_school_of_the_trust_is_not_the_heads(busy: World, sign_in: SignIn) -> None:
    head = sign_in(Role.HEAD)
    assert head.get(page_of(busy, busy.other_school)).status_code == 404
    assert head.get(page_of(busy, busy.host)).status_code == 404
    theirs = stored(busy, school=busy.other_school)
    assert head.get(reverse("report_pdf", args=(theirs.pk,))).status_code == 404
    # The host is known to the trust lead, but it has no report: nobody is registered there.
    assert sign_in(Role.TRUST_LEAD).get(page_of(busy, busy.host)).status_code == 404


def test_a_head_who_is_a_governor_elsewhere_reads_no_draft_there(
    busy: World, sign_in: SignIn
) -> None:
    MembershipFactory(person=busy.people[Role.HEAD], role=Role.GOVERNOR, school=busy.other_school)
    head = sign_in(Role.HEAD)
    assert head.get(page_of(busy, busy.other_school)).status_code == 403
    theirs = stored(busy, school=busy.other_school)
    assert head.get(reverse("report_pdf", args=(theirs.pk,))).status_code == 404
    assert str(busy.other_school) not in head.get(reverse("reports")).content.decode()


def test_the_lead_of_an_arb_may_not_publish_for_the_school(busy: World) -> None:
    lead = UserFactory(email="lead@harbour.example", name="Arb Lead")
    MembershipFactory(person=lead, role=Role.HEAD, arb=busy.arb)
    client = Client()
    client.force_login(lead)
    stored(busy)
    assert client.get(page_of(busy)).status_code == 403
    place = (busy.school.pk, busy.term.pk)
    assert client.post(reverse("ht_report_draft", args=place)).status_code == 403
    assert client.get(reverse("ht_report_publish", args=place)).status_code == 403
    listed = client.get(reverse("reports"))
    assert listed.status_code == 200
    assert "No school's report is yours" in listed.content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"snapshot": {"on_roll": 1}},
        {"pdf": b"another"},
        {"charts": {"core": {}}},
        {"page": "<p>Another</p>"},
        {"figures": {"whole": {}}},
        {"sha256": "0" * 64},
        {"kind": "lgb"},
        {"version": 2},
        {"published_at": timezone.now()},
        {"made_at": timezone.now()},
    ],
)
@pytest.mark.parametrize("status", list(ReportStatus))
def test_what_was_made_cannot_be_changed(
    busy: World, status: ReportStatus, change: dict[str, Any]
) -> None:
    report = stored(busy, status)
    with pytest.raises(ProgrammingError, match="Cannot update rows"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**change)


@pytest.mark.parametrize("before", list(ReportStatus))
@pytest.mark.parametrize("after", list(ReportStatus))
def test_the_states_go_one_way(busy: World, before: ReportStatus, after: ReportStatus) -> None:
    """Only a worker makes a published report, by storing it; no row becomes one."""
    report = stored(busy, before)
    change = Report.objects.filter(pk=report.pk)
    allowed = {("draft", "ready"), ("ready", "draft"), ("published", "superseded")}
    if before == after or (before, after) in allowed:
        assert change.update(status=after) == 1
        return
    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
        change.update(status=after)


def test_what_is_published_cannot_be_deleted(busy: World) -> None:
    stored(busy).delete()
    stored(busy, ReportStatus.READY).delete()
    for status in OUT:
        report = stored(busy, status, version=2 + OUT.index(status))
        with pytest.raises(ProgrammingError, match="Cannot delete rows"), transaction.atomic():
            report.delete()


def test_a_report_has_one_draft_one_in_force_and_each_version_once(busy: World) -> None:
    stored(busy)
    stored(busy, ReportStatus.PUBLISHED)
    for status, more in (
        (ReportStatus.READY, {}),
        (ReportStatus.PUBLISHED, {"version": 2}),
        (ReportStatus.SUPERSEDED, {"version": 1}),
        (ReportStatus.SUPERSEDED, {"version": None}),
        (ReportStatus.SUPERSEDED, {"version": 2, "published_at": None}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            stored(busy, status, **more)
    # Of another kind, school or term there may be others.
    stored(busy, kind=ReportKind.LGB)
    stored(busy, school=busy.other_school)
    stored(busy, ReportStatus.PUBLISHED, term=busy.terms[2])


def test_who_may_call_a_draft_ready(busy: World, sign_in: SignIn) -> None:
    address = reverse("ht_report_ready", args=(busy.school.pk, busy.term.pk))
    draft = stored(busy)
    for role in Role:
        answer = sign_in(role).post(address, {"draft": draft.pk, "ready": "on"})
        assert answer.status_code == (302 if role in WRITERS else 403), role
        draft.refresh_from_db()
        assert draft.status == (ReportStatus.READY if role in WRITERS else ReportStatus.DRAFT)
        Report.objects.filter(pk=draft.pk).update(status=ReportStatus.DRAFT)
    assert sign_in(Role.HEAD).get(address).status_code == 405
    foreign_school = reverse("ht_report_ready", args=(busy.other_school.pk, busy.term.pk))
    assert sign_in(Role.HEAD).post(foreign_school, {"draft": draft.pk}).status_code == 404
