"""The inclusion lead brings in the register: looked at first, then stored, and put back."""

import csv
import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from exchange.models import Import
from exchange.services.files.tables import FileRefused
from parrcs.core.access import Role
from pupils.models import AttendanceTotal, Placement, Pupil
from schools.models import Term
from tests.assessment.streams import hostile
from tests.exchange.conftest import as_csv, counts
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.pupils.conftest import words

WEEK = [dt.date(2026, 9, 7) + dt.timedelta(days=n) for n in range(5)]
DAY = ("UPN", "Date", "AM", "PM")
SUM = ("UPN", "From", "Until", "Possible", "Attended", "Authorised", "Unauthorised", "Late")


@pytest.fixture(autouse=True)
def half_term(world, clock):
    """Autumn 2026 has its holiday in the last week of October."""
    Term.objects.filter(pk=world.term.pk).update(
        break_starts_on=dt.date(2026, 10, 26), break_ends_on=dt.date(2026, 10, 30)
    )


@pytest.fixture
def lead(desk_of):
    return desk_of(Role.INCLUSION_LEAD)


def week(pupil, codes="/\\"):
    return [(pupil.upn, f"{day:%d/%m/%Y}", *codes) for day in WEEK]


def send(desk, rows, headings=DAY, **more):
    content = rows if isinstance(rows, bytes) else as_csv(rows, headings)
    return desk.send(content, "attendance", name=more.pop("name", "register.csv"), **more)


def bring_in(desk, rows, headings=DAY):
    return desk.apply(send(desk, rows, headings))


def stored(pupil):
    return [
        (t.starts_on, t.ends_on, t.possible, t.attended, t.authorised, t.unauthorised, t.late)
        for t in AttendanceTotal.objects.filter(pupil=pupil).order_by("starts_on")
    ]


def refusals(desk, run):
    return [
        (line.number, column, said) for line in desk.lines(run) for column, said in line.problems
    ]


def test_a_week_is_looked_at_then_stored_corrected_and_put_back(world, lead):
    first, second, third = world.pupils
    rows = [*week(first), *week(second, "LI"), *week(third, "#Q")]
    checked = send(lead, rows)
    assert counts(checked) == ("checked", 3, 0, 0, 0)
    assert not AttendanceTotal.objects.exists()
    assert [line.changes for line in lead.lines(checked)][1] == [
        [
            "Autumn 2026, first half",
            "",
            "07/09/2026 to 11/09/2026: 5 of 10 attended, 5 authorised, 5 late",
        ]
    ]
    run = lead.apply(checked)
    assert stored(first) == [(WEEK[0], WEEK[4], 10, 10, 0, 0, 0)]
    assert stored(second) == [(WEEK[0], WEEK[4], 10, 5, 5, 0, 5)]
    assert stored(third) == [(WEEK[0], WEEK[4], 0, 0, 0, 0, 0)]
    # The same file again changes nothing.
    assert counts(send(lead, rows)) == ("checked", 0, 0, 3, 0)
    # Corrected, it takes the place of what was there.
    corrected = [*week(first), *week(second, "/I")]
    other = send(lead, corrected)
    assert counts(other) == ("checked", 0, 1, 1, 0)
    other = lead.apply(other)
    assert stored(second) == [(WEEK[0], WEEK[4], 10, 5, 5, 0, 0)]
    assert AttendanceTotal.objects.count() == 3
    # Undone in the wrong order, what was corrected stays; then each is as it was.
    assert lead.undo(run).left_lines == 1
    assert stored(first) == stored(third) == []
    assert stored(second) == [(WEEK[0], WEEK[4], 10, 5, 5, 0, 0)]
    assert lead.undo(other).left_lines == 0
    assert stored(second) == [(WEEK[0], WEEK[4], 10, 5, 5, 0, 5)]


