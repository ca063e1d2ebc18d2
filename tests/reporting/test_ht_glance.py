"""The five lines at the top of the report: the rules that choose them, by hand-made numbers."""

from typing import Any

import pytest

from reporting.reports.figures import AreaRow, Row, Share, change, share
from reporting.reports.glance import Line, at_a_glance

LOWEST = "Writing is the lowest of the core areas."


def row(name: str, n: int, of: int, *, pupils: int = 20, due: int = 0, judged: int = 0) -> Row:
    return Row(
        name=name,
        pupils=pupils,
        due=due or of,
        judged=judged or of,
        no_baseline=0,
        compared=min(of, pupils),
        none=0,
        some=of - n,
        expected=n,
        better=0,
        bands=[],
        share=share(n, of),
    )


def area(name: str, n: int, of: int, last: tuple[int, int] | None = None) -> AreaRow:
    before: Share | None = share(*last) if last else None
    made = row(name, n, of)
    return AreaRow(**made, last=before, change=change(made["share"], before))


def lines(**changed: Any) -> dict[str, Line]:
    """Return the five lines by what they speak of, in an ordinary term but for what is changed."""
    ordinary: dict[str, Any] = {
        "core": [area("Reading", 80, 100, (78, 100)), area("Writing", 75, 100, (74, 100))],
        "core_total": area("All core areas", 155, 200, (152, 200)),
        "last_term": "Summer 2026",
        "groups": [("Formal route", row("Formal", 40, 50))],
        "coverage": row("All strands", 155, 200),
        "targets_set": 40,
        "targets_not_judged": 0,
        "targets": share(30, 40),
    }
    found = at_a_glance(**{**ordinary, **changed})
    assert len(found) == 5
    marks = [line["mark"] for line in found]
    assert marks == sorted(marks, key=["none", "some", "better", "expected"].index)
    words = {
        "core": ("core area", "Writing", "Reading"),
        "group": ("group", "route", "ARB"),
        "overall": ("overall", "Overall"),
        "coverage": ("udgement is", "udgements are"),
        "targets": ("target",),
    }
    return {
        key: next(line for line in found if any(word in line["lead"] for word in those))
        for key, those in words.items()
    }


def test_an_ordinary_term() -> None:
    found = lines()
    assert {line["mark"] for line in found.values()} == {"expected"}
    assert found["core"]["lead"] == "Writing is the lowest of the core areas."
    assert found["core"]["rest"].startswith("75 of 100 judgements at or above expected (75\u00a0%")
    assert found["group"]["lead"] == "No group or ARB stands out."
    assert found["overall"]["lead"] == "Progress overall has held since Summer 2026."
    assert found["coverage"]["lead"] == "All judgements are in."
    assert found["targets"]["lead"] == "Termly targets: 30 of 40 judged were met."


@pytest.mark.parametrize(
    ("writing", "mark", "lead"),
    [
        (area("Writing", 60, 100, (70, 100)), "none", "Writing has fallen most since Summer 2026."),
        (
            area("Writing", 70, 100, (74, 100)),
            "expected",
            "Writing is the lowest of the core areas.",
        ),
        (area("Writing", 50, 100, (50, 100)), "some", "Writing is the lowest of the core areas."),
        (area("Writing", 60, 100), "some", "Writing is the lowest of the core areas."),
        (area("Writing", 0, 0), "expected", "Reading is the only core area judged."),
    ],
)
def test_the_core_area_to_look_at(writing: AreaRow, mark: str, lead: str) -> None:
    reading = area("Reading", 80, 100, (82, 100))
    line = lines(core=[reading, writing])["core"]
    assert (line["mark"], line["lead"]) == (mark, lead)


@pytest.mark.parametrize(
    ("group", "mark", "words"),
    [
        (row("Formal", 20, 50), "none", "is well below the school"),
        (row("Formal", 32, 50), "some", "may be below the school"),
        (row("Formal", 45, 50), "better", "may be above the school"),
        (row("Formal", 50, 50), "better", "is well above the school"),
    ],
)
def test_the_group_that_stands_out(group: Row, mark: str, words: str) -> None:
    line = lines(groups=[("Formal route", group)])["group"]
    assert (line["mark"], line["lead"]) == (mark, f"Formal route {words}.")
    assert line["rest"].endswith("beside 78\u00a0% for all.")


def test_a_large_group_of_whom_few_are_judged_says_nothing() -> None:
    few = row("Formal", 0, 5, pupils=20)
    assert lines(groups=[("Formal route", few)])["group"]["lead"] == "No group or ARB stands out."


def test_a_group_beyond_chance_comes_before_one_that_may_be() -> None:
    groups = [
        ("Formal route", row("Formal", 32, 50)),
        ("Tide ARB", row("Tide", 60, 60)),
        ("Year 3", row("Year 3", 0, 5, pupils=1)),
    ]
    assert lines(groups=groups)["group"]["lead"] == "Tide ARB is well above the school."


@pytest.mark.parametrize(
    ("total", "mark", "words"),
    [
        (area("All", 155, 200, (185, 200)), "none", "has fallen since Summer 2026"),
        (area("All", 155, 200, (125, 200)), "better", "has risen since Summer 2026"),
    ],
)
def test_overall_progress_that_moved(total: AreaRow, mark: str, words: str) -> None:
    line = lines(core_total=total)["overall"]
    assert (line["mark"], line["lead"]) == (mark, f"Progress overall {words}.")


def test_the_first_term_of_all() -> None:
    line = lines(core_total=area("All", 155, 200), last_term=None)["overall"]
    assert line["lead"] == "Progress overall."
    assert "None" not in line["rest"]


@pytest.mark.parametrize(
    ("judged", "mark"), [(200, "expected"), (199, "some"), (180, "some"), (179, "none")]
)
def test_what_is_missing(judged: int, mark: str) -> None:
    line = lines(coverage=row("All strands", 100, judged, due=200))["coverage"]
    assert line["mark"] == mark
    assert line["rest"] == f"{judged} of 200 made in all strands."


def test_nothing_due_nothing_judged_no_targets() -> None:
    nothing = area("All core areas", 0, 0)
    found = lines(
        core=[nothing],
        core_total=nothing,
        groups=[],
        coverage=row("All strands", 0, 0),
        targets_set=0,
        targets=share(0, 0),
    )
    assert found["coverage"]["lead"] == "No judgements are due."
    assert found["group"]["lead"] == "No group can be compared yet."
    assert found["targets"]["lead"] == "No termly targets are set."
    waiting = lines(targets_set=7, targets_not_judged=7, targets=share(0, 0))["targets"]
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
