"""The further sections of the reports: each figure against a second reckoning, and what is read."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assessment.models import Point, PointMapping, StrandMapping, Stream
from assessment.selectors.termly import last_judged
from parrcs.core.access import Role
from pupils.models import AttendanceTotal, Outcome, Placement, Plan, Pupil, TermlyTarget
from pupils.selectors.cohorts import cohort
from reporting.choices import Part, ReportKind
from reporting.measures.small_numbers import Rules
from reporting.models import SectionText, TermCount
from reporting.reports.document import Cell, Document, cells_of, table_of
from reporting.reports.lgb import lgb_report
from reporting.reports.trustee import trust_document, trustee_report
from reporting.selectors.report_rows import trust_rows
from schools.models import ARB, School
from tests.factories.assessment import JudgementFactory, PointFactory, StrandFactory, StreamFactory
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.reporting.conftest import add_life
from tests.reporting.more_life import add_more_life
from tests.reporting.reckoning_more import WholeReckoning
from tests.reporting.test_ht_numbers import SMALL, check_everywhere, made
from tests.world import World

# The tables that governors and trustees read with nobody's small numbers in them.
FURTHER = (Part.WIDER, Part.ATTENDANCE, Part.BEHAVIOUR, Part.SAFEGUARDING, Part.CELEBRATIONS)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day of the second half of autumn 2026, from which it is reckoned what is late."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: dt.date(2026, 11, 21))


@pytest.fixture
def full(busy: World) -> World:
    """The busy trust with all that befalls it beside judgements and targets."""
    add_more_life(busy, seed=7)
    return busy


def of_trust(world: World, term: int = 3) -> Document:
    access, when = world.access(Role.TRUST_LEAD), world.terms[term]
    return trust_document(trust_rows(access, trust=world.trust, term=when))


@pytest.mark.parametrize("term", [0, 2, 3])
def test_every_figure_of_a_full_school(full: World, term: int) -> None:
    check_everywhere(full, made(full, term), term)


@given(pupils=st.integers(0, 9), seed=st.integers(0, 9_999), term=st.integers(0, 3))
@SMALL
def test_every_figure_of_any_small_trust(world: World, pupils: int, seed: int, term: int) -> None:
    with transaction.atomic():
        add_life(world, pupils=pupils, seed=seed)
        add_more_life(world, seed=seed)
        check_everywhere(world, made(world, term), term)
        transaction.set_rollback(True)


def test_the_rows_have_what_makes_it_hard(full: World) -> None:
    """Holidays, halves exactly, targets of parts, words changed: else it proves little."""
    numbers = WholeReckoning(full.school.pk, full.term.pk).numbers()
    attendance = numbers["attendance", "main"]
    assert attendance["Of these, severely absent"]["this"]["n"] > 0
    assert attendance["Pupils persistently absent"]["this"]["n"] > 5
    terms = [(each.starts_on, each.ends_on) for each in full.terms]
    between = AttendanceTotal.objects.all()
    for days in terms:
        between = between.exclude(starts_on__range=days)
    assert between.exists()
    outcomes = numbers["targets", "outcomes"]["All areas"]
    assert outcomes["changed"]["n"] > 1
    assert 1 < outcomes["carried"]["n"] < outcomes["worked_on"]["n"] < outcomes["outcomes"]["n"]
    moved = numbers["standards", "moved"]["All core areas"]
    assert all(cell["n"] > 2 for cell in moved.values())
    before = WholeReckoning(full.school.pk, full.terms[2].pk).numbers()
    for kind, row in before["compliance", "main"].items():
        assert row["this"]["of"] + numbers["compliance", "main"][kind]["this"]["of"], kind
    assert any(row["late"]["n"] for row in before["compliance", "main"].values())
    assert len({name for _, name in numbers}) > 15


# --- What moved -----------------------------------------------------------------------------


def test_what_was_judged_before_is_read_in_the_points_of_the_new_version(world: World) -> None:
    """Reading goes on in a second version: 4 became 40; 5 became nothing; own ones come first."""
    Stream.objects.filter(pk=world.developmental.pk).update(approved_until=dt.date(2026, 8, 31))
    stream = StreamFactory(
        code="developmental",
        version="2.0",
        replaces=world.developmental,
        approved_from=world.term.starts_on,
    )
    old = world.developmental.strands.get(code="reading")
    new = StrandFactory(stream=stream, code="reading", core_area=old.core_area)
    forty = PointFactory(stream=stream, value=Decimal(40))
    four, five = (Point.objects.get(stream=world.developmental, value=n) for n in (4, 5))
    StrandMapping.objects.create(before=old, after=new)
    PointMapping.objects.create(before=four, after=forty)
    for expectation in world.developmental.expectations.all():
        expectation.pk = None
        expectation.stream = stream
        expectation.save()
    mapped, lost, _ = world.pupils
    (again, _) = world.arb_pupils
    for pupil, point in ((mapped, four), (lost, five), (again, four)):
        JudgementFactory(pupil=pupil, strand=old, term=world.terms[1], point=point)
    forty_one = PointFactory(stream=stream, value=Decimal(41))
    JudgementFactory(pupil=again, strand=new, term=world.terms[2], point=forty_one)
    everyone = cohort(world.access(Role.HEAD), term=world.term)
    assert {of[0]: value for of, value in last_judged(everyone).items() if of[1] == new.pk} == {
        mapped.pk: Decimal(40),
        again.pk: Decimal(41),
    }
    for pupil in (mapped, lost, again):
        JudgementFactory(pupil=pupil, strand=new, term=world.term, point=forty)
    found = table_of(made(world)["sections"], Part.STANDARDS, "moved")
    assert found is not None
    (reading,) = (each for each in found["rows"] if each["name"] == "Reading")
    assert [cell["n"] for cell in reading["cells"]] == [3, 0, 1, 1, 1]
    check_everywhere(world, made(world), 3)


# --- What is written -------------------------------------------------------------------------


def test_comments_stand_in_their_own_report_alone(full: World) -> None:
    SectionText.objects.create(
        kind=ReportKind.TRUSTEE,
        term=full.term,
        section=Part.MODERATION,
        text="All of us.",
        changed_by=full.people[Role.TRUST_LEAD],
        changed_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
    )
    here = {each["code"]: each["comment"] for each in made(full)["sections"] if each["comment"]}
    assert here == {
        part: f"Of {part} in {full.term} at {full.school}."
        for part in (Part.ATTENDANCE, Part.MODERATION)
    }
    said = {each["code"]: each["nothing"] for each in made(full)["sections"]}
    assert "the head's own account" in said[Part.MODERATION]
    assert "the head's own account" not in said[Part.QUALITY]
    trust = {each["code"]: each for each in of_trust(full)["sections"]}
    assert trust[Part.MODERATION]["comment"] == "All of us."
    assert len(trust[Part.NEXT]["tables"][0]["rows"]) == 6
    read, _ = lgb_report(made(full), rules=Rules(), earlier=[])
    assert {each["code"] for each in read["sections"] if each["comment"]} == set(here)


def test_a_report_says_by_which_versions_it_was_made(full: World) -> None:
    streams, england = made(full)["versions"]
    assert (
        streams == "Streams and their versions: Developmental 1.0, Engagement 1.0, Engagement 2.0"
    )
    assert england == "Department for Education, Pupil attendance in schools, England, 2025/26"


def test_nought_is_not_the_same_as_not_counted(world: World) -> None:
    TermCount.objects.create(school=world.school, term=world.term, what="holds", number=0)
    found = table_of(made(world)["sections"], Part.BEHAVIOUR, "main")
    assert found is not None
    told = {each["name"]: cells_of(found, each)["this"] for each in found["rows"]}
    assert told["Physical interventions"]["n"] == 0
    assert told["Suspensions"] == Cell(kind="words", text="not counted")
    assert table_of(made(world)["sections"], Part.SAFEGUARDING, "main") is None


# --- What trustees read ----------------------------------------------------------------------


def test_the_trust_adds_up_its_schools(full: World) -> None:
    """Attendance and compliance by school are those of the schools' own reports."""
    sections = of_trust(full)["sections"]
    schools = [full.school, full.other_school]
    wanted = [WholeReckoning(each.pk, full.term.pk).numbers() for each in schools]
    attendance = table_of(sections, Part.ATTENDANCE, "attendance")
    compliance = table_of(sections, Part.COMPLIANCE, "compliance")
    assert attendance is not None
    assert compliance is not None
    for place, numbers in enumerate(wanted):
        main = numbers["attendance", "main"]
        row = cells_of(attendance, attendance["rows"][place])
        for column, name, of in (
            ("this", "Sessions attended", "this"),
            ("last", "Sessions attended", "last"),
            ("persistent", "Pupils persistently absent", "this"),
        ):
            cell, reckoned = row[column], main[name][of]
            assert [cell["n"], cell["of"]] == [reckoned["n"], reckoned["of"]]
            assert Decimal(str(cell["percent"])) == reckoned["percent"]
        cells = compliance["rows"][place]["cells"]
        owed = [each["this"] for each in numbers["compliance", "main"].values()]
        assert [(c["n"], c["of"]) for c in cells] == [(o["n"], o["of"]) for o in owed]
    for found in (attendance, compliance):
        *rows, total = found["rows"]
        for place, cell in enumerate(total["cells"]):
            if cell["kind"] == "share":
                parts = [each["cells"][place] for each in rows]
                assert cell["n"] == sum(each["n"] for each in parts)
                assert cell["of"] == sum(each["of"] for each in parts)


