"""A pupil moves from a school to an ARB of another in mid-term: each count, worked by hand.

The cast: Curlew of Beacon School has three pupils, one on each route; Tern, of its ARB, two on the
formal route; Dunlin of Moor School two on the semi-formal one. The developmental stream has three
strands and is due on all routes (0.5, 1 and 2 points a term), engagement has two and is due on the
pre-formal route. So due are, in Curlew, 3 + 2, 3 and 3: 11; in Tern 2 x 3: 6; in Dunlin 2 x 3: 6.

The mover is of Dunlin, at 5 since September 2025, which is four terms: 4 points are expected on the
semi-formal route, 8 on the formal one. Judged are 9 in reading and 12 in writing, 4 and 7 points
more: expected and better on the semi-formal route (7 is over 1.5 x 4), some and some on the formal
one. A target is met. Nobody else is judged.
"""

import csv
import io
from typing import NamedTuple

import pytest
from django.urls import reverse

from assessment.models import Strand
from assessment.selectors.classes import class_list
from assessment.selectors.coverage import Coverage
from assessment.selectors.windows import school_window
from parrcs.core.access import Role
from pupils.choices import TargetOutcome
from pupils.models import TermlyTarget
from reporting.reports.ht import ht_report
from reporting.selectors.reports import report_list
from reporting.selectors.trackers import class_tracker
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.pupils.conftest import TODAY, move, words
from tests.pupils.pages import points
from tests.reporting.plain_compare import file
from tests.reporting.reading import of_document
from tests.world import give_target


class Row(NamedTuple):
    """What a report or a comparison says of a school, an ARB or the trust."""

    pupils: int
    due: int
    none: int = 0
    some: int = 0
    expected: int = 0
    better: int = 0
    targets_met: int = 0

    @property
    def judged(self):
        return self.none + self.some + self.expected + self.better


class Told(NamedTuple):
    """All that is counted, by the day of the move."""

    beacon: Row
    arb: Row
    moor: Row
    beacon_as_taught: Row
    marks: tuple[str, str]


# Registered at Moor on 1 October, and judged by the semi-formal route of that day.
AFTER_CENSUS = Told(
    beacon=Row(5, 17),
    arb=Row(2, 6),
    moor=Row(2, 6, expected=1, better=1, targets_met=1),
    beacon_as_taught=Row(3, 11),
    marks=("expected", "better"),
)
# In the ARB by then, so registered at Beacon, on the formal route.
BEFORE_CENSUS = Told(
    beacon=Row(6, 20, some=2, targets_met=1),
    arb=Row(3, 9, some=2, targets_met=1),
    moor=Row(1, 3),
    beacon_as_taught=Row(3, 11),
    marks=("some", "some"),
)
DAYS = {
    "2026-11-02": AFTER_CENSUS,
    "2026-10-02": AFTER_CENSUS,
    "2026-10-01": BEFORE_CENSUS,
    "2026-09-14": BEFORE_CENSUS,
}


@pytest.fixture
def mover(world):
    pupil = world.other_pupils[0]
    scale = points(world.developmental)
    strands = {each.code: each for each in Strand.objects.filter(stream=world.developmental)}
    for strand in strands.values():
        BaselineFactory(pupil=pupil, strand=strand, point=scale[5])
    for code, value in (("reading", 9), ("writing", 12)):
        JudgementFactory(pupil=pupil, strand=strands[code], term=world.term, point=scale[value])
    target = give_target(pupil, world.term)
    TermlyTarget.objects.filter(pk=target.pk).update(judged=TargetOutcome.MET)
    return pupil


def compared(client, world, lens):
    found = {}
    for name, row in file(client, term=world.term.pk, strand="all", lens=lens).items():
        found[name] = Row(
            *(
                int(row[each])
                for each in (
                    "Pupils on roll",
                    "Judgements due",
                    "None",
                    "Some",
                    "Expected",
                    "Better",
                    "Targets met",
                )
            )
        )
    return found


