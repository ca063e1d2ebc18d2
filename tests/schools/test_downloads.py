"""Private files: links that run out and are of one person, and the log of who downloaded what."""

import csv
import re
import time
from io import BytesIO, StringIO
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from parrcs.core.access import Access, Role
from parrcs.core.private_files import HOLDS_FOR, LinkForged, check_link, signed_path
from parrcs.core.tenancy import in_trust
from reporting.choices import ReportKind, ReportStatus
from schools.models import Download, Membership
from tests.factories.schools import MembershipFactory
from tests.reporting.conftest import stored
from tests.schools.conftest import text_of


@pytest.fixture
def later(monkeypatch):
    """Let so many seconds pass for whoever signs a link or looks at one."""

    def on(seconds):
        clock = SimpleNamespace(time=lambda: time.time() + seconds)
        monkeypatch.setattr(signing, "time", clock)

    return on


@pytest.fixture
def published(world):
    return stored(world, ReportStatus.PUBLISHED, school=world.school)


def link_to(client, report):
    """Ask the plain address for a link, as the buttons of the pages do."""
    answer = client.get(reverse("report_pdf", args=[report.pk]))
    assert answer.status_code == 302
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.url


def test_a_report_is_opened_once_and_once_more_and_both_are_written_down(
    world, sign_in, published, later
):
    head = sign_in(Role.HEAD)
    link = link_to(head, published)
    assert not Download.objects.exists()
    sent = head.get(link)
    assert (sent.status_code, sent.content) == (200, b"%PDF-1.7 made up")
    assert head.head(link).status_code == 200
    (row,) = Download.objects.all()
    assert (row.person, row.kind, row.thing_id, row.format) == (
        world.people[Role.HEAD],
        "report",
        published.pk,
        "pdf",
    )
    assert row.what == "Head teacher report of Harbour Beacon School, Autumn 2026, version 1"

    later(HOLDS_FOR.total_seconds() - 5)
    assert head.get(link).status_code == 200
    later(HOLDS_FOR.total_seconds() + 5)
    gone = head.get(link)
    assert gone.status_code == 410
    assert "This link has run out" in text_of(gone)
    assert row.what in text_of(gone)
    assert reverse("report", args=[published.pk]) in gone.content.decode()
    assert Download.objects.count() == 2
    fresh = re.search(r'href="(/reports/\d+\.pdf\?key=[^"]+)"', gone.content.decode())[1]
    assert head.get(fresh).content == sent.content
    assert Download.objects.count() == 3


def test_a_link_is_of_one_person_in_one_trust_for_one_file(
    world, foreign, sign_in, published, later
):
    draft = stored(world)
    link = link_to(sign_in(Role.HEAD), published)
    lead = sign_in(Role.TRUST_LEAD)
    nothing = lead.get(reverse("report_pdf", args=[10**9]))
    assert nothing.status_code == 404
    key = parse_qs(urlsplit(link).query)["key"][0]
    path = urlsplit(link).path
    others = [
        link,
        f"{reverse('report_pdf', args=[draft.pk])}?key={key}",
        f"{path}?key=",
        f"{path}?key=a:b",
        f"{path}?key=%00:%F0%9F%98%80",
        f"{path}?key={'x' * 4000}",
    ]
    # Also when it is old: that it was good for another is nobody's business.
    for seconds in (0, 3600):
        later(seconds)
        for other in others:
            answer = lead.get(other)
            assert (answer.status_code, answer.content) == (404, nothing.content), other
    assert sign_in(Role.HEAD).get(others[1]).status_code == 404
    assert not Download.objects.exists()
    # Whoever is in two trusts may not take a link from one into the other.
    here = world.access(Role.HEAD)
    elsewhere = Access(here.person_id, foreign.trust.pk, here.grants)
    later(0)
    check_link(here, path, key)
    with pytest.raises(LinkForged):
        check_link(elsewhere, path, key)


def test_a_link_opens_nothing_for_who_may_no_longer_see_it(world, sign_in, published):
    head = sign_in(Role.HEAD)
    link = link_to(head, published)
    stranger = Client().get(link)
    assert (stranger.status_code, stranger.url[:15]) == (302, "/account/login/")
    # They are head of another school from now on.
    head_of = Membership.objects.live().filter(person=world.people[Role.HEAD])
    assert head_of.update(school=world.other_school) == 1
    assert head.get(link).status_code == 404
    governor = sign_in(Role.GOVERNOR)
    own = signed_path(world.access(Role.GOVERNOR), urlsplit(link).path)
    # It is signed, and for this person; it is still not what governors may read.
    assert governor.get(own).status_code == 404
    assert sign_in(Role.TEACHER).get(own).status_code == 403
    assert not Download.objects.exists()


