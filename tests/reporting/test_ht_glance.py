"""The lines at the top of the report: the rules that choose them, by hand-made numbers."""

from typing import Any, NamedTuple

import pytest

from reporting.choices import Part
from reporting.reports.document import (
    Cell,
    Line,
    Section,
    count,
    hidden,
    moved,
    part,
    row,
    section,
    shared,
    table,
    words,
)
from reporting.reports.figures import Share, change, share
from reporting.reports.glance import at_a_glance

LOWEST = "Writing is the lowest of the core areas."


class Given(NamedTuple):
    """The numbers of an area, a group or the targets: n of N, those of last term, how many."""

    name: str
    n: int
    of: int
    last: tuple[int, int] | None = None
    pupils: int = 20
    hides: bool = False


def told(found: Share, *, few: bool = False) -> Cell:
    return shared(("at", "compared"), found, why="not judged yet", few=few)


def area_row(given: Given, *, total: bool = False) -> Any:
    this = hidden() if given.hides else told(share(given.n, given.of))
    last = told(share(*given.last)) if given.last else words("no term before")
    return row(given.name, given.name, [this, last, moved(this, last)], total=total)


def group_row(given: Given) -> Any:
    few = min(given.of, given.pupils) < 6
    cell = hidden() if given.hides else told(share(given.n, given.of), few=few)
    return row(given.name, given.name, [cell])


def of_areas(areas: list[Given], total: Given, coverage: Cell) -> Section:
    progress = (("share", "At or above"), ("last", "Last"), ("change", "Change"))
    lines = [*map(area_row, areas), area_row(total, total=True)]
    judged = (("coverage", "Judged of due"), ("no_baseline", "No baseline"))
    return section(
        Part.STANDARDS,
        "Progress",
        tables=[
            table("core", "Core areas", head="Area", columns=progress, rows=lines),
            table(
                "coverage",
                "Judgements",
                head="Strands",
                columns=judged,
                rows=[row("all", "All", [coverage, count("apart", 0)])],
            ),
        ],
    )


def of_groups(groups: list[tuple[str, Given]], arbs: list[Given]) -> list[Section]:
    columns = (("share", "At or above"),)
    by_head = {head: [each for of, each in groups if of == head] for head, _ in groups}
    found = [
        section(
            Part.GROUPS,
            "Groups",
            tables=[
                table(head, head, head=head, columns=columns, rows=[*map(group_row, rows)])
                for head, rows in by_head.items()
            ],
        )
    ]
    if arbs:
        school = [Given("All registered", 0, 0), Given("Outside", 0, 0)]
        rows = [*map(group_row, (*school, *arbs))]
        tables = [table("places", "Places", head="Place", columns=columns, rows=rows)]
        found.append(section(Part.PLACES, "Places", tables=tables))
    return found


def of_targets(number: int, left: int, met: Given) -> Section:
    if not number:
        return section(Part.TARGETS, "Targets", nothing="None were set.")
    columns = (("set", "Set"), ("not_judged", "Not judged"), ("share", "Met"))
    cell = hidden() if met.hides else told(share(met.n, met.of))
    line = row("all", "All", [count("set", number), count("left", left), cell], total=True)
    return section(
        Part.TARGETS,
        "Targets",
        tables=[table("areas", "Targets", head="Area", columns=columns, rows=[line])],
    )


ORDINARY: dict[str, Any] = {
    "core": [Given("Reading", 80, 100, (78, 100)), Given("Writing", 75, 100, (74, 100))],
    "core_total": Given("All core areas", 155, 200, (152, 200)),
    "last_term": "Summer 2026",
    "groups": [("Route", Given("Formal", 40, 50))],
    "arbs": [],
    "coverage": part(("judged", "due"), 200, 200),
    "targets_set": 40,
    "targets_not_judged": 0,
    "targets": Given("All", 30, 40),
}


def some_lines(**changed: Any) -> list[Line]:
    """Return the lines of an ordinary term but for what is changed."""
    given = {**ORDINARY, **changed}
    found = at_a_glance(
        [
            of_areas(given["core"], given["core_total"], given["coverage"]),
            *of_groups(given["groups"], given["arbs"]),
            of_targets(given["targets_set"], given["targets_not_judged"], given["targets"]),
        ],
        last_term=given["last_term"],
    )
    marks = [line["mark"] for line in found]
    assert marks == sorted(marks, key=["none", "some", "better", "expected"].index)
    return found


def lines(**changed: Any) -> dict[str, Line]:
    """Return the five lines by what they speak of."""
    found = some_lines(**changed)
    assert len(found) == 5
    said = {
        "core": ("core area", "Writing", "Reading"),
        "group": ("group", "route", "ARB"),
        "overall": ("overall", "Overall"),
        "coverage": ("udgement is", "udgements are"),
        "targets": ("target",),
    }
    return {
        key: next(line for line in found if any(word in line["lead"] for word in those))
        for key, those in said.items()
    }


def test_an_ordinary_term() -> None:
    found = lines()
    assert {line["mark"] for line in found.values()} == {"expected"}
    assert {line["label"] for line in found.values()} == {"Steady"}
    assert found["core"]["lead"] == LOWEST
    assert found["core"]["rest"].startswith("75 of 100 judgements at or above expected (75\u00a0%")
    assert found["group"]["lead"] == "No group or ARB stands out."
    assert found["overall"]["lead"] == "Progress overall has held since Summer 2026."
    assert found["coverage"]["lead"] == "All judgements are in."
    assert found["targets"]["lead"] == "Termly targets: 30 of 40 judged were met."
    parts = {key: line["part"] for key, line in found.items()}
    assert parts == {
        "core": "standards",
        "group": "groups",
        "overall": "standards",
        "coverage": "standards",
        "targets": "targets",
    }


