"""A journey of the head: lists are kept as files just as they are seen, and a pupil is sent on."""

import csv
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import expect

from exchange.models import Transfer
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from schools.models import School
from tests.browser.test_imports import fits

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.browser,
]


def download(page, name):
    """Return what a link or a button of the page downloads: its name, and its content."""
    with page.expect_download() as waiting:
        page.locator("main").get_by_text(name, exact=True).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_what_is_found_is_what_is_downloaded_and_a_leaver_is_sent_on(
    harbour, open_page, sign_in_page
):
    wanted = harbour.pupils[0]
    head = open_page()
    sign_in_page(head, Role.HEAD)
    head.get_by_role("link", name="Pupils", exact=True).click()
    fits(head)
    # The name that is typed narrows the file too, though it does not stand in the address.
    head.get_by_label("Name or UPN").press_sequentially(wanted.upn)
    expect(head.locator("#count")).to_have_text("1 pupil found")
    assert wanted.upn not in head.url
    name, content = download(head, "CSV")
    assert name == "pupils.csv"
    assert [row[0] for row in csv.reader(StringIO(content.decode("utf-8-sig")))] == [
        "UPN",
        wanted.upn,
    ]
    name, content = download(head, "XLSX")
    assert name == "pupils.xlsx"
    cells = [cell for row in load_workbook(BytesIO(content))["Pupils"].values for cell in row]
    assert wanted.upn in cells
    assert harbour.pupils[1].upn not in cells
    for list_page in ("class_lists", "schools", "reports", "windows", "attendance"):
        head.goto(reverse(list_page))
        fits(head)

    head.goto(reverse("imports"))
    head.get_by_role("link", name="Make a common transfer file").click()
    assert "None yet" in head.inner_text("main")
    fits(head)
    head.get_by_label("Which pupils").select_option("Curlew")
    head.get_by_label("For which school").fill("80")
    head.get_by_role("button", name="Download the file").click()
    assert "Write the three digits of the LA" in head.inner_text(".errors")
    fits(head)
    head.get_by_label("For which school").fill("801/2000")
    head.get_by_role("button", name="Download the file").click()
    assert "has no LA and establishment number" in head.inner_text(".errors")
    with in_trust(harbour.trust.pk):
        School.objects.filter(pk=harbour.school.pk).update(
            la_code="801", establishment_number="7001"
        )
    name, content = download(head, "Download the file")
    assert name == "8017001_CTF_8012000_001.xml"
    assert content.count(b"<Pupil>") == len(harbour.pupils)
    head.goto(reverse("transfers"))
    assert name in head.inner_text("table")
    fits(head)
    with in_trust(harbour.trust.pk):
        assert Transfer.objects.count() == len(harbour.pupils)
    head.goto(reverse("pupil", args=[wanted.pk]))
    head.get_by_role("link", name="Transfer file (CTF)").click()
    expect(head.get_by_label("Which pupils")).to_have_value(f"pupil-{wanted.pk}")
