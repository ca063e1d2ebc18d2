"""Patchy wifi: what is entered without a connection is kept, sealed, and saved later."""

import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Route, expect

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import SavedOperation
from schools.models import Window
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.browser.grid_page import (
    COMMUNICATION,
    READING,
    WRITING,
    baselines_at,
    cell,
    grid_of,
    open_grid,
    status,
    stored,
    type_keys,
)
from tests.browser.outbox_page import (
    EMPTY,
    kept,
    line,
    never,
    nothing_can_be_read,
    on_the_disk,
    wait_until_kept,
)
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import MembershipFactory
from tests.world import World, make_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


@pytest.fixture
def large_class(curlew: World) -> World:
    """Curlew with twenty pupils on routes with three strands each."""
    with in_trust(curlew.trust.pk):
        place = {"school": curlew.school, "class_group": curlew.class_group}
        for _ in range(17):
            pupil = PupilFactory()
            PlacementFactory(pupil=pupil, route=curlew.routes["semi-formal"], **place)
            baselines_at(8, pupil, curlew)
            curlew.pupils.append(pupil)
    return curlew


@pytest.fixture
def open_browser(browser, server, tmp_path) -> Iterator[Callable[[], BrowserContext]]:
    """Start a browser with a profile on the disk, as one does in the morning."""
    running: list[BrowserContext] = []

    def opened() -> BrowserContext:
        context = browser.browser_type.launch_persistent_context(
            tmp_path / "profile",
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
            base_url=server.url,
            viewport=OFFICE,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        running.append(context)
        return context

    yield opened
    for context in running:
        context.close()


def test_twenty_with_a_connection_and_forty_without(
    large_class, open_browser, sign_in_page, server, tmp_path
):
    """20 with a connection, 40 without; the browser closed; all there once in the evening."""
    morning = open_browser()
    page = morning.new_page()
    page.on("dialog", never)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, large_class)
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "1" * 20)
    expect(status(page)).to_have_text("All saved.")

    morning.set_offline(True)
    type_keys(page, "2" * 20)
    expect(status(page)).to_have_text(
        re.compile(
            r"^20 not saved yet, waiting since \d\d:\d\d\. They are kept on this device\."
            r" Trying again\.$"
        )
    )
    expect(cell(page, 3, READING)).to_contain_text("not saved yet")
    server.kill()
    morning.set_offline(False)
    type_keys(page, "3" * 20)
    expect(status(page)).to_contain_text("40 not saved yet")
    assert axe_violations(page) == []

    wait_until_kept(page, 40)
    found = kept(page)
    page.close(run_before_unload=True)
    morning.close()
    nothing_can_be_read(large_class, found, on_the_disk(tmp_path / "profile"))

    server.restart()
    evening = open_browser()
    page = evening.new_page()
    page.route("**/judgements/", lambda route: route.abort())
    sign_in_page(page, Role.TEACHER)
    expect(line(page)).to_contain_text("40 judgements of this device are not saved yet.")
    open_grid(page, large_class)
    expect(cell(page, 1, READING)).to_have_text(re.compile(r"^13.*not saved yet$"))
    expect(cell(page, 19, WRITING)).to_contain_text("not saved yet")
    expect(status(page)).to_contain_text("40 not saved yet")
    page.unroute("**/judgements/")
    expect(status(page)).to_have_text("All saved.", timeout=30_000)
    expect(cell(page, 1, READING)).to_have_text(re.compile("^13.*Saved$"))
    # The first three pupils count from 11, the others from their baseline.
    assert stored(large_class) == {
        (row, strand): str((11 if row < 3 else 8) + code)
        for row in range(20)
        for code, strand in enumerate(("communication", "reading", "writing"), 1)
    }
    with in_trust(large_class.trust.pk):
        assert SavedOperation.objects.count() == 60
    assert kept(page)["records"] == []

    page.locator("summary", has_text="Harbour teacher").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"**{reverse('account_login')}")
    assert kept(page) == EMPTY