# --- Small numbers ----------------------------------------------------------------------------


def figures(document: Document) -> Iterator[tuple[str, Cell]]:
    for section in document["sections"]:
        for table in section["tables"]:
            for row in table["rows"]:
                yield from ((section["code"], cell) for cell in row["cells"])


@pytest.mark.parametrize("kind", ["lgb", "trustee"])
def test_nothing_small_is_read_of_the_further_sections(full: World, kind: str) -> None:
    for term in (2, 3):
        if kind == "lgb":
            read, _ = lgb_report(made(full, term), rules=Rules(), earlier=[])
        else:
            read, _ = trustee_report(of_trust(full, term), rules=Rules(), earlier=[])
        seen = [cell for code, cell in figures(read) if code in FURTHER]
        assert any(cell["kind"] == "hidden" for cell in seen)
        assert any(cell["kind"] in ("count", "share") for cell in seen)
        for cell in seen:
            if cell["kind"] in ("count", "share"):
                assert not 1 <= cell["n"] <= 5
                assert not 1 <= cell.get("of", 0) <= 5
        assert not any(
            code == Part.COMPLIANCE and "papers" not in key and 1 <= cell.get("n", 0) <= 5
            for code, cell in figures(read)
            for key in cell.get("keys", ())
        )


def test_every_sum_of_a_document_holds(full: World) -> None:
    """And each speaks of figures that stand somewhere, but for those of columns nobody reads."""
    for document in (made(full), made(full, 2), of_trust(full)):
        values: dict[str, int] = {}
        tables = [table for section in document["sections"] for table in section["tables"]]
        sums = [each for table in tables for each in table["sums"]]
        beneath = [cells for table in tables for cells in table["beneath"]]
        for cell in (each for cells in beneath for each in cells.values() if "n" in each):
            values |= dict(zip(cell["keys"], (cell["n"], cell.get("of")), strict=False))
        for _, cell in figures(document):
            for key, number in zip(
                cell.get("keys", ()), (cell.get("n"), cell.get("of")), strict=False
            ):
                if cell["kind"] in ("count", "part", "share") and number is not None:
                    assert values.setdefault(key, number) == number, key
        checked = 0
        for each in sums:
            if {each["total"], *each["parts"]} <= values.keys():
                checked += 1
                assert values[each["total"]] == sum(values[part] for part in each["parts"]), each
        assert checked > 100


