"""Inviting, accepting and signing out, in a real browser."""

import datetime as dt
import shutil

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from schools.models import Invitation, Membership
from schools.services.invitations import token_of
from tests.browser.conftest import OFFICE, PHONE, TABLET, axe_violations, scrolls_sideways
from tests.factories.schools import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


def link_to(world, email):
    """Return the link that the e-mail to this address carries."""
    with in_trust(world.trust.pk):
        return reverse("invitation", args=[token_of(Invitation.objects.get(email=email))])


def test_an_invited_teacher_starts_work(harbour, open_page, sign_in_page):
    admin = open_page()
    sign_in_page(admin, Role.TRUST_ADMIN)
    admin.wait_for_url("**/people/")
    admin.get_by_role("link", name="Invite someone").click()
    admin.wait_for_url("**/invite/")  # and for its scripts, which narrow the places
    admin.get_by_label("E-mail address").fill("ines@example.org")
    where = admin.get_by_label("Where")
    expect(where.locator("option", has_text="Whole trust")).to_have_count(1)
    admin.get_by_label("Role").select_option("teacher")
    # The places follow the role: only classes are left.
    expect(where.locator("option", has_text="Whole trust")).to_have_count(0)
    where.select_option(label="Curlew")
    admin.get_by_role("button", name="Send the invitation").click()
    expect(admin.get_by_text("The invitation went to ines@example.org.")).to_be_visible()

    new = open_page(PHONE, touch=True)
    new.goto(link_to(harbour, "ines@example.org"))
    new.get_by_label("Your name").fill("Ines Marlow")
    new.get_by_label("Password", exact=True).fill("short")
    new.get_by_label("Password again").fill("short")
    new.get_by_role("button", name="Make the account and start").click()
    # The summary has the focus, and leads to the field.
    expect(new.get_by_role("alert")).to_be_focused()
    new.get_by_role("alert").get_by_role("link").first.click()
    expect(new.get_by_label("Password", exact=True)).to_be_focused()
    expect(new.get_by_label("Your name")).to_have_value("Ines Marlow")
    new.get_by_label("Password", exact=True).fill(PASSWORD)
    new.get_by_label("Password again").fill(PASSWORD)
    new.get_by_role("button", name="Make the account and start").click()
    new.wait_for_url(lambda url: "/classes/" in url)
    expect(new.get_by_text("Welcome. You are class teacher (Curlew")).to_be_visible()

    admin.reload()
    expect(admin.get_by_text("Ines Marlow", exact=True)).to_be_visible()


def test_a_place_chosen_before_the_reply_stays_if_it_fits(harbour, open_page, sign_in_page):
    page = open_page()
    sign_in_page(page, Role.TRUST_ADMIN)
    page.goto(reverse("invite"))
    where, role = page.get_by_label("Where"), page.get_by_label("Role")
    held = []
    page.route("**/people/invite/?*", lambda route: held.append(route))  # noqa: PLW0108
    with page.expect_request("**/people/invite/?*"):
        role.select_option("teacher")
    where.focus()
    where.select_option(label="Curlew")
    held.pop().continue_()
    expect(where.locator("option", has_text="Whole trust")).to_have_count(0)
    expect(where).to_have_value(f"class-{harbour.class_group.pk}")
    expect(where).to_be_focused()
    page.unroute("**/people/invite/?*")
    # By keyboard. A place that the next role is not held for goes; one that is stays.
    role.focus()
    page.keyboard.type("Head")
    expect(where.locator("option", has_text="Curlew")).to_have_count(0)
    expect(where).to_have_value("")
    expect(role).to_be_focused()
    where.focus()
    page.keyboard.type("Harbour M")
    expect(where).to_have_value(f"school-{harbour.other_school.pk}")
    role.focus()
    with page.expect_response("**/people/invite/?role=governor*"):
        page.keyboard.type("Gov")
    expect(where).to_have_value(f"school-{harbour.other_school.pk}")
    # Where only one place is possible, it is chosen.
    role.select_option("trustee")
    expect(where).to_have_value("trust")