def of_place(row):
    share, _, interval = row["share"].partition(", ")
    assert bool(interval) == (share != "not judged yet")
    return row["pupils"], row["coverage"], share.rpartition("% ")[2]


def by_hand(row, other=0):
    """What stands of a place, of the core areas: the strands due in others count apart."""
    good = row.expected + row.better
    share = f"{good} of {row.judged}" if row.judged else "not judged yet"
    return f"{row.pupils}", f"{row.judged} of {row.due - other}", share


@pytest.mark.parametrize("day", DAYS)
def test_every_count_in_every_lens_and_report_after_a_move_to_an_arb(world, sign_in, mover, day):
    told, lead = DAYS[day], sign_in(Role.TRUST_LEAD)
    typed = {
        "school": world.school.pk,
        "arb": world.arb.pk,
        "class_group": world.arb_class.pk,
        "route": world.routes["formal"].pk,
        "starts_on": day,
    }
    saved = move(lead, reverse("pupil_place", args=[mover.pk]), typed)
    assert saved.status_code == 302
    beacon, moor, arb = world.school.name, world.other_school.name, world.arb.name

    # Compare, in both lenses: the rows that add up are 7 pupils, 23 due and 2 judged in each.
    registered, taught = (compared(lead, world, lens) for lens in ("registered", "taught"))
    assert registered == {
        beacon: told.beacon,
        arb: told.arb,
        moor: told.moor,
        "Whole trust": registered["Whole trust"],
    }
    assert taught == {
        beacon: told.beacon_as_taught,
        arb: told.arb,
        moor: told.moor,
        "Whole trust": registered["Whole trust"],
    }
    whole = registered["Whole trust"]
    assert (whole.pupils, whole.due, whole.judged, whole.targets_met) == (7, 23, 2, 1)
    for rows in ([told.beacon, told.moor], [told.beacon_as_taught, told.arb, told.moor]):
        for number in range(len(Row._fields)):
            assert sum(row[number] for row in rows) == whole[number]

    access = world.access(Role.TRUST_LEAD)
    # The head teacher reports: where registered on the census day, the ARB shown apart.
    for school, row in ((world.school, told.beacon), (world.other_school, told.moor)):
        report = ht_report(access, school=school, term=world.term)
        read = of_document(report)
        assert read.tables["roll", "all"]["All pupils"]["pupils"] == str(row.pupils)
        coverage = read.tables["standards", "coverage"]["All strands of all streams"]
        assert coverage["coverage"] == f"{row.judged} of {row.due}"
        if row.targets_met:
            met = read.tables["targets", "areas"]["All areas"]
            assert int(met["set"]) - int(met["not_judged"]) == row.targets_met
        else:
            assert read.nothing["targets"] == "No termly targets were set for this term."
        if school == world.school:
            places = list(read.tables["places", "places"].values())
            wanted = [by_hand(row, 2), by_hand(told.beacon_as_taught, 2), by_hand(told.arb)]
            assert [of_place(each) for each in places] == wanted
        else:
            assert ("places", "places") not in read.tables
    listed = {
        (each.school, each.term): (each.pupils, each.judged, each.due)
        for each in report_list(access, year_id="").reports
    }
    for school, row in ((world.school, told.beacon), (world.other_school, told.moor)):
        assert listed[school, world.term] == (row.pupils, row.judged, row.due)

    # By class, as judgements are entered: the class where the pupil is last in the term, once.
    # Tern has its own 2 x 3 and the mover's 3 and target, of which 2 and the target are in.
    classes = {each.class_group: each.coverage for each in class_list(access).classes}
    assert classes == {
        world.class_group: Coverage(3, 0, 11),
        world.arb_class: Coverage(3, 3, 10),
        world.other_class: Coverage(1, 0, 3),
    }
    windows = [
        school_window(access, school=school, term=world.term).total
        for school in (world.school, world.other_school)
    ]
    assert windows == [Coverage(6, 3, 21), Coverage(1, 0, 3)]

    # The trackers of both classes: one has the mover, by the route of the census day.
    tern, dunlin = (
        class_tracker(
            access, class_group=group, term=str(world.term.pk), stream="", show="", today=TODAY
        )
        for group in (world.arb_class, world.other_class)
    )
    (cells,) = [cells for placement, cells in tern.rows if placement.pupil == mover]
    assert [cell.mark for cell in cells if cell.mark] == list(told.marks)
    assert (tern.total.judged, tern.total.due) == (2, 9)
    assert mover not in [placement.pupil for placement, _ in dunlin.rows]
    assert (dunlin.total.judged, dunlin.total.due) == (0, 3)


