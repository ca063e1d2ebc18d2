"""A head who is told of a report opens it, and the trust administrator sees who downloaded what."""

import time
from types import SimpleNamespace

import pytest
from django.core import signing
from django.urls import reverse
from playwright.sync_api import expect

from parrcs.core.access import Role
from parrcs.core.private_files import HOLDS_FOR, signed_path
from parrcs.core.tenancy import in_trust
from schools.models import Download, Notice
from schools.services.notices import notify
from tests.browser.conftest import go_to
from tests.browser.test_windows import fits
from tests.reporting.conftest import stored

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.browser,
]


def test_from_the_bell_to_the_report_and_into_the_log(
    harbour, open_page, sign_in_page, monkeypatch
):
    with in_trust(harbour.trust.pk):
        report = stored(harbour)
    file = reverse("report_pdf", args=[report.pk])
    head = open_page()
    sign_in_page(head, Role.HEAD)
    bell = head.get_by_role("banner").get_by_role("link", name="Notices")
    expect(bell).to_have_accessible_name("Notices: none unread")
    bell.click()
    expect(head.get_by_role("heading", name="Nothing to tell yet")).to_be_visible()
    fits(head)

    with in_trust(harbour.trust.pk):
        people = [harbour.people[role].pk for role in (Role.HEAD, Role.TRUST_LEAD)]
        for text in (
            "The window of this term is open.",
            f"The report of {harbour.school} is made.",
        ):
            notify(people=people, text=text, link=reverse("reports"))
    head.reload()
    expect(bell).to_have_accessible_name("Notices: 2 unread")
    fits(head)
    # By keyboard, and a finger finds it as well.
    assert min(bell.bounding_box()[side] for side in ("width", "height")) >= 44
    head.get_by_role("link", name="The report of").press("Enter")
    head.wait_for_url(f"**{reverse('reports')}")
    expect(bell).to_have_accessible_name("Notices: 1 unread")
    head.go_back()
    head.get_by_role("button", name="Mark all as read").click()
    expect(bell).to_have_accessible_name("Notices: none unread")
    expect(head.get_by_text("0 of 2 unread")).to_be_visible()
    fits(head)
    with in_trust(harbour.trust.pk):
        assert Notice.objects.unread().count() == 2  # the trust lead's own

    # A link from the morning, which the browser still knows.
    clock = SimpleNamespace(time=lambda: time.time() - HOLDS_FOR.total_seconds() - 60)
    with monkeypatch.context() as morning:
        morning.setattr(signing, "time", clock)
        old = signed_path(harbour.access(Role.HEAD), file)
    head.goto(old)
    expect(head.get_by_role("heading", name="This link has run out")).to_be_visible()
    fits(head)
    fresh = head.get_by_role("link", name="Open the file").get_attribute("href")
    for address in (fresh, file):
        sent = head.request.get(address)
        assert sent.headers["content-type"] == "application/pdf"
        assert sent.body() == b"%PDF-1.7 made up"

    admin = open_page()
    sign_in_page(admin, Role.TRUST_ADMIN)
    go_to(admin, "Downloads")
    expect(admin.get_by_role("row", name="Head teacher report of Harbour Beacon")).to_have_count(2)
    fits(admin)
    admin.get_by_label("Person").select_option(label="Harbour head (head@harbour.example)")
    admin.get_by_role("button", name="Show").click()
    expect(admin.get_by_text("2 files downloaded by Harbour head")).to_be_visible()
    with in_trust(harbour.trust.pk):
        assert Download.objects.count() == 2


def test_the_log_is_empty_at_first(harbour, open_page, sign_in_page):
    lead = open_page(color_scheme="dark")
    sign_in_page(lead, Role.TRUST_LEAD)
    go_to(lead, "Downloads")
    expect(lead.get_by_role("heading", name="Nothing has been downloaded yet")).to_be_visible()
    fits(lead)