@pytest.mark.parametrize(
    ("writing", "mark", "lead"),
    [
        (
            Given("Writing", 60, 100, (70, 100)),
            "none",
            "Writing has fallen most since Summer 2026.",
        ),
        (Given("Writing", 70, 100, (74, 100)), "expected", LOWEST),
        (Given("Writing", 50, 100, (50, 100)), "some", LOWEST),
        (Given("Writing", 60, 100), "some", LOWEST),
        (Given("Writing", 0, 0), "expected", "Reading is the only core area judged."),
        (Given("Writing", 1, 100, (90, 100), hides=True), "expected", "Reading is the only core"),
    ],
)
def test_the_core_area_to_look_at(writing: Given, mark: str, lead: str) -> None:
    reading = Given("Reading", 80, 100, (82, 100))
    line = lines(core=[reading, writing])["core"]
    assert line["mark"] == mark
    assert line["lead"].startswith(lead)


def test_nothing_is_said_to_be_missing_where_it_is_hidden() -> None:
    areas = [Given(name, 1, 4, hides=True) for name in ("Reading", "Writing")]
    assert not [each for each in some_lines(core=areas) if "core area" in each["lead"]]
    leads = {each["lead"] for each in some_lines(core_total=Given("All", 3, 4, hides=True))}
    assert not any("overall" in each or "stands out" in each for each in leads)
    leads = {each["lead"] for each in some_lines(coverage=hidden())}
    assert not any("udgements are" in each for each in leads)
    leads = {each["lead"] for each in some_lines(targets=Given("All", 1, 2, hides=True))}
    assert not any("target" in each for each in leads)


@pytest.mark.parametrize(
    ("group", "mark", "said"),
    [
        (Given("Formal", 20, 50), "none", "is well below the school"),
        (Given("Formal", 32, 50), "some", "may be below the school"),
        (Given("Formal", 45, 50), "better", "may be above the school"),
        (Given("Formal", 50, 50), "better", "is well above the school"),
    ],
)
def test_the_group_that_stands_out(group: Given, mark: str, said: str) -> None:
    line = lines(groups=[("Route", group)])["group"]
    assert (line["mark"], line["lead"]) == (mark, f"Formal route {said}.")
    assert line["rest"].endswith("beside 78\u00a0% for all.")


def test_a_large_group_of_whom_few_are_judged_says_nothing() -> None:
    few = Given("Formal", 0, 5, pupils=20)
    line = lines(groups=[("Route", few)])["group"]
    assert line["lead"] == "No group or ARB stands out."
    assert "6 pupils or more (0)" in line["rest"]


def test_a_group_beyond_chance_comes_before_one_that_may_be() -> None:
    groups = [
        ("Route", Given("Formal", 32, 50)),
        ("Year group", Given("Year 3", 0, 5, pupils=1)),
        ("Year group", Given("Year 4", 0, 60, hides=True)),
    ]
    found = lines(groups=groups, arbs=[Given("Tide ARB", 60, 60)])["group"]
    assert (found["lead"], found["part"]) == ("Tide ARB is well above the school.", "places")


@pytest.mark.parametrize(
    ("total", "mark", "said"),
    [
        (Given("All", 155, 200, (185, 200)), "none", "has fallen since Summer 2026"),
        (Given("All", 155, 200, (125, 200)), "better", "has risen since Summer 2026"),
    ],
)
def test_overall_progress_that_moved(total: Given, mark: str, said: str) -> None:
    line = lines(core_total=total)["overall"]
    assert (line["mark"], line["lead"]) == (mark, f"Progress overall {said}.")


def test_the_first_term_of_all() -> None:
    line = lines(core_total=Given("All", 155, 200), last_term=None)["overall"]
    assert line["lead"] == "Progress overall."
    assert "None" not in line["rest"]


@pytest.mark.parametrize(
    ("judged", "mark"), [(200, "expected"), (199, "some"), (180, "some"), (179, "none")]
)
def test_what_is_missing(judged: int, mark: str) -> None:
    line = lines(coverage=part(("judged", "due"), judged, 200))["coverage"]
    assert line["mark"] == mark
    assert line["rest"] == f"{judged} of 200 made in all strands."


def test_nothing_due_nothing_judged_no_targets() -> None:
    nothing = Given("All core areas", 0, 0)
    found = some_lines(
        core=[nothing],
        core_total=nothing,
        groups=[],
        coverage=part(("judged", "due"), 0, 0),
        targets_set=0,
    )
    assert [line["lead"] for line in found] == [
        "No progress can be shown in the core areas yet.",
        "No judgements are due.",
        "No termly targets are set.",
    ]
    nothing_met = Given("All", 0, 0)
    waiting = lines(targets_set=7, targets_not_judged=7, targets=nothing_met)["targets"]
    assert waiting["rest"] == "7 of 7 are waiting."
    some = lines(targets_set=41, targets_not_judged=1)["targets"]
    assert some["mark"] == "some"
    assert some["rest"].endswith("1 of 41 not yet judged.")


@pytest.mark.parametrize(
    ("n", "of", "percent"), [(1, 8, 13), (1, 200, 1), (1, 201, 0), (2, 3, 67), (3, 3, 100)]
)
def test_a_half_is_rounded_up(n: int, of: int, percent: int) -> None:
    assert share(n, of)["percent"] == percent


def test_change_is_reckoned_before_rounding() -> None:
    assert change(share(21, 29), share(14, 26)) == 19  # 72 and 54 as shown
    assert change(share(14, 26), share(21, 29)) == -19
    assert change(share(1, 2), share(101, 200)) == -1  # half a point, away from nought
    assert change(share(1, 2), share(0, 0)) is None
    assert change(share(1, 2), None) is None
