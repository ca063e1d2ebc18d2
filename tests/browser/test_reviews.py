"""Journeys of the inclusion lead: a plan under review and its pack, and what supports a pupil."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import AnnualReview, PupilNeeds, SupportPlan
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.factories.pupils import PlanFactory

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.browser,
]


def fits(page):
    """Look at the page at three sizes: nothing against WCAG, no scrolling sideways."""
    for size in (OFFICE, TABLET, PHONE):
        page.set_viewport_size(size)
        assert axe_violations(page) == []
        assert not scrolls_sideways(page)
    page.set_viewport_size(OFFICE)


def test_a_review_is_set_done_and_printed(harbour, open_page, sign_in_page):
    # About today, whatever today is: the server has no other clock.
    today = timezone.localdate()
    pupil, day = harbour.pupils[1], dt.timedelta(days=1)
    with in_trust(harbour.trust.pk):
        pupil.plans.all().delete()
    page = open_page()
    sign_in_page(page, Role.INCLUSION_LEAD)
    page.goto(reverse("pupil_reviews", args=[pupil.pk]))
    assert "No plan to review" in page.inner_text("main")
    fits(page)
    with in_trust(harbour.trust.pk):
        PlanFactory(pupil=pupil, starts_on=today - 380 * day)
    page.get_by_role("link", name="Annual reviews").first.click()
    row = page.locator("tr", has_text=pupil.last_name)
    assert "Set the day of the review" in row.inner_text()
    fits(page)
    row.get_by_role("link").click()
    page.get_by_role("link", name="Set a review").click()
    page.get_by_role("button", name="Save").click()
    assert "Day of the meeting: Enter a date." in page.inner_text(".errors")
    fits(page)
    page.get_by_label("Day of the meeting").fill(str(today - 20 * day))
    page.get_by_role("button", name="Save").click()
    assert "Next: Papers sent" in page.inner_text("main")
    fits(page)
    page.get_by_role("link", name="Mark as done Meeting held").click()
    page.get_by_label("Done on").fill(str(today - 20 * day))
    fits(page)
    page.get_by_role("button", name="Save").click()
    assert "Meeting held: saved." in page.inner_text(".messages")
    page.get_by_role("link", name="Write views and recommendations").click()
    page.get_by_label("Views of the pupil").fill("I like the swing.")
    page.get_by_label("Happy").check()
    fits(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add advice").click()
    page.get_by_label("Whose advice").fill("Speech therapist")
    page.get_by_label("What it says").fill("More signs.")
    fits(page)
    page.get_by_role("button", name="Save").click()
    assert "More signs." in page.inner_text("main")
    fits(page)
    link = page.get_by_role("link", name="Review pack (PDF)").get_attribute("href")
    pack = page.request.get(link)
    assert pack.ok
    assert pack.body().startswith(b"%PDF")
    with in_trust(harbour.trust.pk):
        review = AnnualReview.objects.get()
        assert review.pupil_symbols == "happy"
        assert [each.step for each in review.steps.all()] == ["meeting"]


def test_what_staff_must_know_and_a_wellbeing_plan(harbour, open_page, sign_in_page):
    today, day = timezone.localdate(), dt.timedelta(days=1)
    pupil = harbour.pupils[1]
    page = open_page()
    sign_in_page(page, Role.INCLUSION_LEAD)
    page.goto(reverse("pupil", args=[pupil.pk]))
    fits(page)
    page.get_by_role("link", name="Medical and communication").first.click()
    fits(page)
    page.get_by_role("link", name="Write it").click()
    page.get_by_role("button", name="Save").click()
    assert "Write with whom it was confirmed." in page.inner_text(".errors")
    page.get_by_label("Medical needs").fill("Asthma")
    page.get_by_label("Confirmed with").fill("Mother")
    fits(page)
    page.get_by_role("button", name="Save").click()
    assert "Asthma" in page.inner_text("main")
    fits(page)
    page.goto(reverse("pupil_support", args=[pupil.pk]))
    fits(page)
    page.get_by_role("link", name="Write the first plan").click()
    page.get_by_label("Kind of plan").select_option(label="Wellbeing plan")
    page.get_by_label("What it is for").fill("Calm mornings")
    page.get_by_label("What helps").fill("A quiet start")
    page.get_by_label("Who leads it").fill("Ola Reed")
    page.get_by_label("To be reviewed by").fill(str(today + 60 * day))
    fits(page)
    page.get_by_role("button", name="Save").click()
    assert "The wellbeing plan is saved." in page.inner_text(".messages")
    fits(page)
    page.get_by_role("link", name="Review the wellbeing plan").click()
    page.get_by_label("What came of it").fill("Settles by nine.")
    page.get_by_label("And then").select_option(label="It ends")
    fits(page)
    page.get_by_role("button", name="Save").click()
    assert f"Ended on {today.day} {today:%B %Y}" in page.inner_text("main")
    fits(page)
    with in_trust(harbour.trust.pk):
        assert SupportPlan.objects.get().state == "ended"
        assert PupilNeeds.objects.get().medical == "Asthma"
