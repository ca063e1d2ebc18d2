"""A journey of a head through what the school owes by law, from nothing to done."""

import datetime as dt

import pytest
from django.utils import timezone

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Pupil
from schools.models import Term
from tests.browser.test_arbs import fill
from tests.browser.test_attendance import fits

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.browser,
]


def test_a_head_sees_what_is_owed_and_gets_it_done(harbour, open_page, sign_in_page):
    # A term about today, whatever today is: the server has no other clock.
    today = timezone.localdate()
    with in_trust(harbour.trust.pk):
        Term.objects.filter(pk=harbour.term.pk).update(
            starts_on=today - dt.timedelta(days=30),
            census_on=today - dt.timedelta(days=20),
            ends_on=today + dt.timedelta(days=20),
        )
    page = open_page()
    sign_in_page(page, Role.HEAD)
    page.get_by_role("link", name="Compliance").click()
    fits(page)
    page.get_by_role("link", name="Harbour Beacon School").click()
    assert "No PEP is due" in page.inner_text("#peps")
    fits(page)
    pupil = harbour.pupils[0]
    with in_trust(harbour.trust.pk):
        Pupil.objects.filter(pk=pupil.pk).update(looked_after=True)
    page.reload()
    page.get_by_role("link", name=str(pupil)).click()
    page.get_by_role("button", name="Save").click()
    assert "Write who led it." in page.inner_text(".errors")
    fits(page)
    fill(page, {"held_on": str(today - dt.timedelta(days=1)), "held_by": "R. Shah"})
    assert "It is saved." in page.inner_text(".messages")
    assert "1 of 1 done" in page.inner_text("#peps")
    page.get_by_role("link", name="Record the Pupil premium").click()
    fits(page)
    fill(page, {"received": "£1,000.50"})
    assert "No activity yet" in page.inner_text("main")
    fits(page)
    page.get_by_role("link", name="Add the first activity").click()
    activity = {"what": "Tutors", "aim": "targeted", "planned": "900", "spent": "1000.75"}
    fill(page, activity | {"intended": "More words"})
    assert "£0.25 overspent" in page.inner_text("main")
    fits(page)
    page.get_by_role("link", name="Harbour Beacon School").click()
    fits(page)
    assert "£1,000.75 of £1,000.50" in page.inner_text("#premiums")
