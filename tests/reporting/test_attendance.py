"""The page of attendance, each number held against one worked out by hand."""

import csv
import datetime as dt
import io
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from parrcs.core.access import Role
from pupils.models import AttendanceTotal, Placement, Pupil
from reporting.selectors.benchmarks import attendance_benchmark, national_attendance
from schools.choices import SchoolKind
from schools.models import School, Term, Window
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.pupils.conftest import words

FIRST, SECOND = dt.date(2026, 9, 1), dt.date(2026, 11, 2)


@pytest.fixture(autouse=True)
def now(world, monkeypatch):
    """A day of the second half of autumn 2026."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: dt.date(2026, 11, 21))
    Term.objects.filter(pk=world.term.pk).update(
        break_starts_on=dt.date(2026, 10, 26), break_ends_on=dt.date(2026, 10, 30)
    )


def total(pupil, starts_on, possible, attended, unauthorised=0):
    return AttendanceTotal.objects.create(
        pupil=pupil,
        starts_on=starts_on,
        ends_on=starts_on + dt.timedelta(days=10),
        possible=possible,
        attended=attended,
        authorised=possible - attended - unauthorised,
        unauthorised=unauthorised,
    )


@pytest.fixture
def known(world):
    """Four pupils: one fine, one at 10 per cent exactly, one severe, one who falls, in the ARB."""
    fine, persistent, severe = world.pupils
    (falling, _) = world.arb_pupils
    total(fine, FIRST, 80, 80)
    total(fine, SECOND, 20, 19)
    total(persistent, FIRST, 80, 72, 3)
    total(persistent, SECOND, 20, 18)
    total(severe, FIRST, 80, 40, 40)
    total(severe, SECOND, 20, 10)
    total(falling, FIRST, 80, 80)
    total(falling, SECOND, 20, 19)
    # Last year's is another story.
    total(fine, dt.date(2026, 5, 1), 50, 0)
    return world


def page(client, **query):
    return client.get(reverse("attendance"), query)


def test_the_sentence_and_the_tables_by_hand(known, sign_in):
    head = sign_in(Role.HEAD)
    response = page(head)
    found = response.context["found"]
    # 80+72+40+80 + 19+18+10+19 = 338 of 400
    assert (found.total.sessions.attended, found.total.sessions.possible) == (338, 400)
    assert (found.total.pupils, found.on_roll) == (4, 5)
    assert (found.total.persistent, found.total.severe) == (2, 1)
    assert (
        "Attended 84.5 % of possible sessions, 2.3 points under special schools in England"
        " (86.8 %, 2025/26). 2 of 4 pupils persistently absent, 1 of them severely."
    ) in words(response)
    assert [(r.name, r.figures.sessions.attended) for r in found.half_terms] == [
        ("Autumn 2026, first half", 272),
        ("Autumn 2026, second half", 66),
    ]
    # 95 per cent in the second half after 100 per cent in the first: five points.
    assert [(c.name, c.mark[1]) for c in found.concerns] == [
        (str(known.pupils[2]), "severe"),
        (str(known.pupils[1]), "persistent"),
        *((str(p), "falling") for p in (known.pupils[0], known.arb_pupils[0])),
    ]
    by = {group.title: {row.name: row.figures for row in group.rows} for group in found.groups}
    assert by["Where taught"]["Harbour Tide ARB"].sessions.possible == 100
    assert by["Class"]["Curlew"].sessions.attended == 239
    assert by["Primary need"]["Autistic spectrum disorder"].pupils == 4
    taught = page(head, lens="taught").context["found"]
    assert (taught.total.pupils, taught.total.sessions.attended) == (3, 239)
    half = page(head, period=f"half-{known.term.pk}-1").context["found"]
    assert half.total.sessions.possible == 320
    assert half.fell is None or half.fell[1].part == 1


def test_a_pupil_who_moves_counts_in_both_places_and_no_session_twice(known, sign_in):
    pupil = known.pupils[0]
    Placement.objects.filter(pupil=pupil).update(ends_on=dt.date(2026, 10, 31))
    PlacementFactory(
        pupil=pupil,
        school=known.school,
        arb=known.arb,
        class_group=known.arb_class,
        route=known.routes["formal"],
        starts_on=SECOND,
    )
    head = sign_in(Role.HEAD)
    found = page(head).context["found"]
    assert (found.total.pupils, found.total.sessions.possible) == (4, 400)
    arb = page(head, place=f"arb-{known.arb.pk}").context["found"]
    assert (arb.total.pupils, arb.total.sessions.possible) == (2, 120)
    assert "special schools stand beside it" in words(page(head, place=f"arb-{known.arb.pk}"))
    taught = page(head, lens="taught").context["found"]
    assert (taught.total.pupils, taught.total.sessions.possible) == (3, 280)


def test_each_sees_their_own_and_a_wrong_choice_is_told(known, sign_in):
    teacher = page(sign_in(Role.TEACHER))
    assert teacher.context["found"].total.pupils == 3
    assert "Bring in attendance" not in words(teacher)
    assert page(sign_in(Role.HOST_LINK)).context["found"].total.pupils == 1
    for role in (Role.GOVERNOR, Role.TRUSTEE, Role.TRUST_ADMIN):
        assert page(sign_in(role)).status_code == 403
    wrong = page(sign_in(Role.HEAD), place=f"school-{known.other_school.pk}", period="year-0")
    assert "There is no such place here." in words(wrong)
    assert "There are no such days here." in words(wrong)
    query = {"place": f"school-{known.other_school.pk}"}
    files = [reverse("attendance_file", args=[ending]) for ending in ("csv", "xlsx")]
    for address in (*files, reverse("attendance_chart")):
        assert sign_in(Role.HEAD).get(address, query).status_code == 404


def test_the_files_say_what_the_page_says(known, sign_in):
    head = sign_in(Role.HEAD)
    made = head.get(reverse("attendance_file", args=["csv"])).content
    with ZipFile(io.BytesIO(made)) as files:
        assert files.namelist() == ["1-attendance.csv", "2-pupils-of-concern.csv"]
        rows = [*csv.reader(files.read("1-attendance.csv").decode("utf-8-sig").splitlines())]
    assert rows[1][:6] == ["All", known.school.name, "4", "400", "338", "84.5"]
    book = load_workbook(io.BytesIO(head.get(reverse("attendance_file", args=["xlsx"])).content))
    assert [sheet.title for sheet in book] == ["Attendance", "Pupils of concern"]
    cells = [cell for row in book["Attendance"].iter_rows(values_only=True) for cell in row]
    assert {338, 400, "special schools in England, 2025/26"} <= set(cells)
    version = page(head).context["chart_version"]
    chart = head.get(reverse("attendance_chart"), {"v": version})
    assert chart["Content-Type"] == "image/svg+xml"
    assert "max-age" in chart["Cache-Control"]


def test_all_schools_stand_beside_their_own_kind(known, sign_in):
    School.objects.filter(pk=known.other_school.pk).update(
        kind=SchoolKind.MAINSTREAM, phase="Secondary"
    )
    total(known.other_pupils[0], FIRST, 100, 91)
    lead = sign_in(Role.TRUST_LEAD)
    response = lead.get(reverse("attendance_schools"))
    found = response.context["found"]
    assert [(row.name, row.figures.pupils, row.national.figures.name) for row in found.rows] == [
        (known.school.name, 4, "special schools in England"),
        (known.arb.name, 1, "special schools in England"),
        (known.other_school.name, 1, "secondary schools in England"),
    ]
    assert (found.total.pupils, found.total.sessions.possible) == (5, 500)
    assert lead.get(reverse("attendance_schools_file", args=["csv"])).status_code == 200
    assert sign_in(Role.HEAD).get(reverse("attendance_schools")).status_code == 403


def test_the_national_figures_are_those_of_the_kind(world):
    # By hand from the published table.
    phases = attendance_benchmark().phases
    assert [float(phases[p].attended) for p in ("special", "primary", "secondary", "all")] == [
        86.8,
        94.7,
        91.5,
        93.1,
    ]
    assert float(phases["special"].persistent) == 36.1
    primary = School(kind=SchoolKind.MAINSTREAM, phase="Primary")
    through = School(kind=SchoolKind.MAINSTREAM, phase="All-through")
    assert national_attendance(primary).figures is phases["primary"]
    assert national_attendance(through).of_kind is False
    assert national_attendance(world.school).of_kind is True


def test_empty_it_says_what_belongs_there(world, sign_in):
    assert "No sessions are known of School year 2026/27" in words(page(sign_in(Role.HEAD)))
    empty = sign_in(Role.TRUST_LEAD).get(reverse("attendance_schools"))
    assert "No sessions are known of School year 2026/27" in words(empty)
    Placement.objects.all().delete()
    Pupil.objects.all().delete()
    Window.objects.all().delete()
    Term.objects.all().delete()
    assert "Nothing to count yet" in words(page(sign_in(Role.HEAD)))
    assert "No sessions are known" in words(
        sign_in(Role.TRUST_LEAD).get(reverse("attendance_schools"))
    )


def test_thirty_pupils_cost_as_many_queries_as_four(known, sign_in):
    def cost(client, name):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        return len(queries)

    asked = [(sign_in(Role.HEAD), "attendance"), (sign_in(Role.TRUST_LEAD), "attendance_schools")]
    before = [cost(*each) for each in asked]
    for _ in range(26):
        pupil = PupilFactory()
        PlacementFactory(pupil=pupil, school=known.school, route=known.routes["formal"])
        total(pupil, FIRST, 80, 70)
    assert [cost(*each) for each in asked] == before