def test_weeks_stand_beside_each_other_until_the_half_term_comes_whole(world, lead):
    pupil = world.pupils[0]
    bring_in(lead, week(pupil))
    later = [(pupil.upn, "14/09/2026", "/", "U"), (pupil.upn, "02/11/2026", "/", "\\")]
    bring_in(lead, later)
    assert [row[2:4] for row in stored(pupil)] == [(10, 10), (2, 1), (2, 2)]
    whole = bring_in(lead, [(pupil.upn, "01/09/2026", "23/10/2026", 76, 70, 5, 1, 0)], SUM)
    assert [row[:4] for row in stored(pupil)] == [
        (dt.date(2026, 9, 1), dt.date(2026, 10, 23), 76, 70),
        (dt.date(2026, 11, 2), dt.date(2026, 11, 2), 2, 2),
    ]
    # Days out of the middle of what is known would count twice, or lose the rest.
    part = send(lead, week(pupil))
    assert counts(part) == ("checked", 0, 0, 0, 1)
    assert refusals(lead, part)[0][2] == (
        "76 sessions are known of 1 September 2026 to 23 October 2026, and the file has only 10 of"
        " these days. Take a file with all of them."
    )
    # With all of them it comes in, though no school day is the first or the last of the half term.
    days = [dt.date(2026, 9, 2) + dt.timedelta(days=n) for n in range(52)]
    every = [(pupil.upn, day, "/", "\\") for day in days if day.weekday() < 5]
    assert counts(send(lead, every)) == ("checked", 0, 1, 0, 0)
    # Undone, the two weeks stand again that the sum had taken the place of.
    lead.undo(whole)
    assert [row[2:4] for row in stored(pupil)] == [(10, 10), (2, 1), (2, 2)]


def test_a_day_of_a_week_never_takes_the_place_of_the_week(world, lead):
    """Not even where the file has other days of other pupils."""
    one, two, three = world.pupils
    bring_in(lead, [*week(one), *week(two), *week(three)])
    ends = [(three.upn, f"{WEEK[n]:%d/%m/%Y}", "I", "I") for n in (0, 4)]
    short = [(one.upn, "07/09/2026", "I", "I"), (two.upn, "11/09/2026", "/", "\\"), *ends]
    run = send(lead, short)
    assert counts(run) == ("checked", 0, 0, 0, 3)
    assert "10 sessions are known" in refusals(lead, run)[2][2]
    assert "only 4 of these days" in refusals(lead, run)[2][2]


def test_a_sum_may_leave_weekends_out_at_either_end(world, lead):
    pupil = world.pupils[0]
    bring_in(lead, [(pupil.upn, "05/09/2026", "20/09/2026", 20, 10, 10)], SUM[:6])
    run = bring_in(lead, [(pupil.upn, "07/09/2026", "18/09/2026", 20, 20)], SUM[:5])
    assert counts(run) == ("applied", 0, 1, 0, 0)
    assert stored(pupil) == [(WEEK[0], dt.date(2026, 9, 18), 20, 20, 0, 0, 0)]
    lead.undo(run)
    assert stored(pupil) == [(dt.date(2026, 9, 5), dt.date(2026, 9, 20), 20, 10, 10, 0, 0)]
    short = send(lead, [(pupil.upn, "08/09/2026", "18/09/2026", 18, 18)], SUM[:5])
    assert "Take a file with all of them" in refusals(lead, short)[0][2]


