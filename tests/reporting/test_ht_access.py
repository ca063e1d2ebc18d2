"""Who may see, make and publish a head teacher report, and what the database lets nobody do."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from reporting.choices import ReportStatus
from reporting.models import Report, ReportRun
from tests.factories.schools import MembershipFactory, UserFactory
from tests.reporting.conftest import page_of, stored
from tests.world import World

type SignIn = Callable[[Role], Client]

MAKERS = {Role.HEAD, Role.TRUST_LEAD}
READERS = MAKERS | {Role.ASSESSMENT_LEAD}


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


def test_who_may_read_its_pdf(busy: World, sign_in: SignIn) -> None:
    for status in ReportStatus:
        # It gives out a link of the reader's own, at which the file is sent.
        found = statuses(busy, sign_in, reverse("report_pdf", args=(stored(busy, status).pk,)))
        assert found == {role: 302 if role in READERS else 403 for role in Role}, status


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
        {"sha256": "0" * 64},
        {"version": 2},
        {"status": "draft"},
        {"published_at": timezone.now()},
        {"made_at": timezone.now()},
    ],
)
@pytest.mark.parametrize("status", list(ReportStatus))
def test_what_was_made_cannot_be_changed(
    busy: World, status: ReportStatus, change: dict[str, Any]
) -> None:
    report = stored(busy, status)
    if change == {"status": "draft"} and status == ReportStatus.DRAFT:
        return
    with pytest.raises(ProgrammingError, match="Cannot update rows"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**change)


def test_what_is_published_cannot_be_deleted(busy: World) -> None:
    stored(busy).delete()
    published = stored(busy, ReportStatus.PUBLISHED)
    with pytest.raises(ProgrammingError, match="Cannot delete rows"), transaction.atomic():
        published.delete()
