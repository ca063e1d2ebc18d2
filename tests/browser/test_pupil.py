"""The page of one pupil as people use it: read, jumped through, added to, at every width."""

import datetime as dt

import pytest
from django.urls import reverse

from assessment.models import CoreArea, TestScore
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import AttendanceTotal, Provision, ProvisionReview
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


@pytest.fixture
def full(curlew):
    """The first pupil of Curlew, with something in each section."""
    with in_trust(curlew.trust.pk):
        pupil, teacher = curlew.pupils[0], curlew.people[Role.TEACHER]
        provision = Provision.objects.create(
            pupil=pupil,
            kind="riding",
            aim="Sits upright at a walk.",
            how_often="Thursdays, one hour",
            starts_on=dt.date(2026, 1, 12),
        )
        ProvisionReview.objects.create(
            provision=provision,
            term=curlew.terms[2],
            progress=2,
            comment="Leads the horse with help.",
            reviewed_by=teacher,
        )
        TestScore.objects.create(
            pupil=pupil,
            core_area=CoreArea.objects.get(code="reading"),
            test="Reading test",
            taken_on=dt.date(2026, 6, 10),
            score=11,
            out_of=40,
            entered_by=teacher,
        )
        AttendanceTotal.objects.create(
            pupil=pupil,
            starts_on=dt.date(2026, 9, 1),
            ends_on=dt.date(2026, 10, 23),
            possible=76,
            attended=60,
            authorised=16,
        )
    return pupil


def test_the_page_and_its_forms_are_for_everyone_at_every_width(
    curlew, full, open_page, sign_in_page
):
    page = open_page(OFFICE)
    sign_in_page(page, Role.HEAD)
    ids = [full.pk]
    with in_trust(curlew.trust.pk):
        provision = Provision.objects.get().pk
        score = TestScore.objects.get().pk
    addresses = [
        reverse("pupil", args=ids),
        reverse("pupil", args=[curlew.arb_pupils[0].pk]),
        reverse("provision_add", args=ids),
        reverse("provision_end", args=[*ids, provision]),
        reverse("provision_review", args=[*ids, provision]),
        reverse("score_change", args=[*ids, score]),
    ]
    for address in addresses:
        page.goto(address)
        for size in (OFFICE, TABLET, PHONE):
            page.set_viewport_size(size)
            assert axe_violations(page) == [], f"{address} at {size['width']}"
            assert not scrolls_sideways(page), f"{address} at {size['width']}"
        page.set_viewport_size(OFFICE)


def test_a_teacher_jumps_to_a_section_adds_to_it_and_goes_back_to_the_class(
    curlew, full, open_page, sign_in_page
):
    page = open_page(TABLET)
    sign_in_page(page, Role.TEACHER)
    page.goto(reverse("pupil", args=[full.pk]))
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Tests").click()
    page.wait_for_url("**#tests")
    assert page.locator("#tests").evaluate("each => each.getBoundingClientRect().top < 200")
    page.get_by_role("link", name="Add a test score").click()
    page.get_by_label("Test", exact=True).fill("Spelling test")
    page.get_by_label("Score").fill("-1")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Score: A score is not below 0.").click()
    assert page.evaluate("document.activeElement.id") == "id_score"
    page.get_by_label("Score").fill("14")
    page.get_by_label("Out of").fill("20")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**#tests")
    row = page.get_by_role("row", name="Spelling test")
    assert "14 of 20, 70 %" in row.inner_text().replace("\xa0", " ")
    page.get_by_role("link", name="Review riding").click()
    page.get_by_label("Progress towards the aim").select_option(label="Expected")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**#provision")
    assert "Expected" in page.locator("#provision .reviews").inner_text()
    page.get_by_role("navigation", name="Way back").get_by_role("link", name="Curlew").click()
    page.wait_for_url("**/pupils/?group=*")
    assert (
        str(full) in page.locator("main").inner_text().replace("\n", " ")
        or page.get_by_text(full.last_name).count()
    )
    assert page.get_by_text(full.last_name).count()
