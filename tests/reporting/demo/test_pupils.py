"""Who is on roll in the demo, and where."""

import datetime as dt
from collections import Counter, defaultdict
from itertools import pairwise

from pupils.measures import upn_check_letter
from tests.reporting.demo.rows import DAY


def test_about_nine_hundred_pupils_are_on_roll_at_each_census(demo):
    for term in demo.terms:
        assert 880 <= len(demo.on(term.census_on)) <= 930, term.term


def test_nobody_is_in_two_places(demo):
    by_pupil = defaultdict(list)
    for placement in demo.rows["placement"]:
        by_pupil[placement.upn].append(placement)
    assert set(by_pupil) == {p.upn for p in demo.rows["pupil"]}
    for placements in by_pupil.values():
        placements.sort(key=lambda p: p.starts_on)
        for one, following in pairwise(placements):
            assert one.ends_on is not None
            assert one.starts_on <= one.ends_on < following.starts_on


def test_upns_are_right_and_once_only(demo):
    upns = [p.upn for p in demo.rows["pupil"]]
    assert len(set(upns)) == len(upns)
    assert all(upn[0] == upn_check_letter(upn[1:]) for upn in upns)
    assert any(upn[-1] == "A" for upn in upns)


def test_birthdays_fit_a_special_school(demo):
    born = {p.upn: p.born_on for p in demo.rows["pupil"]}
    ages = []
    for term in demo.terms:
        if term.starts_on == term.year_starts_on:
            for upn in demo.on(term.census_on):
                day = born[upn]
                start = term.year_starts_on
                ages.append(start.year - day.year - ((day.month, day.day) >= (9, 1)))
    assert set(ages) == set(range(4, 19))


def test_characteristics_are_those_of_special_schools(demo):
    here = demo.on(demo.begun[-1].census_on)
    pupils = [p for p in demo.rows["pupil"] if p.upn in here]
    needs = Counter(p.primary_need for p in pupils)
    assert needs.most_common(1)[0][0] == "ASD"
    assert {"SLD", "PMLD", "SEMH", "SLCN", "PD"} <= set(needs)

    def share(column: str) -> float:
        return sum(getattr(p, column) for p in pupils) / len(pupils)

    assert 0.40 < share("pupil_premium") < 0.50
    assert 0.025 < share("looked_after") < 0.05
    assert 0.09 < share("eal") < 0.15
    assert all(p.pupil_premium for p in pupils if p.looked_after)


def test_classes_are_small(demo):
    sizes = Counter((p.school, p.arb, p.class_name) for p in demo.on(DAY).values())
    assert max(sizes.values()) <= 13
    assert 8 <= sum(sizes.values()) / len(sizes) <= 10


def test_pupils_move_join_and_leave_in_the_middle_of_terms(demo):
    inside = [(t.starts_on + dt.timedelta(days=1), t.ends_on) for t in demo.begun]

    def mid_term(day: dt.date | None) -> bool:
        return day is not None and any(a <= day <= b for a, b in inside)

    by_pupil = defaultdict(list)
    for placement in sorted(demo.rows["placement"], key=lambda p: p.starts_on):
        by_pupil[placement.upn].append(placement)
    joined = sum(mid_term(stays[0].starts_on) for stays in by_pupil.values())
    left = sum(mid_term(stays[-1].ends_on) for stays in by_pupil.values())
    moves: Counter[tuple[str, str, bool]] = Counter()
    for stays in by_pupil.values():
        for one, following in pairwise(stays):
            if (one.school, one.arb) != (following.school, following.arb):
                moves[
                    "ARB" if one.arb else "school",
                    "ARB" if following.arb else "school",
                    mid_term(following.starts_on),
                ] += 1
    assert joined > 20
    assert left > 10
    for way in (("school", "school"), ("school", "ARB"), ("ARB", "school")):
        assert moves[(*way, False)] + moves[(*way, True)] > 3, way
    assert sum(n for (*_, mid), n in moves.items() if mid) > 15