def test_signing_out_with_something_unsaved(curlew, open_page, sign_in_page):
    page = open_page(PHONE)
    page.on("dialog", never)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    other = page.context.new_page()
    open_grid(other, curlew)
    page.context.set_offline(True)
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "11")
    expect(status(page)).to_contain_text("2 not saved yet")

    def sign_out() -> None:
        page.locator("summary", has_text="Harbour teacher").click()
        page.get_by_role("button", name="Sign out", exact=True).click()

    sign_out()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 judgements on this device are not saved yet.")
    expect(dialog).to_contain_text("Connect and wait, or sign out and lose them.")
    for size in (PHONE, TABLET, OFFICE):
        page.set_viewport_size(size)
        assert axe_violations(page) == []
        assert not scrolls_sideways(page)
    dialog.get_by_role("button", name="Sign out and lose them").click()
    expect(dialog).to_contain_text("Signing out takes a connection, and there is none.")
    dialog.get_by_role("button", name="Close").click()
    assert len(kept(page)["records"]) == 2

    # With a connection, but a server that does not take them.
    page.context.route("**/judgements/", lambda route: route.abort())
    page.context.set_offline(False)
    page.goto(reverse("account_logout"))
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.get_by_role("dialog").get_by_role("button", name="Stay signed in").click()
    assert len(kept(page)["records"]) == 2
    # What the other tab holds goes with it, and it says that it can keep nothing any more.
    cell(other, 1, READING).click()
    type_keys(other, "1")
    expect(status(other)).to_contain_text("1 not saved yet")
    page.locator("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("dialog")).to_contain_text("3 judgements on this device")
    page.get_by_role("dialog").get_by_role("button", name="Sign out and lose them").click()
    page.wait_for_url(f"**{reverse('account_login')}")
    assert kept(page) == EMPTY
    cell(other, 2, READING).click()
    type_keys(other, "1")
    expect(status(other)).to_contain_text("This browser cannot keep them: leave this page open.")
    assert kept(page) == EMPTY
    other.close()
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    expect(cell(page, 0, COMMUNICATION)).to_contain_text("not judged")
    assert stored(curlew) == {}


def test_another_page_sends_what_waits_and_leads_to_what_is_to_decide(
    curlew, open_page, sign_in_page
):
    page, head = open_page(OFFICE), open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    sign_in_page(head, Role.HEAD)
    open_grid(page, curlew)
    page.context.set_offline(True)
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "111" + "222")
    expect(status(page)).to_contain_text("6 not saved yet")
    wait_until_kept(page, 6)
    page.close()
    open_grid(head, curlew)
    cell(head, 1, READING).click()
    type_keys(head, "5")
    expect(status(head)).to_have_text("All saved.")
    page = page.context.new_page()
    page.context.set_offline(False)
    page.goto(reverse("classes"))
    expect(line(page)).to_contain_text("5 judgements of this device are saved now.")
    # The count below is of now, not of the moment at which the page was made.
    expect(page.locator("[data-count] progress")).to_have_attribute("value", "6")
    expect(line(page).locator(".undecided")).to_contain_text(
        "1 judgement of this device needs your decision: open Curlew, Autumn 2026"
    )
    line(page).get_by_text("Show what they are").click()
    expect(line(page)).to_contain_text(f"{curlew.pupils[1]} · Reading, 13: Harbour head saved 16")
    for size in (PHONE, TABLET, OFFICE):
        page.set_viewport_size(size)
        assert axe_violations(page) == []
        assert not scrolls_sideways(page)
    # It is not sent again and again; the next page still knows.
    page.goto(reverse("classes"))
    expect(line(page)).to_contain_text("1 judgement of this device needs your decision")
    line(page).get_by_role("link", name="Curlew, Autumn 2026").click()
    page.get_by_role("dialog").get_by_role("button", name="Save 13").click()
    expect(status(page)).to_have_text("All saved.")
    assert stored(curlew)[1, "reading"] == "13"
    assert len(stored(curlew)) == 6
    assert kept(page)["records"] == []


def test_what_is_refused_meanwhile_is_told_on_any_page(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    page.context.set_offline(True)
    cell(page, 0, WRITING).click()
    type_keys(page, "1")
    expect(status(page)).to_contain_text("1 not saved yet")
    wait_until_kept(page, 1)
    with in_trust(curlew.trust.pk):
        Window.objects.update(opens_on="2000-01-01", closes_on="2000-01-31")
    fresh = page.context.new_page()
    page.close()
    fresh.context.set_offline(False)
    open_grid(fresh, curlew)
    expect(status(fresh)).to_contain_text("Writing was not saved. The window for Autumn 2026")
    expect(cell(fresh, 0, WRITING)).to_contain_text("refused")
    fresh.goto(reverse("pupils"))
    expect(line(fresh)).to_contain_text("1 judgement of this device needs your decision")
    line(fresh).get_by_text("Show what they are").click()
    expect(line(fresh)).to_contain_text("The window for Autumn 2026 closed on 31 January 2000.")
    line(fresh).get_by_role("button", name="Discard").click()
    expect(line(fresh)).to_be_hidden()
    assert kept(fresh)["records"] == []


def test_what_waits_is_its_persons_and_its_trusts(curlew, open_page, sign_in_page):
    moorland = make_world("Moorland")
    with in_trust(moorland.trust.pk):
        MembershipFactory(person=curlew.people[Role.TEACHER], role=Role.TRUST_LEAD)
    page = open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    page.context.route("**/judgements/", lambda route: route.abort())
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "1")
    expect(status(page)).to_contain_text("1 not saved yet")
    # The session ends; somebody else signs in at the same tablet.
    page.context.clear_cookies()
    page.context.unroute("**/judgements/")
    sign_in_page(page, Role.HEAD)
    open_grid(page, curlew)
    page.wait_for_selector("html[data-outbox=ready]")
    expect(cell(page, 0, COMMUNICATION)).to_contain_text("not judged")
    assert len(kept(page)["records"]) == 1
    # The teacher comes back, first for the other trust.
    page.context.clear_cookies()
    page.context.route("**/judgements/", lambda route: route.abort())
    sign_in_page(page, Role.TEACHER)
    page.goto(reverse("trusts"))
    page.get_by_role("button", name=f"Change to {moorland.trust.name}").click()
    expect(line(page)).to_contain_text("1 judgement of this device waits until Harbour Partnership")
    page.context.unroute("**/judgements/")
    page.goto(reverse("trusts"))
    page.get_by_role("button", name=f"Change to {curlew.trust.name}").click()
    expect(line(page)).to_contain_text("1 judgement of this device is saved now.")
    assert stored(curlew) == {(0, "communication"): "12"}