def test_what_is_wrong_is_refused_by_line_and_the_rest_previewed(world, lead):
    good, bad, worse = world.pupils
    theirs = world.other_pupils[0]
    joined = PupilFactory()
    PlacementFactory(
        pupil=joined, school=world.school, route=world.routes["formal"], starts_on=WEEK[2]
    )
    rows = [
        *week(good),
        (bad.upn, "07/09/2026", "/", "\\"),
        (bad.upn, "08/09/2026", "H", "\\"),
        (worse.upn, "07/09/2026", "/", ""),
        (worse.upn, "07/09/2026", "I", ""),
        (theirs.upn, "07/09/2026", "/", "\\"),
        ("A801200005001", "07/09/2026", "/", "\\"),
        ("nobody", "07/09/2026", "/", "\\"),
        (joined.upn, "07/09/2026", "Z", "Z"),
        (joined.upn, "08/09/2026", "/", "\\"),
        (joined.upn, "29/10/2026", "/", "\\"),
        (joined.upn, "30/11/2026", "/", "\\"),
        ("", "07/09/2026", "/", "\\"),
    ]
    mistyped = (
        "No pupil here has this UPN, and its check letter is wrong: something in it is mistyped."
    )
    run = send(lead, rows)
    assert counts(run) == ("checked", 1, 0, 0, 7)
    assert refusals(lead, run) == [
        (7, "08/09/2026 AM", "“H” is not an attendance code."),
        (9, "", "07/09/2026 AM is there twice, in line 9 and line 10."),
        (11, "UPN", mistyped),
        (12, "UPN", mistyped),
        (13, "UPN", "This is not a UPN: a letter, eleven digits, and a digit or a letter."),
        (14, "", "The pupil was not on roll here on 8 September 2026."),
        (14, "", "29 October 2026 is in no half term of the calendar."),
        (14, "", "30 November 2026 is still to come."),
        (18, "", "There is no UPN in this line."),
    ]
    assert [line.about for line in lead.lines(run)][1:4] == [
        f"{bad}, {bad.upn}",
        f"{worse}, {worse.upn}",
        theirs.upn,
    ]
    lead.apply(run)
    assert {t.pupil for t in AttendanceTotal.objects.all()} == {good}


def test_the_refused_lines_come_back_mended(world, lead, sign_in):
    bad, worse = world.pupils[:2]
    run = bring_in(lead, [*week(bad, "?\\"), *week(worse)])
    refused = sign_in(Role.INCLUSION_LEAD).get(reverse("import_refused", args=[run.pk]))
    assert counts(send(lead, refused.content)) == ("checked", 0, 0, 0, 1)
    mended = refused.content.replace(b",?,", b",/,").replace(b",?,", b",/,")
    assert counts(send(lead, mended)) == ("checked", 1, 0, 0, 0)


def test_who_undoes_hears_of_what_was_applied_later(world, lead, sign_in, clock):
    client = sign_in(Role.INCLUSION_LEAD)
    first = bring_in(lead, week(world.pupils[0]))
    page = reverse("import_undo", args=[first.pk])
    assert "applied after it" not in words(client.get(page))
    clock.now += dt.timedelta(hours=1)
    later = bring_in(lead, week(world.pupils[0], "/I"))
    assert "applied after it" in words(client.get(page))
    assert reverse("import", args=[later.pk]) in client.get(page).content.decode()
    lead.undo(later)
    assert "applied after it" not in words(client.get(page))


def test_refused_lines_that_nobody_mended_are_refused_again(world, lead, sign_in):
    twice, undated, nameless = world.pupils
    rows = [
        *week(twice),
        (twice.upn, "07/09/2026", "I", ""),
        *week(undated),
        (undated.upn, "31/09/2026", "I", "I"),
        ("", "07/09/2026", "I", "I"),
    ]
    run = bring_in(lead, rows)
    assert counts(run) == ("applied", 0, 0, 0, 3)
    refused = sign_in(Role.INCLUSION_LEAD).get(reverse("import_refused", args=[run.pk])).content
    assert counts(send(lead, refused)) == ("checked", 0, 0, 0, 3)
    # Who fills in the UPN and says that it is mended gets the codes in that were sent.
    lines = list(csv.reader(refused.decode("utf-8-sig").splitlines()))
    assert lines[3][1] == "There is no UPN in this line."
    lines[3][:2] = [nameless.upn, ""]
    assert counts(bring_in(lead, lines[1:], lines[0])) == ("applied", 1, 0, 0, 2)
    assert stored(nameless) == [(WEEK[0], WEEK[0], 2, 0, 2, 0, 0)]


