"""Notes in a real browser: beside the grid, by touch, on a bad line, and without JavaScript."""

from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import FilePayload, Page, Route, expect

from assessment.models import Evidence, Note, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]

PDF = b"%PDF-1.7\ntrailer<<>>\nstartxref\n9\n%%EOF\n"


def picture() -> FilePayload:
    written = BytesIO()
    Image.effect_noise((800, 600), 40).save(written, "JPEG")
    return {"name": "beads.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


@pytest.fixture
def cell(harbour):
    """The address of one pupil's notes in reading."""
    with in_trust(harbour.trust.pk):
        strand = Strand.objects.get(stream=harbour.developmental, code="reading")
    pupil = harbour.pupils[1]
    return f"{reverse('cell_record', args=[pupil.pk])}?strand={strand.pk}"


def stored(world, model=Note):
    with in_trust(world.trust.pk):
        return list(model.objects.order_by("pk"))


def is_right(page: Page) -> None:
    """At every size: nothing that axe finds, and no scrolling of the page to the side."""
    for size in (OFFICE, TABLET, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert axe_violations(page) == [], size
        assert not scrolls_sideways(page), size
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]


def test_a_small_step_with_pictures_on_a_tablet(harbour, cell, open_page, sign_in_page):
    page: Page = open_page(TABLET, touch=True)
    sign_in_page(page, Role.TEACHER)
    page.goto(cell)
    expect(page.get_by_text("Nothing noted yet for Reading")).to_be_visible()
    is_right(page)
    page.get_by_text("Write a note").tap()
    page.get_by_label("What you saw").fill("Found the first letter on the coat pegs.")
    page.get_by_label("Small step").select_option("12: Point 12")
    page.get_by_label("secured").check()
    page.get_by_label("Date").fill("2199-01-01")
    pdf: FilePayload = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.get_by_label("Pictures and PDFs").set_input_files([picture(), pdf])
    is_right(page)
    page.get_by_role("button", name="Save").tap()
    # What is wrong is said, and all that was entered is still there, the files too.
    expect(page.get_by_role("link", name="Date: This day is still to come.")).to_be_visible()
    expect(page.get_by_label("What you saw")).to_have_value(
        "Found the first letter on the coat pegs."
    )
    assert page.get_by_label("Pictures and PDFs").evaluate("e => e.files.length") == 2
    is_right(page)
    page.get_by_label("Date").fill("2025-11-03")
    page.get_by_role("button", name="Save").tap()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_focused()
    note = page.locator(".note")
    expect(note).to_contain_text("3 November 2025")
    expect(note).to_contain_text("12 Point 12: secured")
    expect(note.get_by_role("link", name="plan.pdf")).to_be_visible()
    thumbnail = note.get_by_role("img", name="Picture beads.jpg")
    thumbnail.scroll_into_view_if_needed()
    expect(page.locator(".files img")).to_have_js_property("naturalWidth", 320)
    with page.context.expect_page() as opened:
        thumbnail.tap()
    expect(opened.value.locator("img")).to_have_js_property("naturalWidth", 800)
    opened.value.close()
    _change_remove_and_bring_back(page)
    assert page.url.endswith(cell)
    assert [each.text for each in stored(harbour)] == ["Found it twice."]
    assert len(stored(harbour, Evidence)) == 1


def _change_remove_and_bring_back(page: Page) -> None:
    note = page.locator(".note")
    # The form is empty for the next one; this one is changed in its place.
    page.get_by_text("Write a note").tap()
    assert page.get_by_label("Pictures and PDFs").evaluate("e => e.files.length") == 0
    page.get_by_text("Write a note").tap()
    note.get_by_role("link", name="Change").tap()
    note.get_by_label("What you saw").fill("Found it twice.")
    note.get_by_label("plan.pdf").check()
    is_right(page)
    note.get_by_role("button", name="Save").tap()
    expect(note).to_contain_text("Found it twice.")
    expect(note.get_by_role("link", name="plan.pdf")).to_have_count(0)
    note.get_by_role("link", name="Change").tap()
    note.get_by_role("link", name="Cancel").tap()
    # Removed, and back.
    note.get_by_role("button", name="Remove").tap()
    expect(note).to_contain_text("is removed")
    expect(note).not_to_contain_text("Found it twice.")
    is_right(page)
    note.get_by_role("button", name="Bring it back").tap()
    expect(note).to_contain_text("Found it twice.")
    is_right(page)


def test_what_cannot_be_sent_stays_in_the_form(harbour, cell, open_page, sign_in_page):
    page: Page = open_page(PHONE, touch=True)
    sign_in_page(page, Role.TEACHER)
    page.goto(cell)
    page.get_by_text("Write a note").tap()
    chosen = page.get_by_label("Pictures and PDFs")
    save = page.get_by_role("button", name="Save")
    page.get_by_label("What you saw").fill("On the bus.")
    # Too much is said before it is sent.
    large: FilePayload = {
        "name": "film.mov",
        "mimeType": "video/quicktime",
        "buffer": bytes(11 * 1024 * 1024),
    }
    chosen.set_input_files([large])
    expect(
        page.get_by_text("“film.mov” has 11.0 MB. A file may have up to 10.0 MB.")
    ).to_be_visible()
    save.tap()
    assert stored(harbour) == []
    # While it is sent one sees that it is; then the line is gone.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(lambda url: url.endswith(cell), hold, times=1)
    chosen.set_input_files([picture()])
    expect(page.get_by_text("“film.mov”")).to_be_hidden()
    save.tap()
    expect(page.get_by_role("progressbar", name="Sending")).to_be_visible()
    expect(save).to_be_disabled()
    held[0].abort()
    expect(page.get_by_text("Not saved: the connection is gone.")).to_be_visible()
    expect(page.get_by_label("What you saw")).to_have_value("On the bus.")
    assert chosen.evaluate("e => e.files.length") == 1
    assert axe_violations(page) == []
    assert stored(harbour) == []

    # The save arrives, its answer does not; saved again it is there once.
    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(lambda url: url.endswith(cell), lose_the_answer, times=1)
    save.tap()
    expect(page.get_by_text("Not saved: the connection is gone.")).to_be_visible()
    save.tap()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert [each.text for each in stored(harbour)] == ["On the bus."]
    assert len(stored(harbour, Evidence)) == 1


def test_in_a_narrow_sheet_and_on_its_pages(harbour, cell, open_page, sign_in_page):
    page: Page = open_page()
    sign_in_page(page, Role.TEACHER)
    pupil = harbour.pupils[1]
    record = reverse("pupil_record", args=[pupil.pk])
    page.goto(record)
    expect(page.get_by_role("heading", name="No notes yet")).to_be_visible()
    is_right(page)
    page.get_by_role("link", name="Write the first note").click()
    page.get_by_label("What you saw").fill("Of the strand.")
    page.get_by_label("About").select_option("Reading")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The note is saved.")).to_be_visible()
    page.get_by_role("link", name="Write a note").click()
    is_right(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="Write what you saw")).to_be_focused()
    is_right(page)
    page.get_by_label("What you saw").fill("In general.")
    page.get_by_label("Pictures and PDFs").set_input_files([picture()])
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".note")).to_have_count(2)
    is_right(page)
    page.get_by_label("With pictures or PDFs only").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".note")).to_have_count(1)
    expect(page.get_by_text("1 note found")).to_be_visible()
    # The same beside a grid: fetched into a sheet of 20rem, with its style and its module.
    page.goto(reverse("pupils"))
    page.evaluate(
        """address => {
          const sheet = document.createElement("div");
          sheet.id = "sheet"; sheet.style.width = "320px";
          document.querySelector("main").append(sheet);
          return htmx.ajax("GET", address, {target: "#sheet"});
        }""",
        cell,
    )
    sheet = page.locator("#sheet")
    expect(sheet.locator(".note")).to_have_count(1)
    sheet.get_by_text("Write a note").click()
    sheet.get_by_label("What you saw").fill("From the grid.")
    sheet.get_by_role("button", name="Save").press("Enter")
    expect(sheet.locator(".note")).to_have_count(2)
    assert sheet.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert [each.text for each in stored(harbour)] == [
        "Of the strand.",
        "In general.",
        "From the grid.",
    ]


def test_without_javascript(harbour, cell, open_page, sign_in_page):
    page: Page = open_page(java_script_enabled=False)
    sign_in_page(page, Role.TEACHER)
    page.goto(cell)
    page.get_by_text("Write a note").click()
    page.get_by_label("What you saw").fill("Without JavaScript.")
    page.get_by_label("Pictures and PDFs").set_input_files([picture()])
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The note is saved.")).to_be_visible()
    page.get_by_role("link", name="Change").click()
    page.get_by_label("What you saw").fill("Changed.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".note")).to_contain_text("Changed.")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator(".note")).to_contain_text("Changed.")
    assert len(stored(harbour, Evidence)) == 1
