"""A journey of the inclusion lead through the register, and of a child's celebration."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.models import Achievement
from exchange.models import Import
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import AttendanceTotal
from schools.models import Term
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.exchange.conftest import Desk

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


def test_the_register_comes_in_and_the_page_says_where_to_look(harbour, open_page, sign_in_page):
    def work() -> None:
        with in_trust(harbour.trust.pk):
            (run,) = Import.objects.all()
        Desk(harbour).go_on(run)

    # A term about today, whatever today is: the server has no other clock.
    today = timezone.localdate()
    monday = today - dt.timedelta(days=today.weekday() + 7)
    with in_trust(harbour.trust.pk):
        Term.objects.filter(pk=harbour.term.pk).update(
            starts_on=monday - dt.timedelta(days=21),
            census_on=monday,
            ends_on=monday + dt.timedelta(days=60),
            break_starts_on=monday - dt.timedelta(days=7),
            break_ends_on=monday - dt.timedelta(days=3),
        )
    page = open_page()
    sign_in_page(page, Role.INCLUSION_LEAD)
    page.get_by_role("link", name="Attendance").click()
    assert "No sessions are known" in page.inner_text("main")
    fits(page)
    page.get_by_role("link", name="Bring in attendance").first.click()
    page.get_by_role("button", name="Send and check").click()
    assert "Choose a file." in page.inner_text(".errors")
    fits(page)
    one, two, three = harbour.pupils
    rows = ["UPN,Date,AM,PM"]
    for first, codes in ((monday - dt.timedelta(days=21), "/,\\"), (monday, "I,U")):
        for n in range(5):
            day = first + dt.timedelta(days=n)
            rows += [f"{one.upn},{day},/,\\", f"{two.upn},{day},{codes}"]
    rows.append(f"{three.upn},{monday},?,/")
    page.set_input_files(
        "input[type=file]",
        {"name": "week.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()},
    )
    page.get_by_role("button", name="Send and check").click()
    page.get_by_text("Waiting for a worker").wait_for()
    work()
    page.get_by_text("2 new", exact=True).wait_for()
    assert "“?” is not an attendance code." in page.inner_text("main")
    assert "5 authorised" in page.inner_text("main")
    fits(page)
    page.get_by_role("button", name="Apply 2 lines").click()
    work()
    page.get_by_role("link", name="Undo").wait_for()
    page.get_by_role("link", name="Attendance").click()
    assert "75.0 %" in page.inner_text("main").replace("\xa0", " ")
    assert str(two) in page.inner_text("section:has(#concern-title)")
    page.locator("img.chart").evaluate("picture => picture.decode()")
    fits(page)
    with in_trust(harbour.trust.pk):
        assert AttendanceTotal.objects.count() == 4
    lead = open_page()
    sign_in_page(lead, Role.TRUST_LEAD)
    lead.goto(reverse("attendance_schools"))
    assert harbour.school.name in lead.inner_text("table")
    fits(lead)


def test_a_child_is_celebrated_and_then_protected(harbour, open_page, sign_in_page):
    pupil = harbour.pupils[0]
    teacher = open_page()
    sign_in_page(teacher, Role.TEACHER)
    teacher.goto(reverse("pupil", args=[pupil.pk]))
    teacher.get_by_role("link", name="Achievements").click()
    fits(teacher)
    teacher.get_by_role("button", name="Save").click()
    assert "Write what was achieved." in teacher.inner_text(".errors")
    fits(teacher)
    teacher.get_by_label("What was achieved").fill("Swam a width")
    teacher.get_by_label("Area").select_option(label="Swimming")
    teacher.get_by_label("Proud").check()
    teacher.get_by_role("button", name="Save").click()
    assert "The achievement is saved." in teacher.inner_text(".messages")
    fits(teacher)
    with in_trust(harbour.trust.pk):
        assert Achievement.objects.get().symbols == "proud"
    head = open_page()
    sign_in_page(head, Role.HEAD)
    head.goto(reverse("pupil_protection", args=[pupil.pk]))
    fits(head)
    head.get_by_label("Protected pupil").check()
    head.get_by_role("button", name="Save").click()
    assert "Protected pupil" in head.inner_text("main")
    assert head.get_by_role("link", name="Celebration sheet").count() == 0
    fits(head)
