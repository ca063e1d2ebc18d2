"""The tracker of a class: the same numbers on screen, on paper and in the workbook, and right."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from assessment.models import Aim, Expectation, Judgement, Point, Strand, Stream
from assessment.services.streams.approval import Expected, put_in_use
from parrcs.core.access import Role
from pupils.models import Placement, Pupil
from reporting.services.trackers_sheets import HOLDS
from schools.choices import Season
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import TermFactory, WindowFactory
from tests.pdf_ua import require_pdf_ua
from tests.plain_progress import Due, Raw, rates_of
from tests.reporting.by_the_book import share_of
from tests.reporting.tables import bare, rows_of_page, sheets_of

WORDS = {
    1: ("none", "no progress"),
    2: ("some", "some progress"),
    3: ("expected", "expected progress"),
    4: ("better", "better than expected"),
}
# What stands between the steps of a path.
ON = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "


def plain_class(class_group, term):
    """Who is in the class for a term, and all that is due for them, from the raw rows."""
    streams = {row["id"]: row for row in Stream.objects.values()}
    raw, found = Raw(term), {}
    by_pupil = defaultdict(list)
    for row in Placement.objects.values():
        if row["starts_on"] <= term.ends_on and (row["ends_on"] or dt.date.max) >= term.starts_on:
            by_pupil[row["pupil_id"]].append(row)
    for pupil, rows in by_pupil.items():
        last = max(rows, key=lambda row: row["starts_on"])
        if last["class_group_id"] != class_group.pk:
            continue
        census = [
            r for r in rows if r["starts_on"] <= term.census_on <= (r["ends_on"] or dt.date.max)
        ]
        route = (census or [last])[0]["route_id"]
        for strand in Strand.objects.values():
            stream = streams[strand["stream_id"]]
            until = stream["approved_until"] or dt.date.max
            if not (stream["approved_from"] or dt.date.max) <= term.census_on <= until:
                continue
            for rule in Expectation.objects.values():
                held = rule["starts_on"] <= term.census_on <= (rule["ends_on"] or dt.date.max)
                if held and (rule["stream_id"], rule["route_id"]) == (stream["id"], route):
                    due = Due(pupil, 0, None, route, "", False, strand["id"], None, stream["id"])
                    raw.judge(due, rates_of(Expectation.objects.values(), rule), rule["better"])
                    found[pupil, strand["id"]] = due
    return found


def codes(term):
    """The code judged in a term, by pupil and strand."""
    return {
        (j.pupil_id, j.strand_id): j.point.code
        for j in Judgement.objects.filter(term=term).select_related("point")
    }


@pytest.fixture
def aimed(busy):
    """The busy trust, with an aim for every other pupil of it in reading."""
    reading = Strand.objects.get(code="reading")
    points = {int(p.value): p for p in Point.objects.filter(stream=busy.developmental)}
    lead = busy.people[Role.ASSESSMENT_LEAD]
    for number, pupil in enumerate(Pupil.objects.order_by("pk")):
        if number % 2:
            Aim.objects.create(
                pupil=pupil, strand=reading, year=busy.term.year, point=points[12],
                set_by=lead, set_at=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
            )  # fmt: skip
    return busy


class Told:
    """What the screen and the workbook say of a class in a stream."""

    def __init__(self, client, group, query):
        page = client.get(reverse("class_tracker", args=[group.pk]) + query)
        self.head, *self.rows, self.total = rows_of_page(page)
        book = client.get(reverse("class_tracker_file", args=[group.pk, "xlsx"]) + query).content
        self.about, lines, self.totals = sheets_of(book)["Tracker"]
        self.lines = {line["Pupil"]: line for line in lines}

    def cells(self, name):
        """For each strand what the screen says, and the figures of the workbook."""
        (row,) = (row for row in self.rows if row[0].startswith(f"{name} "))
        for strand, text in zip(self.head[1:], row[1:], strict=True):
            figures = {
                heading.partition(": ")[2]: value
                for heading, value in self.lines[name].items()
                if heading.startswith(f"{strand}: ")
            }
            yield text, figures


def check_cell(text, figures, due, code, aim):
    """Hold one cell, on the screen and in the workbook, against the raw rows."""
    if not due.judged:
        assert text.startswith("not judged")
        assert figures["this term"] is figures["gain since baseline"] is None
        return
    assert str(figures["this term"]) == code
    if due.gain is None:
        # A point never stands where the gain does.
        assert text.startswith(f"no baseline now {code}")
        assert figures["gain since baseline"] is None
    else:
        gain, word = text.split()[:2]
        assert Fraction(gain.replace("\N{MINUS SIGN}", "-")) == due.gain
        assert Fraction(str(figures["gain since baseline"])) == due.gain
        assert Fraction(str(figures["expected since baseline"])) == due.expected
        assert word == WORDS[due.reached][0]
        assert figures["progress"] == WORDS[due.reached][1]
    if aim:
        to_go = max(0, int(aim.value) - int(due.value))
        assert figures["to the aim"] == to_go
        assert f"aim {aim.code}, {f'{to_go} to go' if to_go else 'reached'}" in text
    else:
        assert "no aim set" in text


def check_total(text, totals, column, of):
    """Hold what was counted of a strand against the raw rows."""
    judged = [due for due in of if due.judged]
    compared = [due.reached for due in judged if due.reached]
    above = sum(reached >= 3 for reached in compared)
    assert f"{len(judged)} of {len(of)} judged" in text
    assert f"{above} of {len(compared)} at or above expected" in text
    told = {label: row[column] for label, row in totals.items()}
    assert (told["Judged"], told["Due"]) == (len(judged), len(of))
    assert (told["At or above expected"], told["Of those with a baseline"]) == (
        above,
        len(compared),
    )
    share = share_of(above, len(compared))
    figures = [
        told[f"{what}, %"]
        for what in ("At or above expected", "95 % interval from", "95 % interval to")
    ]
    if len(compared) < 6:
        assert figures == ["too few"] * 3
        assert "too few" in text or "nothing to compare" in text
    else:
        assert figures == [share["percent"], share["low"], share["high"]]
        shown = "{} %, {}\N{EN DASH}{}".format(*figures)
        assert shown in text.replace("\N{NO-BREAK SPACE}", " ")


def test_screen_paper_and_workbook_say_what_the_raw_rows_say(aimed, sign_in):
    client, group, term = sign_in(Role.HEAD), aimed.class_group, aimed.term
    plain = plain_class(group, term)
    names = {pupil.pk: str(pupil) for pupil in Pupil.objects.all()}
    judged = codes(term)
    aims = {(a.pupil_id, a.strand_id): a.point for a in Aim.objects.select_related("point")}
    for stream in Stream.objects.in_force(term.census_on):
        strands = list(Strand.objects.filter(stream=stream).order_by("position"))
        pupils = {p for p, s in plain if s == strands[0].pk}
        query = f"?term={term.pk}&stream={stream.pk}"
        told = Told(client, group, query)
        assert told.head == ["Pupil", *(each.name for each in strands)]
        assert len(told.rows) == len(pupils) == len(told.lines) > 5
        for pupil in pupils:
            cells = told.cells(names[pupil])
            for (text, figures), strand in zip(cells, strands, strict=True):
                key = (pupil, strand.pk)
                check_cell(text, figures, plain[key], judged.get(key), aims.get(key))
        for text, strand in zip(told.total[1:], strands, strict=True):
            of = [due for (_, s), due in plain.items() if s == strand.pk]
            check_total(text, told.totals, f"{strand.name}: this term", of)
        pdf = client.get(reverse("class_tracker_pdf", args=[group.pk]) + query).content
        text = bare("".join(each.extract_text() for each in PdfReader(BytesIO(pdf)).pages))
        for row in (told.head, *told.rows, told.total):
            assert bare("".join(row)) in text
        assert told.about["School"] == group.school.name
        assert told.about["Class"] == group.name
        assert told.about["Term"] == str(term)
        assert HOLDS in told.about
        assert isinstance(told.about["Made on"], dt.datetime)


def test_in_a_path_every_judgement_stands_in_order(busy, sign_in):
    pupil, reading = busy.pupils[1], Strand.objects.get(code="reading")
    Judgement.objects.filter(pupil=pupil, strand=reading).delete()
    points = {int(p.value): p for p in Point.objects.filter(stream=busy.developmental)}
    for term, value in zip(busy.terms, (9, 12, 11, 15), strict=True):
        JudgementFactory(pupil=pupil, strand=reading, term=term, point=points[value])
    start = pupil.baselines.filter(strand=reading, judged_on__lte=busy.term.census_on).last()
    page = sign_in(Role.TEACHER).get(
        reverse("class_tracker", args=[busy.class_group.pk]),
        {"stream": busy.developmental.pk, "show": "path"},
    )
    (row,) = (row for row in rows_of_page(page) if row[0].startswith(str(pupil)))
    begins = start.point.code if start else "no baseline"
    assert row[2].startswith(ON.join([begins, "9", "12", "11", "15"]))


def test_what_was_judged_before_a_new_version_is_read_in_its_points(world, sign_in):
    """Points 1 to 20 become stages S1 to S10; the old judgement leads the path."""
    spring = TermFactory(year=world.term.year, season=Season.SPRING)
    WindowFactory(term=spring)
    new = Stream.objects.create(
        code="developmental", version="2.0", name="Developmental",
        proposed={}, replaces=world.developmental,
    )  # fmt: skip
    stages = [Point.objects.create(stream=new, code=f"S{n}", value=10 * n) for n in range(1, 11)]
    old = Strand.objects.get(stream=world.developmental, code="reading")
    after = Strand.objects.create(stream=new, code="reading", name="Reading", position=0)
    after.predecessors.create(before=old)
    for point in Point.objects.filter(stream=world.developmental):
        point.successors.create(after=stages[(int(point.value) - 1) // 2])
    points = {int(p.value): p for p in Point.objects.filter(stream=world.developmental)}
    pupil = world.pupils[1]
    BaselineFactory(pupil=pupil, strand=old, point=points[5])
    JudgementFactory(pupil=pupil, strand=old, term=world.term, point=points[8])
    lead = world.people[Role.ASSESSMENT_LEAD]
    Aim.objects.create(
        pupil=pupil, strand=old, year=world.term.year, point=points[13],
        set_by=lead, set_at=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    route = world.routes["semi-formal"].pk
    put_in_use(
        stream=new, starts_on=spring.starts_on, expected={route: Expected(Decimal(10), Decimal(2))}
    )
    JudgementFactory(pupil=pupil, strand=after, term=spring, point=stages[5])
    client = sign_in(Role.HEAD)
    url = reverse("class_tracker", args=[world.class_group.pk])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.localdate", lambda *_: dt.date(2027, 2, 1))
        spring_page = client.get(url, {"term": spring.pk, "show": "path"})
        autumn_page = client.get(url, {"term": world.term.pk, "show": "path"})
        tracked = client.get(reverse("pupil_tracker", args=[pupil.pk]))
    (row,) = (row for row in rows_of_page(spring_page) if row[0].startswith(str(pupil)))
    assert row[1].startswith(ON.join(["S3", "S4", "S6 some, gain +30, expected +50"]))
    assert "aim S7, 10 to go" in row[1]
    assert b"read in those of this one" in spring_page.content
    # The old version's numbers are what they were.
    (row,) = (row for row in rows_of_page(autumn_page) if row[0].startswith(str(pupil)))
    assert row[2].startswith(ON.join(["5", "8 some, gain +3, expected +4"]))
    # And the pupil's own tracker shows both, each in its own points.
    rows = rows_of_page(tracked)
    assert [row[:3] for row in rows if row[0].startswith("Reading")] == [
        ["Reading not due now", "5 15 Sep 2025", "8 some gain +3, expected +4"],
        ["Reading", "S3 15 Sep 2025", "S6 some gain +30, expected +50"],
    ]


def test_a_workbook_holds_numbers_and_no_formula(busy, sign_in):
    pupil = busy.pupils[0]
    Pupil.objects.filter(pk=pupil.pk).update(first_name="=1+1", last_name="\x0b@Evil|cmd")
    for address in (
        reverse("class_tracker_file", args=[busy.class_group.pk, "xlsx"]),
        reverse("pupil_tracker_file", args=[pupil.pk, "xlsx"]),
    ):
        response = sign_in(Role.HEAD).get(address)
        assert response["Cache-Control"] == "no-store, private"
        assert response["Content-Disposition"].startswith("attachment")
        book = load_workbook(BytesIO(response.content))
        cells = [cell for page in book for row in page.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        (evil, *_) = (c for c in cells if isinstance(c.value, str) and "Evil" in c.value)
        assert evil.value == "=1+1 @Evil|cmd"
        assert evil.quotePrefix
        for page in book:
            assert page.freeze_panes
            widths = [d.width for d in page.column_dimensions.values()]
            assert min(widths) >= 9
            assert max(widths) <= 34
        assert any(cell.data_type == "n" and isinstance(cell.value, int) for cell in cells)


def test_the_pdfs_comply_with_pdf_ua_1_and_repeat_their_heads(busy, sign_in, tmp_path):
    client, files = sign_in(Role.HEAD), []
    for number, address in enumerate(
        (
            reverse("class_tracker_pdf", args=[busy.class_group.pk]) + "?show=path",
            reverse("pupil_tracker_pdf", args=[busy.pupils[0].pk]),
        )
    ):
        response = client.get(address)
        assert response["Cache-Control"] == "no-store, private"
        files.append(tmp_path / f"{number}.pdf")
        files[-1].write_bytes(response.content)
    require_pdf_ua(files)
    pages = PdfReader(files[0]).pages
    assert len(pages) > 1
    assert pages[0].mediabox.width > pages[0].mediabox.height
    for page in pages:
        assert "Communication" in page.extract_text()
        assert "Holds pupils' personal data" in page.extract_text()


def test_the_queries_do_not_depend_on_the_number_of_pupils(world, sign_in):
    client = sign_in(Role.HEAD)
    addresses = [
        reverse("class_tracker", args=[world.class_group.pk]),
        reverse("class_aims", args=[world.class_group.pk]),
    ]

    def queries():
        counts = []
        for address in addresses:
            with CaptureQueriesContext(
                connection,
            ) as caught:
                assert client.get(address).status_code == 200
            counts.append(len(caught))
        return counts

    strand = Strand.objects.get(code="reading")
    point = Point.objects.get(stream=world.developmental, value=8)
    BaselineFactory(pupil=world.pupils[1], strand=strand, point=point)
    JudgementFactory(pupil=world.pupils[1], strand=strand, term=world.term, point=point)
    few = queries()
    for _ in range(30):
        pupil = PupilFactory()
        PlacementFactory(
            pupil=pupil, school=world.school, class_group=world.class_group,
            route=world.routes["semi-formal"],
        )  # fmt: skip
        BaselineFactory(pupil=pupil, strand=strand, point=point)
        JudgementFactory(pupil=pupil, strand=strand, term=world.term, point=point)
    assert queries() == few
    # Thirteen of them are those of any page: session, person, trust.
    assert max(few) <= 27


def test_choices_that_do_not_exist_are_told(world, sign_in):
    page = sign_in(Role.TEACHER).get(
        reverse("class_tracker", args=[world.class_group.pk]),
        {"term": "9" * 30, "stream": "x", "show": "everything"},
    )
    text = page.content.decode()
    assert "There is no such term here. Autumn 2026 is shown." in text
    assert "Nothing is due in that stream here. Another one is shown." in text
    assert "The gain is shown." in text


def test_who_sees_the_class_but_not_its_pupils_sees_no_tracker(world, sign_in):
    for name, *ending in (
        ("class_tracker",),
        ("class_tracker_pdf",),
        ("class_tracker_file", "xlsx"),
        ("class_aims",),
        ("class_aims_file", "csv"),
    ):
        address = reverse(name, args=[world.class_group.pk, *ending])
        assert sign_in(Role.TRUST_ADMIN).get(address).status_code == 403
        assert sign_in(Role.INCLUSION_LEAD).get(address).status_code == 200
        other = reverse(name, args=[world.other_class.pk, *ending])
        assert sign_in(Role.INCLUSION_LEAD).get(other).status_code == 404


def test_an_empty_class_says_what_belongs_there(world, sign_in):
    Placement.objects.filter(class_group=world.class_group).delete()
    client = sign_in(Role.HEAD)
    page = client.get(reverse("class_tracker", args=[world.class_group.pk]))
    assert b"Nothing is due in Autumn 2026" in page.content
    aims = client.get(reverse("class_aims", args=[world.class_group.pk]))
    assert b"An aim is the point" in aims.content
    assert client.get(reverse("class_tracker_pdf", args=[world.class_group.pk])).status_code == 200
    assert (
        client.get(reverse("class_tracker_file", args=[world.class_group.pk, "xlsx"])).status_code
        == 200
    )
