"""The drafts of all schools: asked for once, followed, cancelled, tried again, and told of once."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from reporting.choices import ReportStatus, RunState
from reporting.models import ReportBatch, ReportRun
from reporting.selectors.reports import Reported
from reporting.services.reports import ask_for_all, ask_for_draft, cancel_all, cancel_run, retry_all
from reporting.tasks import make_report
from schools.models import Notice
from tests.reporting.conftest import stored
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def ask(world: World) -> ReportBatch:
    with in_trust(world.trust.pk):
        return ask_for_all(by=world.access(Role.TRUST_LEAD), term=world.term)


def runs_of(world: World, batch: ReportBatch) -> list[ReportRun]:
    with in_trust(world.trust.pk):
        return list(ReportRun.objects.filter(batch=batch).order_by("pk"))


def told(world: World) -> list[str]:
    with in_trust(world.trust.pk):
        notices = Notice.objects.filter(text__startswith="The drafts of all schools")
        return [each.text for each in notices.filter(person=world.people[Role.TRUST_LEAD])]


def test_each_school_has_a_run_and_the_end_is_told_once(settled: World, bells: Any) -> None:
    batch = ask(settled)
    runs = runs_of(settled, batch)
    assert {run.school_id for run in runs} == {settled.school.pk, settled.other_school.pk}
    assert len(bells) == len(runs)
    assert ask(settled) == batch, "a second press asks for nothing"
    for run in runs:
        assert told(settled) == []
        make_report(trust_id=settled.trust.pk, run_id=run.pk)
    assert {run.state for run in runs_of(settled, batch)} == {RunState.DONE}
    assert len(told(settled)) == 1


def test_what_is_cancelled_last_ends_the_batch_and_can_be_tried_again(
    settled: World, bells: Any
) -> None:
    by = settled.access(Role.TRUST_LEAD)
    batch = ask(settled)
    first, *rest = runs_of(settled, batch)
    make_report(trust_id=settled.trust.pk, run_id=first.pk)
    with in_trust(settled.trust.pk):
        cancel_all(by=by, batch=batch)
    assert len(told(settled)) == 1
    with in_trust(settled.trust.pk):
        retry_all(by=by, batch=batch)
    again = [run for run in runs_of(settled, batch) if run.state == RunState.QUEUED]
    assert {run.school_id for run in again} == {run.school_id for run in rest}


def test_a_report_in_the_making_joins_and_one_in_review_is_left(settled: World, bells: Any) -> None:
    head = settled.access(Role.HEAD)
    with in_trust(settled.trust.pk):
        stored(settled, ReportStatus.READY, school=settled.other_school)
        mine = ask_for_draft(by=head, of=Reported(settled.school, settled.term))
    batch = ask(settled)
    assert [run.pk for run in runs_of(settled, batch)] == [mine.pk]
    with in_trust(settled.trust.pk):
        cancel_run(by=head, run=runs_of(settled, batch)[0])
    assert len(told(settled)) == 1


def test_only_who_makes_reports_of_the_trust_may_ask(settled: World, bells: Any) -> None:
    for role in (Role.HEAD, Role.ASSESSMENT_LEAD):
        with in_trust(settled.trust.pk), pytest.raises(PermissionDenied):
            ask_for_all(by=settled.access(role), term=settled.term)


def test_the_page_tells_how_far_each_school_is(settled: World, bells: Any) -> None:
    batch = ask(settled)
    lead = Client()
    lead.force_login(settled.people[Role.TRUST_LEAD])
    page = lead.get(reverse("report_batch", args=(batch.pk,))).content.decode()
    assert "0 of 2 done" in page
    assert page.count("waiting") >= 2
    lead.post(reverse("report_batch_cancel", args=(batch.pk,)))
    page = lead.get(reverse("report_batch", args=(batch.pk,))).content.decode()
    assert "2 of 2 done" in page
    assert "2 of them not made" in page
    head = Client()
    head.force_login(settled.people[Role.HEAD])
    assert head.get(reverse("report_batch", args=(batch.pk,))).status_code == 404
