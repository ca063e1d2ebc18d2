"""A head moves pupils after a look at what it changes, and a teacher signs the class list."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import ClassListCheck, Placement
from schools.models import AcademicYear, Term
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.factories.schools import AcademicYearFactory, ClassGroupFactory

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


@pytest.fixture
def next_year(harbour):
    """A year that ends in half a year, and one after it with a class, whatever today is."""
    ends = timezone.localdate() + 180 * DAY
    with in_trust(harbour.trust.pk):
        AcademicYear.objects.filter(pk=harbour.term.year_id).update(ends_on=ends)
        year = AcademicYearFactory(name="next", starts_on=ends + DAY, ends_on=ends + 365 * DAY)
        ClassGroupFactory(school=harbour.school, year=year, name="Heron")
    return year


def test_a_class_and_then_a_pupil_are_moved_after_a_look(
    harbour, next_year, open_page, sign_in_page
):
    head = open_page()
    sign_in_page(head, Role.HEAD)
    head.goto(reverse("class_list", args=[harbour.class_group.pk]))
    head.get_by_role("link", name="Move pupils").click()
    fits(head)
    look = head.get_by_role("button", name="See what it changes")
    look.click()
    assert "Choose the class for those who move with the others." in head.inner_text(".errors")
    fits(head)
    head.get_by_label("Into").select_option(label="Heron")
    stays = harbour.pupils[2]
    head.get_by_label(f"Class for {stays}").select_option(label="Does not move")
    look.click()
    assert "nothing is saved yet" in head.inner_text("main")
    fits(head)
    head.get_by_role("button", name="Change something").click()
    assert head.get_by_label(f"Class for {stays}").input_value() == "stays"
    look.click()
    head.get_by_role("button", name="Save").click()
    assert "2 pupils are placed anew" in head.inner_text(".messages")
    with in_trust(harbour.trust.pk):
        assert Placement.objects.filter(class_group__name="Heron").count() == 2
        assert Placement.objects.filter(pupil=stays).count() == 1

    # One pupil to the ARB: back to what was typed, and two presses of the same button.
    head.goto(reverse("pupil_place", args=[stays.pk]))
    head.get_by_label("Area resource base").select_option(label="Harbour Tide ARB")
    head.get_by_label("From").fill((timezone.localdate() + 7 * DAY).isoformat())
    look.click()
    assert f"Curlew (2026/27) loses {stays}" in head.inner_text("main")
    head.get_by_role("button", name="Change something").click()
    assert head.get_by_label("Area resource base").input_value() == str(harbour.arb.pk)
    look.click()
    head.get_by_role("button", name="Save").dblclick()
    head.wait_for_selector(".messages")
    with in_trust(harbour.trust.pk):
        assert Placement.objects.filter(pupil=stays, arb=harbour.arb).count() == 1
    head.goto(reverse("pupils"))
    head.get_by_label("Count pupils").select_option(label="As taught")
    head.wait_for_selector(".counts:has-text('Harbour Tide ARB 2')")
    fits(head)


def test_a_teacher_signs_the_list_and_a_remark_is_settled(harbour, open_page, sign_in_page):
    today = timezone.localdate()
    with in_trust(harbour.trust.pk):
        # The first weeks of a year, whatever today is.
        Term.objects.exclude(pk=harbour.term.pk).delete()
        year = AcademicYear.objects.filter(pk=harbour.term.year_id)
        year.update(starts_on=today - 20 * DAY)
        AcademicYear.objects.exclude(pk=harbour.term.year_id).delete()
        Term.objects.update(
            starts_on=today - 20 * DAY, census_on=today + 10 * DAY, ends_on=today + 60 * DAY
        )
    teacher = open_page()
    sign_in_page(teacher, Role.TEACHER)
    teacher.goto(reverse("classes"))
    fits(teacher)
    teacher.get_by_role("link", name="Check the list of Curlew").click()
    fits(teacher)
    teacher.get_by_role("button", name="Sign the list").click()
    assert teacher.locator(".errors li").count() == 3
    fits(teacher)
    first, *others = harbour.pupils
    teacher.get_by_label(f"What is wrong with {first}").fill("On the formal route since July")
    for pupil in others:
        teacher.get_by_label(f"Is right: {pupil}").check()
    teacher.get_by_label("Who is missing").fill("A new boy")
    teacher.get_by_role("button", name="Sign the list").click()
    assert "2 remarks will be looked at" in teacher.inner_text(".messages")

    lead = open_page()
    sign_in_page(lead, Role.ASSESSMENT_LEAD)
    lead.goto(reverse("class_lists"))
    assert "1 of 2 signed; 2 remarks to settle" in lead.inner_text("main")
    fits(lead)
    lead.get_by_role("link", name="Curlew", exact=True).click()
    lead.get_by_role("button", name=f"Settled for {first}").click()
    assert "1 still to settle" in lead.inner_text("main")
    fits(lead)
    with in_trust(harbour.trust.pk):
        assert ClassListCheck.objects.get().signed_by == harbour.people[Role.TEACHER]
