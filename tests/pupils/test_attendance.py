"""The inclusion lead brings in the register: looked at first, then stored, then once more."""

import csv
import datetime as dt
import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from parrcs.core.access import Role
from pupils.models import AttendanceTotal, Placement
from schools.models import Term
from tests.assessment.streams import hostile
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.pupils.conftest import words

WEEK = [dt.date(2026, 9, 7) + dt.timedelta(days=n) for n in range(5)]
DAY = ("UPN", "Date", "AM", "PM")


@pytest.fixture(autouse=True)
def half_term(world):
    """Autumn 2026 has its holiday in the last week of October."""
    Term.objects.filter(pk=world.term.pk).update(
        break_starts_on=dt.date(2026, 10, 26), break_ends_on=dt.date(2026, 10, 30)
    )


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.INCLUSION_LEAD)


def as_csv(rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def send(client, rows, name="register.csv"):
    content = rows if isinstance(rows, bytes) else as_csv(rows)
    return client.post(reverse("attendance_upload"), {"file": SimpleUploadedFile(name, content)})


def go_on(client, preview):
    sealed = re.search(r'name="checked" value="([^"]*)"', preview.content.decode())
    return client.post(reverse("attendance_apply"), {"checked": sealed[1]}, follow=True)


def bring_in(client, rows):
    return go_on(client, send(client, rows))


def week(pupil, codes="/\\"):
    return [(pupil.upn, f"{day:%d/%m/%Y}", *codes) for day in WEEK]


def stored(pupil):
    return [
        (t.starts_on, t.ends_on, t.possible, t.attended, t.authorised, t.unauthorised, t.late)
        for t in AttendanceTotal.objects.filter(pupil=pupil).order_by("starts_on")
    ]


def test_a_week_is_looked_at_and_then_stored(world, lead):
    first, second, third = world.pupils
    rows = [DAY, *week(first), *week(second, "LI"), *week(third, "#Q")]
    preview = send(lead, rows)
    said = words(preview)
    assert "3 pupils to bring in" in said
    assert "3 new, 0 changed, 0 unchanged. No line is refused. Nothing is stored yet." in said
    assert not AttendanceTotal.objects.exists()
    assert "Attendance of 3 pupils is stored." in words(go_on(lead, preview))
    assert stored(first) == [(WEEK[0], WEEK[4], 10, 10, 0, 0, 0)]
    assert stored(second) == [(WEEK[0], WEEK[4], 10, 5, 5, 0, 5)]
    assert stored(third) == [(WEEK[0], WEEK[4], 0, 0, 0, 0, 0)]
    # The same file again changes nothing.
    assert "0 new, 0 changed, 3 unchanged" in words(send(lead, rows))
    # Corrected, it takes the place of what was there.
    corrected = [DAY, *week(first), *week(second, "/I")]
    assert "0 new, 1 changed, 1 unchanged" in words(send(lead, corrected))
    bring_in(lead, corrected)
    assert stored(second) == [(WEEK[0], WEEK[4], 10, 5, 5, 0, 0)]
    assert AttendanceTotal.objects.count() == 3


def test_weeks_stand_beside_each_other_until_the_half_term_comes_whole(world, lead):
    pupil = world.pupils[0]
    bring_in(lead, [DAY, *week(pupil)])
    later = [(pupil.upn, "14/09/2026", "/", "U"), (pupil.upn, "02/11/2026", "/", "\\")]
    bring_in(lead, [DAY, *later])
    assert [row[2:4] for row in stored(pupil)] == [(10, 10), (2, 1), (2, 2)]
    half = [(pupil.upn, "01/09/2026", "23/10/2026", 76, 70, 5, 1, 0)]
    heading = ("UPN", "From", "Until", "Possible", "Attended", "Authorised", "Unauthorised", "Late")
    bring_in(lead, [heading, *half])
    assert [row[:4] for row in stored(pupil)] == [
        (dt.date(2026, 9, 1), dt.date(2026, 10, 23), 76, 70),
        (dt.date(2026, 11, 2), dt.date(2026, 11, 2), 2, 2),
    ]
    # Days out of the middle of what is known would count twice, or lose the rest.
    preview = send(lead, [DAY, *week(pupil)])
    assert "Sums for 1 September 2026 to 23 October 2026 are known" in words(preview)
    assert "Nothing to bring in" in words(preview)


def test_what_is_wrong_is_refused_by_line_and_the_rest_previewed(world, lead):
    good, bad, worse = world.pupils
    theirs = world.other_pupils[0]
    joined = PupilFactory()
    PlacementFactory(
        pupil=joined, school=world.school, route=world.routes["formal"], starts_on=WEEK[2]
    )
    rows = [
        DAY,
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
    preview = send(lead, rows)
    told = {(each.line, each.words) for each in preview.context["checked"].refused}
    assert told == {
        (8, "“H” on 08/09/2026 AM is not an attendance code."),
        (10, "07/09/2026 AM is there twice, first in line 9."),
        (11, "No pupil here has this UPN, and its check letter is wrong: something in it is"
         " mistyped."),
        (12, "No pupil here has this UPN, and its check letter is wrong: something in it is"
         " mistyped."),
        (13, "This is not a UPN: a letter, eleven digits, and a digit or a letter."),
        (15, "The pupil was not on roll here on 8 September 2026."),
        (16, "29 October 2026 is in no half term of the calendar."),
        (17, "30 November 2026 is still to come."),
        (18, "There is no UPN in this line."),
    }  # fmt: skip
    assert "1 pupil to bring in" in words(preview)
    go_on(lead, preview)
    assert {t.pupil for t in AttendanceTotal.objects.all()} == {good}


def test_a_pupil_who_moves_has_a_total_in_each_place(world, lead, sign_in):
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
    bring_in(lead, [DAY, *week(pupil)])
    assert [row[:3] for row in stored(pupil)] == [(WEEK[0], WEEK[1], 4), (WEEK[2], WEEK[4], 6)]
    heading = ("UPN", "From", "Until", "Possible", "Attended")
    sums = [heading, (pupil.upn, f"{WEEK[0]}", f"{WEEK[4]}", 10, 10)]
    assert "The pupil moved on 9 September 2026" in words(send(lead, sums))
    too_many = [heading, (pupil.upn, f"{WEEK[0]}", f"{WEEK[1]}", 5, 5)]
    assert "5 sessions are more than 7 September 2026 to 8 September 2026" in words(
        send(lead, too_many)
    )
    # In another school: its lead sees only the days there, and cannot touch the others.
    Placement.objects.filter(pupil=pupil, arb=world.arb).update(
        school=world.other_school, arb=None, class_group=world.other_class
    )
    preview = send(lead, [DAY, *week(pupil)])
    assert "The pupil was not on roll here on 9 September 2026" in words(preview)


def test_nothing_is_stored_when_something_changed_since_the_preview(world, lead, sign_in):
    pupil = world.pupils[0]
    preview = send(lead, [DAY, *week(pupil)])
    bring_in(sign_in(Role.HEAD), [DAY, *week(pupil, "II")])
    assert "Nothing was stored" in words(go_on(lead, preview))
    assert stored(pupil)[0][3] == 0
    preview = send(lead, [DAY, *week(world.pupils[1])])
    Placement.objects.filter(pupil=world.pupils[1]).update(ends_on=WEEK[1])
    assert "Nothing was stored" in words(go_on(lead, preview))
    # What was sealed for one person is nothing in another's hands, nor is anything else.
    assert "Nothing was stored" in words(go_on(sign_in(Role.HEAD), preview))
    forged = lead.post(reverse("attendance_apply"), {"checked": "x"}, follow=True)
    assert "Nothing was stored" in words(forged)
    assert stored(world.pupils[1]) == []


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b" ", "a.csv", "The file is empty"),
        (b"UPN,Date,AM,PM\n", "a.csv", "no session below them"),
        (b"Name,AM\nx,/\n", "a.csv", "There is no column UPN"),
        (b"%PDF-1.7", "a.pdf", "The file is a PDF"),
        (b"UPN\x00,Date", "a.csv", "neither a workbook nor text"),
        (b"\xff\xfe\x00", "a.csv", "neither a workbook nor text"),
        (b'UPN,"Date', "a.csv", "cannot be read from line 1"),
        (("UPN" + ",x" * 900).encode(), "a.csv", "more than 800 columns"),
        (b"PK\x03\x04nothing", "a.xlsx", "is damaged"),
        (b"not a workbook", "a.xlsx", "is not an Excel workbook"),
    ],
)
def test_files_that_hold_no_attendance(lead, content, name, said):
    response = send(lead, content, name)
    assert response.status_code == 200
    assert said in words(response)
    assert not AttendanceTotal.objects.exists()