def test_a_pupil_who_moves_has_a_total_in_each_place(world, lead):
    pupil = world.pupils[0]
    Placement.objects.filter(pupil=pupil).update(ends_on=WEEK[1])
    PlacementFactory(
        pupil=pupil,
        school=world.school,
        arb=world.arb,
        class_group=world.arb_class,
        route=world.routes["formal"],
        starts_on=WEEK[2],
    )
    bring_in(lead, week(pupil))
    assert [row[:3] for row in stored(pupil)] == [(WEEK[0], WEEK[1], 4), (WEEK[2], WEEK[4], 6)]
    for until, possible, said in (
        (WEEK[4], 10, "The pupil moved on 9 September 2026"),
        (WEEK[1], 5, "5 sessions are more than 7 September 2026 to 8 September 2026"),
    ):
        run = send(lead, [(pupil.upn, str(WEEK[0]), str(until), possible, possible)], SUM[:5])
        assert refusals(lead, run)[0][2].startswith(said)
    # In another school: its lead sees only the days there, and cannot touch the others.
    Placement.objects.filter(pupil=pupil, arb=world.arb).update(
        school=world.other_school, arb=None, class_group=world.other_class
    )
    run = send(lead, week(pupil))
    assert refusals(lead, run) == [
        (2, "", "The pupil was not on roll here on 9 September 2026 (and 2 more days).")
    ]


def test_a_move_that_is_entered_late_never_counts_a_day_twice(world, desk_of):
    pupil, start = world.pupils[0], dt.date(2026, 10, 1)
    sums = [(pupil.upn, "01/09/2026", "23/10/2026", 76, 76)]
    trust = desk_of(Role.TRUST_LEAD)
    bring_in(trust, sums, SUM[:5])
    Placement.objects.filter(pupil=pupil).update(ends_on=start - dt.timedelta(days=1))
    PlacementFactory(
        pupil=pupil, school=world.other_school, route=world.routes["formal"], starts_on=start
    )
    theirs = [(pupil.upn, "01/10/2026", "23/10/2026", 30, 30)]
    run = send(trust, theirs, SUM[:5], school=world.other_school)
    assert "are counted where the pupil was placed before" in refusals(trust, run)[0][2]
    # There the sum is cut to the days before the move; then the rest comes in.
    bring_in(trust, [(pupil.upn, "01/09/2026", "30/09/2026", 44, 44)], SUM[:5])
    run = send(trust, theirs, SUM[:5], school=world.other_school)
    assert counts(trust.apply(run)) == ("applied", 1, 0, 0, 0)
    assert [row[:3] for row in stored(pupil)] == [
        (dt.date(2026, 9, 1), dt.date(2026, 9, 30), 44),
        (start, dt.date(2026, 10, 23), 30),
    ]


def test_it_is_the_same_tomorrow_and_under_a_corrected_number(world, lead, clock):
    pupil = world.pupils[0]
    run = send(lead, [(pupil.upn, "02/11/2026", "18/12/2026", 28, 28)], SUM[:5])
    clock.now += dt.timedelta(days=1)
    run = lead.apply(run)
    assert counts(run) == ("applied", 1, 0, 0, 0)
    Pupil.objects.filter(pk=pupil.pk).update(upn=PupilFactory.build().upn)
    assert lead.undo(run).left_lines == 0
    assert stored(pupil) == []


def test_a_file_for_one_school_says_nothing_of_another(world, desk_of):
    desk = desk_of(Role.TRUST_LEAD)
    run = send(desk, [*week(world.pupils[0]), *week(world.other_pupils[0])])
    assert counts(run) == ("checked", 1, 0, 0, 1)
    whole = send(desk, [*week(world.pupils[0]), *week(world.other_pupils[0])], school=None)
    assert counts(whole) == ("checked", 2, 0, 0, 0)