def test_a_member_elsewhere_signs_in_to_accept(harbour, open_page):
    head = harbour.people[Role.HEAD]
    head.set_password(PASSWORD)
    head.save()
    with in_trust(harbour.trust.pk):
        Invitation.objects.create(email=head.email, role=Role.GOVERNOR, school=harbour.other_school)
    page = open_page()
    page.goto(link_to(harbour, head.email))
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail address").fill(head.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Welcome. You are governor (Harbour Moor School).")).to_be_visible()


@pytest.fixture
def page_with_memory(browser, server):
    """A page of a browser that keeps whole pages for its Back, as people's browsers do.

    Playwright starts Chromium without that.
    """
    remembering = browser.browser_type.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", "--disable-gpu"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield remembering.new_page(base_url=server.url)
    remembering.close()


def test_after_signing_out_back_shows_nothing(harbour, page_with_memory, sign_in_page):
    page = page_with_memory
    sign_in_page(page, Role.TEACHER)
    page.goto(reverse("schools"))
    page.goto(reverse("school", args=[harbour.school.pk]))
    expect(page.get_by_role("heading", name="Harbour Beacon School")).to_be_visible()
    page.get_by_text("Harbour teacher").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/account/login/")
    for _ in range(3):
        page.evaluate("history.back()")
        expect(page.get_by_text("Harbour")).to_have_count(0)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


PAGES = {
    "people": [],
    "invite": [],
    "people_past": [],
    "end_role": ["membership"],
    "schools": [],
    "school": ["school"],
    "arb": ["arb"],
    "add_arb": [],
    "add_host": [],
    "add_class": ["school"],
    "calendar": [],
    "add_year": [],
}


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(OFFICE, "light"), (TABLET, "dark"), (PHONE, "light")],
    ids=["office", "tablet in the dark", "phone"],
)
def test_pages_are_accessible_and_fit(harbour, open_page, sign_in_page, size, scheme):
    with in_trust(harbour.trust.pk):
        ids = {
            "membership": Membership.objects.get(role=Role.GOVERNOR).pk,
            "school": harbour.school.pk,
            "arb": harbour.arb.pk,
        }
        for email, days in (("new@example.org", 0), ("late@example.org", 20)):
            invitation = Invitation.objects.create(
                email=email, role=Role.TEACHER, class_group=harbour.class_group
            )
            invitation.sent_at -= dt.timedelta(days=days)
            invitation.save()
    page = open_page(size, color_scheme=scheme)
    wrong: list[str] = []

    def look(page, name, wrong=wrong):
        wrong += [f"{name}: {each}" for each in axe_violations(page)]
        if scrolls_sideways(page):
            wrong.append(f"{name} scrolls sideways")

    page.goto(reverse("account_login"))
    look(page, "login")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "login refused")
    for name in ("account_reset_password", "account_signup"):
        page.goto(reverse(name))
        look(page, name)
    page.goto(link_to(harbour, "new@example.org"))
    look(page, "invitation")
    sign_in_page(page, Role.TRUST_ADMIN)
    for name, args in PAGES.items():
        page.goto(reverse(name, args=[ids[arg] for arg in args]))
        look(page, name)
        forms = page.locator("main form.form, main form.year")
        if forms.count():
            forms.first.evaluate(
                "form => { for (const e of form.elements) if (e.type !== 'hidden') e.value = '' }"
            )
            forms.first.get_by_role("button").first.click()
            if name != "end_role":
                expect(page.get_by_role("alert")).to_be_visible()
                look(page, f"{name} refused")
    page.goto(reverse("people"))
    page.get_by_text("Harbour trust admin", exact=True).first.click()
    look(page, "menu")
    assert wrong == []


def test_without_javascript_everything_can_be_done(harbour, open_page, sign_in_page):
    page = open_page(java_script_enabled=False)
    sign_in_page(page, Role.TRUST_ADMIN)
    page.goto(reverse("invite"))
    page.get_by_label("E-mail address").fill("ines@example.org")
    page.get_by_label("Role").select_option("host_link")
    page.get_by_label("Where").select_option(label="Harbour Tide ARB, at Harbour Penwith High")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("The invitation went to ines@example.org.")).to_be_visible()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("The invitation of ines@example.org was withdrawn.")).to_be_visible()