@pytest.mark.parametrize("made", [hostile.inflating, hostile.inflating_unseen, hostile.entities])
def test_bombs_are_refused(lead, made):
    assert "Nothing was stored." in words(send(lead, made(), "a.xlsx"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_files_of_excel_in_any_encoding_and_as_a_workbook(world, lead, encoding):
    pupil = world.pupils[0]
    text = f"UPN;Name;Date;AM;PM\n{pupil.upn};Zoë;07/09/2026;/;\\\n"
    assert "1 pupil to bring in" in words(send(lead, text.encode(encoding)))
    book = Workbook()
    book.create_sheet("Register").append(["UPN", dt.date(2026, 9, 7), "07/09/2026 AM"])
    book["Register"].append([pupil.upn, None, "/"])
    out = io.BytesIO()
    book.save(out)
    assert zipfile.is_zipfile(out)
    assert "1 pupil to bring in" in words(send(lead, out.getvalue(), "a.xlsx"))


def test_who_may_bring_in_and_the_templates_that_they_start_from(world, sign_in, lead):
    for role in (Role.TEACHER, Role.HOST_LINK, Role.GOVERNOR, Role.TRUST_ADMIN):
        assert sign_in(role).get(reverse("attendance_upload")).status_code == 403
    for name in ("attendance_template", "attendance_template_sums"):
        text = lead.get(reverse(name)).content.decode("utf-8-sig")
        rows = [*csv.reader(text.splitlines())]
        rows[1:] = [[world.pupils[0].upn, *row[1:]] for row in rows[1:]]
        assert "1 pupil to bring in" in words(send(lead, rows))


def test_thirty_pupils_cost_as_many_queries_as_two(world, lead, counted):
    def cost(pupils):
        with counted() as queries:
            preview = send(lead, [DAY, *(row for pupil in pupils for row in week(pupil))])
            go_on(lead, preview)
        return len(queries)

    more = [PupilFactory() for _ in range(28)]
    for pupil in more:
        PlacementFactory(pupil=pupil, school=world.school, route=world.routes["formal"])
    bring_in(lead, [DAY, *week(world.arb_pupils[0])])
    assert cost(world.pupils[:2]) == cost([world.pupils[2], *more])