@pytest.mark.parametrize("day", DAYS)
def test_the_list_of_pupils_has_the_mover_once_where_they_are_now(world, sign_in, mover, day):
    lead = sign_in(Role.TRUST_LEAD)
    typed = {
        "school": world.school.pk,
        "arb": world.arb.pk,
        "class_group": world.arb_class.pk,
        "route": world.routes["formal"].pk,
        "starts_on": day,
    }
    move(lead, reverse("pupil_place", args=[mover.pk]), typed)
    beacon, moor, arb = world.school.name, world.other_school.name, world.arb.name
    counts = {"": [(beacon, 6), (moor, 1)], "taught": [(beacon, 3), (arb, 3), (moor, 1)]}
    # Each school or ARB that is chosen lists as many as its row counts; a file has the same.
    sizes = {
        "": {f"school-{world.school.pk}": 6, f"school-{world.other_school.pk}": 1},
        "taught": {f"school-{world.school.pk}": 3, f"arb-{world.arb.pk}": 3},
    }
    for lens, wanted in counts.items():
        response = lead.get(reverse("pupils"), {"lens": lens})
        assert counted_by_place(response) == wanted
        assert sum(pupils for _, pupils in wanted) == response.context["page"].paginator.count == 7
        upns = [row["UPN"] for row in in_file(lead, lens=lens)]
        assert len(upns) == len(set(upns)) == 7
        for place, pupils in sizes[lens].items():
            page = lead.get(reverse("pupils"), {"lens": lens, "place": place})
            assert page.context["page"].paginator.count == pupils
            rows = in_file(lead, lens=lens, place=place)
            assert len(rows) == pupils
            there = mover.upn in [row["UPN"] for row in rows]
            assert there is (
                place == (f"arb-{world.arb.pk}" if lens else f"school-{world.school.pk}")
            )
    # The head of Beacon has the mover on roll; the host's contact sees them in the ARB.
    assert mover.last_name in words(sign_in(Role.HEAD).get(reverse("pupils")))
    assert mover.last_name in words(sign_in(Role.HOST_LINK).get(reverse("pupils")))


def counted_by_place(response):
    """How many the page says are on roll in each place."""
    return [(each.name, each.here) for each in response.context["counts"].places]


def in_file(client, **chosen):
    text = client.get(reverse("pupils_file", args=["csv"]), chosen).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_lens_that_does_not_exist_is_told_and_offered_only_where_it_matters(world, sign_in):
    lead = sign_in(Role.TRUST_LEAD)
    response = lead.get(reverse("pupils"), {"lens": "both"})
    assert "They are counted where registered." in words(response)
    assert counted_by_place(response) == [
        (world.school.name, 5),
        (world.other_school.name, 2),
    ]
    assert lead.get(reverse("pupils_file", args=["csv"]), {"lens": "both"}).status_code == 404
    assert "Count pupils" in words(sign_in(Role.HEAD).get(reverse("pupils")))
    for role in (Role.TEACHER, Role.HOST_LINK):
        assert "Count pupils" not in words(sign_in(role).get(reverse("pupils")))
