"""A journey of the assessment lead through a school's window, and of a teacher of new starters."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.models import Baseline
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from schools.models import LateEntry, Window
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, go_to, scrolls_sideways

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.browser,
]

DAY = dt.timedelta(days=1)


def fits(page):
    """Look at the page at three sizes: nothing against WCAG, no scrolling sideways."""
    for size in (OFFICE, TABLET, PHONE):
        page.set_viewport_size(size)
        assert axe_violations(page) == []
        assert not scrolls_sideways(page)
    page.set_viewport_size(OFFICE)


def test_a_window_is_closed_with_a_second_look_and_a_class_goes_on(
    harbour, open_page, sign_in_page
):
    today = timezone.localdate()
    with in_trust(harbour.trust.pk):
        Window.objects.update(opens_on=today - 7 * DAY, closes_on=today + 9 * DAY)
    lead = open_page()
    sign_in_page(lead, Role.ASSESSMENT_LEAD)
    go_to(lead, "Windows")
    fits(lead)
    lead.get_by_role("button", name="Close now").click()
    assert "17 of 17 judgements are still to be made" in lead.inner_text("main")
    fits(lead)
    lead.get_by_role("button", name="Close it").click()
    assert "is set" in lead.inner_text(".messages")
    lead.get_by_role("link", name="Allow late entry for Curlew").click()
    lead.get_by_role("button", name="Allow late entry").click()
    assert "Say why, in a few words." in lead.inner_text(".errors")
    fits(lead)
    lead.get_by_label("Until, that day included").fill((today + 5 * DAY).isoformat())
    lead.get_by_label("Reason").fill("Supply teacher until Monday")
    lead.get_by_role("button", name="Allow late entry").click()
    assert "Supply teacher until Monday" in lead.inner_text("table")
    fits(lead)
    with in_trust(harbour.trust.pk):
        assert LateEntry.objects.get().class_group == harbour.class_group

    teacher = open_page()
    sign_in_page(teacher, Role.TEACHER)
    teacher.goto(reverse("grid", args=[harbour.class_group.pk, harbour.term.pk]))
    assert "Late entry until" in teacher.inner_text("main")

    trust_lead = open_page()
    sign_in_page(trust_lead, Role.TRUST_LEAD)
    trust_lead.goto(reverse("windows"))
    fits(trust_lead)
    with in_trust(harbour.trust.pk):
        Window.objects.all().delete()
    trust_lead.get_by_role("link", name=harbour.other_school.name, exact=True).click()
    assert "No days are set" in trust_lead.inner_text("main")
    fits(trust_lead)


def test_new_starters_get_their_baselines_in_one_form(harbour, open_page, sign_in_page):
    teacher = open_page()
    sign_in_page(teacher, Role.TEACHER)
    teacher.goto(reverse("classes"))
    fits(teacher)
    teacher.get_by_role("link", name="Baselines of Curlew").click()
    fits(teacher)
    teacher.get_by_role("button", name="Save baselines").click()
    assert "Choose a point for at least one pupil." in teacher.inner_text(".errors")
    fits(teacher)
    pupil = harbour.pupils[1]
    for strand in ("Reading", "Writing", "Communication"):
        teacher.get_by_label(f"{strand}, {pupil}").select_option(label="7: Point 7")
    teacher.get_by_role("button", name="Save baselines").click()
    assert "3 baselines are saved." in teacher.inner_text(".messages")
    assert str(pupil) in teacher.inner_text("section:has(#settled)")
    fits(teacher)
    with in_trust(harbour.trust.pk):
        assert Baseline.objects.filter(pupil=pupil).count() == 3
    teacher.get_by_role("link", name=str(pupil)).click()
    assert "In force: 7" in teacher.inner_text("main")
    fits(teacher)
