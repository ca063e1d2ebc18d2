"""A journey of a head through the agreement of an ARB, and of those who read it."""

import pytest
from django.urls import reverse

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import PlacementRequest
from schools.models import ARBFunding
from tests.browser.conftest import axe_violations, go_to
from tests.browser.test_windows import fits
from tests.pupils.test_arb_requests import REQUEST
from tests.schools.agreed import CONTACT, LEASE, STAFF, VISIT

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.browser,
]


def fill(page, data):
    """Fill in a form by the names of its fields, and save it."""
    for name, value in data.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name="Save").click()


def record_a_request(head):
    """Go from the first request over a mistake to a named child whom nobody is linked to yet."""
    head.get_by_role("link", name="Placement requests").click()
    assert "No request yet" in head.inner_text("main")
    fits(head)
    head.get_by_role("link", name="Record the first request").click()
    fits(head)
    fill(head, {name: value for name, value in REQUEST.items() if value})
    assert "1 open, 1 of them without our response" in head.inner_text("main")
    head.get_by_role("link", name="Record our response for J. T.").click()
    named = {"decision": "named", "decided_on": "2026-11-02", "response": "Yes"}
    fill(head, named)
    assert "Enter the day of the response." in head.inner_text(".errors")
    fill(head, {"responded_on": "2026-10-12"})
    fits(head)
    head.get_by_role("link", name="Link to a pupil of J. T.").click()
    assert "No pupil of Harbour Tide ARB was born on" in head.inner_text("main")
    assert axe_violations(head) == []


def test_a_head_writes_an_agreement_and_others_read_their_part(harbour, open_page, sign_in_page):
    head = open_page()
    sign_in_page(head, Role.HEAD)
    go_to(head, "ARBs")
    assert "1 of 1 has something that cannot wait" in head.inner_text("main")
    fits(head)
    head.get_by_role("link", name="Harbour Tide ARB", exact=True).click()
    fits(head)
    head.get_by_role("link", name="Name somebody on the side of Harbour Penwith High").click()
    assert head.locator("[name=side]").input_value() == "host"
    fits(head)
    head.get_by_role("button", name="Save").click()
    assert "Write the name." in head.inner_text(".errors")
    fits(head)
    fill(head, CONTACT)
    for link, data in (
        ("Add staff", STAFF),
        ("Add a lease", LEASE),
        ("Add a joint visit", VISIT),
        (
            "Add a year",
            {"places": "3", "band": "C", "amount": "£10,000.01", "share_by": "percent"}
            | {"share": "7.5"},
        ),
    ):
        head.get_by_role("link", name=link, exact=True).click()
        fill(head, data)
        assert "It is saved." in head.inner_text(".messages")
    assert "£750.00" in head.inner_text("#funding")
    fits(head)
    head.get_by_role("link", name="Change the lease").click()
    head.get_by_role("button", name="Remove").click()
    assert axe_violations(head) == []
    head.get_by_role("link", name="Keep it").click()

    record_a_request(head)
    with in_trust(harbour.trust.pk):
        assert PlacementRequest.objects.get().decision == "named"
        assert str(ARBFunding.objects.get().split.trust) == "9250.01"

    lead = open_page()
    sign_in_page(lead, Role.TRUST_LEAD)
    lead.goto(reverse("arb_funding"))
    assert "£10,000.01" in lead.inner_text("main")
    fits(lead)

    host = open_page()
    sign_in_page(host, Role.HOST_LINK)
    host.get_by_role("link", name="Schools").click()
    host.get_by_role("link", name="Harbour Tide ARB", exact=True).click()
    text = host.inner_text("main")
    assert "£750.00" in text
    assert "10,000" not in text
    assert "Calm starts" not in text
    assert "Placement requests" not in text
    fits(host)