def test_what_changed_since_the_check_is_left(world, lead, desk_of):
    pupil, other = world.pupils[:2]
    run = send(lead, [*week(pupil), *week(other)])
    bring_in(desk_of(Role.HEAD), week(pupil, "II"))
    Placement.objects.filter(pupil=other).update(ends_on=WEEK[1])
    assert counts(lead.apply(run)) == ("applied", 0, 0, 0, 2)
    assert stored(pupil)[0][3] == 0
    assert stored(other) == []


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b" ", "a.csv", "is empty"),
        (b"UPN,Date,AM,PM\n", "a.csv", "no session below them"),
        (b"Name,AM\nx,/\n", "a.csv", "has no column UPN"),
        (b"%PDF-1.7", "a.pdf", "is a PDF"),
        (b"UPN\x00,Date", "a.csv", "neither a workbook nor text"),
        (b"\xff\xfe\x00", "a.csv", "neither a workbook nor text"),
        (b'UPN,"Date', "a.csv", "cannot be read from line 1"),
        (("UPN" + ",x" * 900).encode(), "a.csv", "more than 800 columns"),
        (b"PK\x03\x04nothing", "a.xlsx", "is damaged"),
        (b"not a workbook", "a.xlsx", "is not an Excel workbook"),
        (b"UPN,Date,AM\n" + b",07/09/2026,/\n" * 5001, "a.csv", "more than 5000 lines"),
        (hostile.inflating(), "a.xlsx", "far more than"),
        (hostile.inflating_unseen(), "a.xlsx", "damaged"),
        (hostile.entities(), "a.xlsx", "cannot be opened"),
    ],
    ids=range(14),
)
def test_files_that_hold_no_attendance(lead, content, name, said):
    with pytest.raises(FileRefused, match=said):
        send(lead, content, name=name)
    assert not Import.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_files_of_excel_in_any_encoding(world, lead, encoding):
    text = f"UPN;Name;Date;AM;PM\n{world.pupils[0].upn};Zoë;07/09/2026;/;\\\n"
    assert counts(send(lead, text.encode(encoding))) == ("checked", 1, 0, 0, 0)


def test_the_sheet_of_a_workbook_that_has_it(world, lead):
    book = Workbook()
    book.create_sheet("Register").append(["UPN", dt.date(2026, 9, 7), "07/09/2026 AM"])
    book["Register"].append([world.pupils[0].upn, None, "/"])
    file = io.BytesIO()
    book.save(file)
    assert counts(send(lead, file.getvalue(), name="a.xlsx")) == ("checked", 1, 0, 0, 0)


def test_on_the_pages_it_is_an_import_like_the_others(world, lead, sign_in):
    for role in (Role.TEACHER, Role.HOST_LINK, Role.GOVERNOR, Role.TRUST_ADMIN):
        assert sign_in(role).get(reverse("import_new", args=["attendance"])).status_code == 403
    client = sign_in(Role.INCLUSION_LEAD)
    attendance = client.get(reverse("attendance")).content.decode()
    assert reverse("import_new", args=["attendance"]) in attendance
    page = words(client.get(reverse("import_new", args=["attendance"])))
    assert "Template for sessions (XLSX)" in page
    file = SimpleUploadedFile("a.csv", as_csv(week(world.pupils[0]), DAY))
    sent = client.post(
        reverse("import_new", args=["attendance"]),
        {"file": file, "place": f"school-{world.school.pk}"},
    )
    run = lead.go_on(Import.objects.get())
    shown = words(client.get(sent.url))
    assert "10 of 10 attended" in shown
    # Ten sessions are ten columns: nobody has to read them one by one.
    assert "07/09/2026 AM" not in shown
    assert counts(run) == ("checked", 1, 0, 0, 0)


def test_thirty_pupils_cost_no_more_to_look_up_than_two(world, lead):
    writes = ("INSERT", "UPDATE", "DELETE", "SAVEPOINT")

    def cost(pupils, codes):
        with CaptureQueriesContext(connection) as queries:
            bring_in(lead, [row for pupil in pupils for row in week(pupil, codes)])
        return sum(not any(word in each["sql"] for word in writes) for each in queries)

    more = [PupilFactory() for _ in range(28)]
    for pupil in more:
        PlacementFactory(pupil=pupil, school=world.school, route=world.routes["formal"])
    bring_in(lead, week(world.arb_pupils[0]))
    few, many = world.pupils[:2], [world.pupils[2], *more]
    assert cost(few, "/\\") == cost(many, "/\\")
    # The same where something is known of them.
    assert cost(few, "II") == cost(many, "II")
