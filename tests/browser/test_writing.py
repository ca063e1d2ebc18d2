"""Writing a report in a real browser: saved as one types, on a bad line, and by two at once."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from assessment.models import Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from reporting.models import NextStep, SectionText, TermCount
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.factories.assessment import JudgementFactory
from tests.full_class import fill_class
from tests.waiting import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


def at(world, name, *more):
    return reverse(name, args=(world.school.pk, world.term.pk, *more))


def written(world):
    with in_trust(world.trust.pk):
        rows = SectionText.objects.filter(term=world.term)
        return {each.section: (each.text, each.version) for each in rows}


def part(page: Page, title: str):
    return page.get_by_role("region", name=title, exact=True)


def box(page: Page, title: str):
    return page.get_by_label(f"Comment on {title}")


def state(page: Page, title: str):
    return part(page, title).get_by_role("status")


def is_right(page: Page) -> None:
    """At every size: nothing that axe finds, and no scrolling of the page to the side."""
    for size in (OFFICE, TABLET, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert axe_violations(page) == [], size
        assert not scrolls_sideways(page), size
    page.set_viewport_size(OFFICE)  # type: ignore[arg-type]


def test_a_head_writes_and_is_kept_from_losing_a_word(curlew, open_page, sign_in_page):
    page: Page = open_page(OFFICE)
    sign_in_page(page, Role.HEAD)
    page.goto(reverse("ht_report", args=(curlew.school.pk, curlew.term.pk)))
    page.get_by_role("link", name="Write the report").click()
    expect(page.get_by_text("0 of 17 sections have words")).to_be_visible()
    is_right(page)
    # A moment after the last key, without leaving the box.
    roll = box(page, "Who is on roll")
    held: list[Route] = []
    page.route("**/write/roll/", lambda route: held.append(route))  # noqa: PLW0108  # a method cannot be marked
    roll.press_sequentially("We are full.")
    expect(state(page, "Who is on roll")).to_have_text("Not saved yet.")
    # While a page is asked for anything, it tells of its requests.
    until(lambda: page.title() and held, "the save")
    held[0].continue_()
    page.unroute("**/write/roll/")
    expect(state(page, "Who is on roll")).to_contain_text("Saved at")
    expect(part(page, "Who is on roll").get_by_text("3 words.")).to_be_visible()
    assert written(curlew) == {"roll": ("We are full.", 1)}
    # On leaving the box.
    attendance = box(page, "Attendance")
    attendance.fill("Better than last year.")
    attendance.press("Tab")
    expect(state(page, "Attendance")).to_contain_text("Saved at")
    # Too long is said while one types, and sent nowhere.
    attendance.fill("x" * 4010)
    expect(state(page, "Attendance")).to_have_text("Not saved: 10 characters too many of 4000.")
    attendance.fill("Better than last year.")
    expect(state(page, "Attendance")).to_have_text("All of it is saved.")
    # The connection goes: what is typed stays, says so, and is saved when it is back.
    page.context.set_offline(True)
    roll.fill("We are full, and more ask.")
    roll.press("Tab")
    expect(state(page, "Who is on roll")).to_contain_text("no connection. It tries again by itself")
    # Asked whether to leave all the same, before there is a connection again.
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    page.context.set_offline(False)
    expect(state(page, "Who is on roll")).to_contain_text("Saved at")
    assert written(curlew)["roll"] == ("We are full, and more ask.", 2)
    _lose_an_answer(page, curlew)
    # Whoever follows a link right after the last key loses nothing either, not even where the save
    # takes so long that the browser asks, and they leave all the same.
    page.on("dialog", lambda dialog: dialog.accept())
    box(page, "Celebrations").fill("The harvest lunch.")
    page.get_by_role("link", name="Counts", exact=True).click()
    page.wait_for_url("**/counts/")
    saved = until(lambda: written(curlew).get("celebrations"), "the save")
    assert saved == ("The harvest lunch.", 1)


def _lose_an_answer(page: Page, curlew) -> None:
    """The save was made and nobody heard: one's own words are then no other editor's."""
    roll = box(page, "Who is on roll")
    lost: list[object] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    page.route("**/write/roll/", lose)
    roll.fill("We are full. More ask.")
    roll.press("Tab")
    expect(state(page, "Who is on roll")).to_contain_text("no connection")
    roll.fill("We are full. Many more ask.")
    roll.press("Tab")
    expect(state(page, "Who is on roll")).to_contain_text("Saved at")
    assert written(curlew)["roll"] == ("We are full. Many more ask.", 4)


def judge_enough(world):
    """Judge a class in reading this term: of fewer pupils so much is hidden that no draft is left.

    Every other of them is where is expected.
    """
    with in_trust(world.trust.pk):
        points = {int(p.value): p for p in Point.objects.filter(stream=world.developmental)}
        reading = Strand.objects.get(stream=world.developmental, code="reading")
        for row, pupil in enumerate(fill_class(world, world.class_group)):
            JudgementFactory(
                pupil=pupil, strand=reading, term=world.term, point=points[8 + 12 * (row % 2)]
            )


def test_two_heads_decide_and_begin_from_a_draft(curlew, open_page, sign_in_page):
    judge_enough(curlew)
    with in_trust(curlew.trust.pk):
        for section in ("standards", "roll"):
            SectionText.objects.create(
                school=curlew.school,
                term=curlew.terms[2],
                section=section,
                text="As it was.\n\nIn two paragraphs.",
                changed_by=curlew.people[Role.HEAD],
                changed_at="2026-07-10T12:00Z",
            )
    head, lead = open_page(OFFICE), open_page(TABLET)
    title = "Progress in core areas"
    for page, role in ((head, Role.HEAD), (lead, Role.ASSESSMENT_LEAD)):
        sign_in_page(page, role)
        page.goto(at(curlew, "write_report"))
    box(head, title).fill("Reading is up.")
    box(head, title).press("Tab")
    expect(state(head, title)).to_contain_text("Saved at")
    box(lead, title).fill("Reading is well up.")
    box(lead, title).press("Tab")
    said = part(lead, title).get_by_role("group", name="Somebody else has saved other words here")
    expect(said).to_contain_text("Harbour head saved this on")
    expect(said).to_contain_text("Reading is up.")
    is_right(lead)
    # Both stand; mine may be changed first, and nothing is sent before that is decided.
    box(lead, title).fill("Reading is up, and well.")
    box(lead, title).press("Tab")
    assert written(curlew)["standards"] == ("Reading is up.", 1)
    said.get_by_role("button", name="Keep mine").click()
    expect(state(lead, title)).to_contain_text("Saved at")
    expect(said).to_be_hidden()
    assert written(curlew)["standards"] == ("Reading is up, and well.", 2)
    box(head, title).fill("Reading rose.")
    box(head, title).press("Tab")
    part(head, title).get_by_role("button", name="Take theirs").click()
    expect(box(head, title)).to_have_value("Reading is up, and well.")
    assert written(curlew)["standards"] == ("Reading is up, and well.", 2)
    # Last term's stands beside, and the draft goes under what is there, once it is asked for.
    part(head, title).get_by_text("Comment of Summer 2026").click()
    expect(part(head, title).get_by_text("In two paragraphs.")).to_be_visible()
    part(head, title).get_by_text("First draft from the figures").click()
    draft = part(head, title).locator("[data-part=draft]").inner_text()
    part(head, title).get_by_text("Where these numbers stand").click()
    is_right(head)
    part(head, title).get_by_role("button", name="Use this draft").click()
    expect(state(head, title)).to_contain_text("Saved at")
    assert written(curlew)["standards"] == (f"Reading is up, and well.\n\n{draft}", 3)


def test_counts_and_next_steps_at_every_size(curlew, open_page, sign_in_page):
    with in_trust(curlew.trust.pk):
        NextStep.objects.create(
            school=curlew.school,
            term=curlew.terms[2],
            what="Left from the summer",
            owner="Head",
            due_on="2026-09-30",
        )
    page: Page = open_page(OFFICE)
    sign_in_page(page, Role.HEAD)
    page.goto(at(curlew, "term_counts"))
    is_right(page)
    page.get_by_role("textbox", name="Suspensions").fill("some")
    page.get_by_label("Physical interventions").fill("12")
    page.get_by_role("button", name="Save the counts").click()
    page.get_by_role("link", name="Suspensions: Write a whole number").click()
    expect(page.get_by_role("textbox", name="Suspensions")).to_be_focused()
    is_right(page)
    page.get_by_role("textbox", name="Suspensions").fill("0")
    page.get_by_role("button", name="Save the counts").click()
    expect(page.get_by_text("The counts are saved.")).to_be_visible()
    with in_trust(curlew.trust.pk):
        found = dict(TermCount.objects.values_list("what", "number"))
    assert found == {"suspensions": 0, "holds": 12}
    page.goto(at(curlew, "next_steps"))
    expect(page.get_by_text("No next step yet")).to_be_visible()
    is_right(page)
    page.get_by_label("Left from the summer").check()
    page.get_by_role("button", name="Carry over").click()
    expect(page.get_by_text("1 step is carried over.")).to_be_visible()
    page.get_by_label("What is to be done").fill("Meet families")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("link", name="Who sees to it: Write a name or a post.")).to_be_visible()
    is_right(page)
    page.get_by_role("link", name="Left from the summer").click()
    page.get_by_label("Done on").fill("2026-10-02")
    is_right(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 of 1 done. None is late.")).to_be_visible()
    page.goto(at(curlew, "write_report"))
    expect(page.get_by_text("2 of 15 counts are in. 1 next step is set.")).to_be_visible()
    is_right(page)