def test_a_school_and_an_arb_that_have_closed_keep_what_they_had(full: World) -> None:
    """All who were in them go on elsewhere: last term's figures still add up to the trust's."""
    with transaction.atomic():
        after = full.terms[2].census_on + dt.timedelta(days=1)
        there = Placement.objects.filter(Q(school=full.other_school) | Q(arb=full.arb))
        there.filter(starts_on__gt=after).delete()
        there.filter(ends_on=None).update(ends_on=after)
        School.objects.filter(pk=full.other_school.pk).update(closed_on=after)
        ARB.objects.filter(pk=full.arb.pk).update(closed_on=after)
        read, _ = trustee_report(of_trust(full), rules=Rules(), earlier=[])
        names = [each["name"] for each in read["sections"][0]["tables"][0]["rows"]]
        assert full.other_school.name in names
        assert any(full.arb.name in name for name in names)
        check_everywhere(full, made(full, 3), 3)
        transaction.set_rollback(True)


# --- Cost -----------------------------------------------------------------------------------


def test_the_rows_cost_the_same_for_few_and_many(world: World) -> None:
    add_life(world, pupils=2, seed=1)
    Pupil.objects.update(looked_after=True)
    add_more_life(world, seed=1)

    def cost() -> tuple[int, int]:
        found = []
        for make in (made, of_trust):
            with CaptureQueriesContext(connection) as queries:
                make(world)
            found.append(len(queries))
        return found[0], found[1]

    cost()  # the first one reads the trust's name
    few = cost()
    for n in range(30):
        pupil = PupilFactory(looked_after=n % 2 == 0)
        PlacementFactory(pupil=pupil, school=world.school, route=world.routes["formal"])
        AttendanceTotal.objects.create(
            pupil=pupil,
            starts_on=world.term.starts_on,
            ends_on=world.term.ends_on,
            possible=10,
            attended=9,
            authorised=1,
        )
        plan = Plan.objects.create(pupil=pupil, kind="ehcp", starts_on=dt.date(2025, 9, 1))
        outcome = Outcome.objects.create(plan=plan, area="semh", text="Joins in.")
        TermlyTarget.objects.create(
            outcome=outcome, pupil=pupil, term=world.term, walt="ask", wilf="twice"
        )
    assert cost() == few
    assert few[0] <= 60
