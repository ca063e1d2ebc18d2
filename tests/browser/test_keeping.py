"""Journeys about keeping: a copy of a record, one that is erased, and what is due."""

import datetime as dt
import zipfile

import pytest

from exchange.models import Erasure
from exchange.services.erasure_runs import erase
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Pupil
from tests.browser.conftest import go_to
from tests.browser.test_imports import fits
from tests.factories.pupils import PlacementFactory, PupilFactory

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.browser,
]


def work(harbour):
    """Let a worker carry out what was decided last."""
    with in_trust(harbour.trust.pk):
        erasure = Erasure.objects.order_by("pk").last()
    erase(trust_id=harbour.trust.pk, erasure_id=erasure.pk)


def test_a_head_makes_a_copy_and_erases_the_record(curlew, open_page, sign_in_page, tmp_path):
    pupil, head = curlew.pupils[0], open_page()
    sign_in_page(head, Role.HEAD)
    head.goto(f"/pupils/{pupil.pk}/")
    head.get_by_role("link", name="Copy or erase").click()
    assert "Nobody has asked for a copy yet." in head.inner_text("main")
    fits(head)
    head.get_by_role("button", name="Enter the request").click()
    assert "Say who asked for it." in head.inner_text(".errors")
    fits(head)
    head.get_by_label("Who asked").select_option("A parent or carer")
    head.get_by_role("button", name="Enter the request").click()
    head.get_by_text("Entered. The copy is due by").wait_for()
    with head.expect_download() as sent:
        head.get_by_role("button", name="Make a copy (ZIP)").click()
    sent.value.save_as(tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as packed:
        assert {"read-me.txt", "record.json", "record.pdf"} <= set(packed.namelist())
        assert pupil.upn in packed.read("record.json").decode()
    head.get_by_role("button", name="It has been answered").click()
    assert "Copy made on" in head.inner_text("main")
    fits(head)
    head.get_by_role("link", name="Erase this record").click()
    head.get_by_role("button", name="Erase for good").click()
    assert "Say why it is erased." in head.inner_text(".errors")
    fits(head)
    head.get_by_label("Why").select_option(index=1)
    head.get_by_label("To go on, type the words").fill("erase 1 pupil")
    head.get_by_role("button", name="Erase for good").click()
    head.get_by_text("Waiting for a worker").wait_for()
    fits(head)
    work(curlew)
    # The page finds out by itself.
    head.get_by_text("1 whole record of pupils").wait_for()
    fits(head)
    with in_trust(curlew.trust.pk):
        assert not Pupil.objects.filter(pk=pupil.pk).exists()


def test_a_trust_lead_erases_what_is_due(harbour, open_page, sign_in_page):
    lead = open_page()
    sign_in_page(lead, Role.TRUST_LEAD)
    go_to(lead, "Retention")
    assert "Nothing is due" in lead.inner_text("main")
    fits(lead)
    with in_trust(harbour.trust.pk):
        gone = PupilFactory(born_on=dt.date(1999, 5, 4))
        PlacementFactory(
            pupil=gone,
            school=harbour.school,
            route=harbour.routes["formal"],
            starts_on=dt.date(2012, 9, 1),
            ends_on=dt.date(2017, 7, 20),
        )
    lead.get_by_label("Notes, with their files: years").fill("0")
    lead.get_by_role("button", name="Save the years").click()
    assert "At least one year." in lead.inner_text(".errors")
    fits(lead)
    lead.get_by_role("link", name="Look through and erase").click()
    assert gone.last_name in lead.inner_text("table")
    fits(lead)
    lead.get_by_label("To go on, type the words").fill("erase 1 pupil")
    lead.get_by_role("button", name="Erase for good").click()
    work(harbour)
    lead.get_by_text("1 whole record of pupils").wait_for()
    lead.get_by_role("link", name="Retention").first.click()
    assert "Kept as long as the trust keeps it" in lead.inner_text("main")
    fits(lead)
    lead.goto("/retention/erase/")
    assert "Nothing is due" in lead.inner_text("main")