def test_two_tabs_send_nothing_twice(curlew, open_page, sign_in_page):
    first = open_page(OFFICE)
    sign_in_page(first, Role.TEACHER)
    open_grid(first, curlew)
    sent: list[str] = []
    first.context.on(
        "request",
        lambda asked: (
            sent.append(asked.post_data_json["operation_id"])
            if "/judgements/" in asked.url
            else None
        ),
    )
    first.route("**/judgements/", lambda route: route.abort())
    cell(first, 0, COMMUNICATION).click()
    type_keys(first, "1")
    expect(status(first)).to_contain_text("1 not saved yet")
    (operation,) = {*sent}
    sent.clear()
    second = first.context.new_page()
    open_grid(second, curlew)
    second.wait_for_selector("html[data-outbox=ready]")
    # The first tab lives and looks after it.
    expect(cell(second, 0, COMMUNICATION)).to_contain_text("not judged")
    cell(second, 1, COMMUNICATION).click()
    type_keys(second, "2")
    expect(status(second)).to_have_text("All saved.")
    assert stored(curlew) == {(1, "communication"): "13"}
    first.close()
    sent.clear()
    second.reload()
    expect(cell(second, 0, COMMUNICATION)).to_have_text(re.compile("^12.*Saved$"))
    assert sent == [operation]
    assert stored(curlew) == {(0, "communication"): "12", (1, "communication"): "13"}


def test_a_browser_that_keeps_nothing_says_so(curlew, open_page, sign_in_page):
    page = open_page(OFFICE)
    page.add_init_script("IDBFactory.prototype.open = () => { throw new Error('refused'); };")
    sign_in_page(page, Role.TEACHER)
    open_grid(page, curlew)
    cell(page, 0, COMMUNICATION).click()
    type_keys(page, "1")
    expect(status(page)).to_have_text("All saved.")
    page.context.set_offline(True)
    type_keys(page, "1")
    expect(status(page)).to_contain_text("This browser cannot keep it: leave this page open.")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.get_by_role("link", name="Record", exact=True).first.click(no_wait_after=True)
    assert asked.value.type == "beforeunload"
    assert page.url.endswith(grid_of(curlew))
    page.context.set_offline(False)
    expect(status(page)).to_have_text("All saved.")
    assert len(stored(curlew)) == 2


def test_a_late_answer_covers_nobody(curlew, open_page, sign_in_page):
    """Two saves are written, their answers lost; before those come, the head changes both."""
    page, head = open_page(OFFICE), open_page(OFFICE)
    sign_in_page(page, Role.TEACHER)
    sign_in_page(head, Role.HEAD)
    open_grid(page, curlew)
    written: dict[str, int] = {}

    def lose(route: Route) -> None:
        operation = route.request.post_data_json["operation_id"]
        if operation not in written and len(written) < 2:
            written[operation] = route.fetch().status
        route.abort()

    page.route("**/judgements/", lose)
    cell(page, 0, READING).click()
    type_keys(page, "1")
    expect(status(page)).to_contain_text("1 not saved yet")
    type_keys(page, "1")
    expect(status(page)).to_contain_text("2 not saved yet")
    while len(written) < 2:
        page.evaluate("window.dispatchEvent(new Event('online'))")
    open_grid(head, curlew)
    expect(cell(head, 1, READING)).to_contain_text("12")
    for row in (0, 1):
        cell(head, row, READING).click()
        type_keys(head, "4")
    expect(status(head)).to_contain_text("All saved.")
    # The teacher thinks again about the first one only.
    cell(page, 0, READING).click()
    type_keys(page, "2")
    page.unroute("**/judgements/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("You chose 13. Harbour head saved 15")
    dialog.get_by_role("button", name="Keep 15").click()
    expect(cell(page, 1, READING)).to_contain_text("15")
    expect(cell(page, 1, READING)).to_contain_text("changed by someone else since it was saved")
    assert [*written.values()] == [200, 200]
    assert {stored(curlew)[row, "reading"] for row in (0, 1)} == {"15"}
