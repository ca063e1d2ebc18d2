"""A journey of the head: a list is sent, looked through, applied, and undone."""

import pytest

from exchange.models import Import
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Pupil
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, go_to, scrolls_sideways
from tests.exchange.conftest import HEADINGS, Desk, as_csv, row, upn

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


def test_a_list_is_sent_looked_through_applied_and_undone(harbour, open_page, sign_in_page):
    def work() -> None:
        with in_trust(harbour.trust.pk):
            (run,) = Import.objects.all()
        desk.go_on(run)

    desk, head = Desk(harbour), open_page()
    sign_in_page(head, Role.HEAD)
    go_to(head, "Imports")
    assert "No imports yet" in head.inner_text("main")
    fits(head)
    head.get_by_role("link", name="Import pupils").click()
    head.get_by_role("button", name="Send and check").click()
    assert "Choose a file." in head.inner_text(".errors")
    rows = [[*row(n), "green"] for n in range(1, 12)]
    rows[3][5], rows[4][3] = "Genius", "31/02/2016"
    content = as_csv(rows, (*HEADINGS, "Eye colour"))
    files = {"name": "Autumn.csv", "mimeType": "text/csv", "buffer": content}
    head.get_by_label("File").set_input_files(files)
    head.get_by_role("button", name="Send and check").click()
    head.get_by_text("Waiting for a worker").wait_for()
    fits(head)
    work()
    # The page finds out by itself.
    head.get_by_text("9 new", exact=True).wait_for()
    fits(head)
    head.get_by_role("link", name="Refused 2").click()
    assert "“Genius” is none of" in head.inner_text("table")
    assert head.locator("tbody tr").count() == 2
    head.get_by_role("button", name="Apply 9 lines").click()
    work()
    head.get_by_role("link", name="Undo").click()
    with in_trust(harbour.trust.pk):
        assert Pupil.objects.filter(upn=upn(1)).exists()
    head.get_by_role("button", name="Undo the import").click()
    work()
    head.get_by_text("All of it is as it was before.").wait_for()
    head.get_by_role("link", name="Imports").first.click()
    assert "Undone" in head.inner_text("table")
    fits(head)
    head.get_by_role("link", name="Import a common transfer file").click()
    fits(head)
    with in_trust(harbour.trust.pk):
        assert not Pupil.objects.filter(upn=upn(1)).exists()
