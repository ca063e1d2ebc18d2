"""A draft that was called ready is replaced only by who has said that it may be."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from parrcs.core.access import Role
from reporting.choices import ReportStatus, RunState
from reporting.models import ReportBatch, ReportRun
from tests.reporting.conftest import page_of, stored
from tests.world import World

type SignIn = Callable[[Role], Client]


def at(world: World, name: str) -> str:
    return reverse(name, args=(world.school.pk, world.term.pk))


def test_whoever_makes_a_new_draft_is_asked_first(busy: World, sign_in: SignIn) -> None:
    head, address = sign_in(Role.HEAD), at(busy, "ht_report_draft")
    draft = stored(busy, ReportStatus.READY)
    # Neither unasked nor with the number of another one, nor with what is none.
    for sent in ({}, {"replaces": draft.pk + 1}, {"replaces": "x"}):
        asked = head.post(address, sent)
        page = asked.content.decode()
        assert asked.status_code == 200
        assert "Replace the draft that is ready?" in page
        assert f'name="replaces" value="{draft.pk}"' in page
        assert not ReportRun.objects.exists()
    answer = head.post(address, {"replaces": draft.pk})
    run = ReportRun.objects.get()
    assert answer["Location"] == reverse("report_run", args=(run.pk,))
    # While it is made there is nothing to ask.
    assert head.post(address)["Location"] == answer["Location"]
    assert ReportRun.objects.count() == 1


def test_a_trust_lead_is_asked_about_the_trusts_report(busy: World, sign_in: SignIn) -> None:
    lead, address = sign_in(Role.TRUST_LEAD), reverse("trust_report_draft", args=(busy.term.pk,))
    # That of a school is no reason to ask.
    stored(busy, ReportStatus.READY)
    assert lead.post(address).status_code == 302
    ReportRun.objects.all().delete()
    draft = stored(busy, ReportStatus.READY, kind="trustee", school=None)
    assert "Replace the draft that is ready?" in lead.post(address).content.decode()
    assert lead.post(address, {"replaces": draft.pk}).status_code == 302


def test_nothing_is_called_ready_while_another_draft_is_made(busy: World, sign_in: SignIn) -> None:
    head, draft = sign_in(Role.HEAD), stored(busy)
    head.post(at(busy, "ht_report_draft"))
    answer = head.post(at(busy, "ht_report_ready"), {"draft": draft.pk, "ready": "on"}, follow=True)
    assert "A new draft is being made at the moment" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == ReportStatus.DRAFT
    # What was called ready before can be taken back.
    ReportRun.objects.update(state=RunState.CANCELLED)
    head.post(at(busy, "ht_report_ready"), {"draft": draft.pk, "ready": "on"})
    head.post(at(busy, "ht_report_draft"), {"replaces": draft.pk})
    head.post(at(busy, "ht_report_ready"), {"draft": draft.pk})
    draft.refresh_from_db()
    assert draft.status == ReportStatus.DRAFT


@pytest.mark.parametrize("batched", [False, True])
def test_what_failed_is_not_tried_again_over_a_draft_that_is_ready(
    busy: World, sign_in: SignIn, batched: bool
) -> None:
    lead = sign_in(Role.TRUST_LEAD)
    person = busy.people[Role.TRUST_LEAD]
    batch = ReportBatch.objects.create(term=busy.term, asked_by=person)
    run, other = (
        ReportRun.objects.create(
            school=school,
            term=busy.term,
            purpose="draft",
            asked_by=person,
            batch=batch,
            state=RunState.FAILED,
        )
        for school in (busy.school, busy.other_school)
    )
    stored(busy, ReportStatus.READY)
    if batched:
        lead.post(reverse("report_batch_retry", args=(batch.pk,)))
        assert ReportRun.objects.exclude(pk__in=(run.pk, other.pk)).get().school == other.school
        return
    answer = lead.post(reverse("report_run_retry", args=(run.pk,)), follow=True)
    assert answer.redirect_chain[-1][0] == page_of(busy)
    assert "A draft is ready for review." in answer.content.decode()
    assert ReportRun.objects.count() == 2