def test_a_governor_takes_both_files_of_what_is_published_for_governors(world, sign_in):
    words = {"place": "Beacon", "term": "Autumn 2026", "title": "Report", "cover": {"version": ""}}
    report = stored(
        world,
        ReportStatus.PUBLISHED,
        kind=ReportKind.LGB,
        snapshot={**words, "lines": [], "sections": []},
    )
    governor = sign_in(Role.GOVERNOR)
    pdf, book = (reverse(name, args=[report.pk]) for name in ("report_pdf", "report_workbook"))
    links = [governor.get(file).url for file in (pdf, book)]
    assert [governor.get(link).status_code for link in links] == [200, 200]
    # The key of one opens the other no more than a made-up one would.
    assert governor.get(links[1].replace(book, pdf)).status_code == 404
    what = "Report to the local governing body of Harbour Beacon School, Autumn 2026, version 1"
    assert [(row.what, row.format) for row in Download.objects.order_by("pk")] == [
        (what, "pdf"),
        (what, "xlsx"),
    ]


def test_the_log_is_read_by_those_who_look_after_people(world, foreign, sign_in, published):
    for role in (Role.HEAD, Role.ASSESSMENT_LEAD, Role.HEAD):
        client = sign_in(role)
        client.get(link_to(client, published))
    with in_trust(foreign.trust.pk):
        theirs = stored(foreign, school=foreign.school)
        client = Client()
        client.force_login(foreign.people[Role.HEAD])
        client.get(link_to(client, theirs))
    for role in Role:
        allowed = role in {Role.TRUST_ADMIN, Role.TRUST_LEAD}
        client = sign_in(role)
        assert client.get(reverse("downloads")).status_code == (200 if allowed else 403), role
        assert (reverse("downloads") in client.get("/", follow=True).content.decode()) is allowed

    admin = sign_in(Role.TRUST_ADMIN)
    page = admin.get(reverse("downloads"))
    assert "3 files downloaded" in text_of(page)
    assert "Foreign" not in text_of(page)
    assert [each.person for each in page.context["page"]] == [
        world.people[role] for role in (Role.HEAD, Role.ASSESSMENT_LEAD, Role.HEAD)
    ]
    person = world.people[Role.ASSESSMENT_LEAD]
    narrowed = admin.get(reverse("downloads"), {"person": person.pk})
    assert "1 file downloaded by Harbour assessment lead" in text_of(narrowed)
    assert f"list.csv?person={person.pk}" in narrowed.content.decode()
    for wrong in ("x", "0", "9" * 5000, foreign.people[Role.HEAD].pk):
        assert admin.get(reverse("downloads"), {"person": wrong}).status_code == 404

    file = admin.get(reverse("downloads_file", args=["csv"]), {"person": person.pk})
    heading, row = csv.reader(StringIO(file.content.decode("utf-8-sig")))
    assert heading == ["File", "Form", "Person", "E-mail", "When"]
    assert row[:4] == [
        "Head teacher report of Harbour Beacon School, Autumn 2026, version 1",
        "PDF",
        person.name,
        person.email,
    ]
    book = admin.get(reverse("downloads_file", args=["xlsx"])).content
    cells = [row[2] for row in load_workbook(BytesIO(book)).active.values if len(row) > 2]
    assert cells.count(world.people[Role.HEAD].name) == 2


def test_an_empty_log_says_what_will_stand_in_it(sign_in):
    page = text_of(sign_in(Role.TRUST_LEAD).get(reverse("downloads")))
    assert "Nothing has been downloaded yet" in page


def test_no_line_of_the_log_can_be_changed_or_removed(world, sign_in, published):
    head = sign_in(Role.HEAD)
    head.get(link_to(head, published))
    for change in (
        lambda: Download.objects.update(what="Nothing"),
        lambda: Download.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()
    assert Download.objects.count() == 1


def test_a_long_log_costs_what_a_short_one_does(world, sign_in):
    admin = sign_in(Role.TRUST_ADMIN)

    def cost():
        with CaptureQueriesContext(connection) as counted:
            assert admin.get(reverse("downloads")).status_code == 200
        return len(counted)

    def download(number, people):
        for _ in range(number):
            for person in people:
                Download.objects.create(
                    person=person, what="R", kind="report", thing_id=1, format="pdf"
                )

    admin.get(reverse("downloads"))
    download(1, [world.people[Role.HEAD], world.people[Role.TRUST_LEAD]])
    before = cost()
    more = [MembershipFactory(role=Role.HEAD, school=world.school).person for _ in range(5)]
    download(8, more)
    assert cost() == before
    download(8, more)
    assert "Page 2 of 2" in text_of(admin.get(reverse("downloads"), {"page": 9}))
