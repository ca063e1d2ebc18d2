"""Progress in the demo, reckoned without the code of the application."""

import datetime as dt
from collections import Counter, defaultdict
from math import sqrt
from typing import Any

from tests.reporting.demo.rows import DAY, Seeded


def reached(demo: Seeded, term: Any) -> dict[tuple[str, str], list[bool]]:
    """Return who is at or above expected, by place and by strand, of those on roll and judged."""
    census_days = [t.census_on for t in demo.terms]
    expected = {(e.stream, e.route): e.points_a_term for e in demo.rows["expectation"]}
    bases = defaultdict(list)
    for base in demo.rows["baseline"]:
        bases[base.upn, base.stream, base.strand].append(base)
    here = demo.on(term.census_on)
    found = defaultdict(list)
    for j in demo.rows["judgement"]:
        if j.term != term.term or j.upn not in here:
            continue
        (base,) = (
            b
            for b in bases[j.upn, j.stream, j.strand]
            if b.judged_on <= term.ends_on
            and (b.replaced_on is None or b.replaced_on > term.ends_on)
        )
        terms = sum(base.judged_on <= day <= term.census_on for day in census_days)
        placed = here[j.upn]
        wanted = expected[j.stream, placed.route] * terms
        gain = j.value - base.value
        at = gain >= wanted and (gain > 0 or wanted == 0)
        for place in {placed.school, placed.arb, "trust"} - {None}:
            found[place, j.strand].append(at)
            if j.stream == "developmental":
                found[place, "core"].append(at)
    return found


def limits(share: float, size: int) -> tuple[float, float]:
    """Return the 99.8 % limits of a share at a size."""
    half = 3.0902 * sqrt(share * (1 - share) / size)
    return share - half, share + half


def test_about_three_quarters_are_at_or_above_expected(demo):
    for term in demo.begun:
        core = reached(demo, term)["trust", "core"]
        assert 0.70 <= sum(core) / len(core) <= 0.80, term.term


def test_moorland_is_behind_in_reading_and_writing_and_nobody_else(demo):
    places = [s.name for s in demo.rows["school"] if s.of_trust]
    places += [arb.name for arb in demo.rows["arb"]]
    for term in demo.begun[-2:]:
        found = reached(demo, term)
        for strand in ("communication", "reading", "writing", "number", "core"):
            rate = sum(found["trust", strand]) / len(found["trust", strand])
            below, above = set(), set()
            for place in places:
                judged = found[place, strand]
                share = sum(judged) / len(judged)
                low, high = limits(rate, len(judged))
                if share < low:
                    below.add(place)
                if share > high:
                    above.add(place)
            behind = {"Moorland School"} if strand in {"reading", "writing", "core"} else set()
            shines = {"Tide ARB"} if strand == "communication" else set()
            assert (below, above) == (behind, shines), (term.term, strand)


def coverage(demo: Seeded, term: Any) -> float:
    per_stream = Counter(strand.stream for strand in demo.rows["strand"])
    due_by_route: Counter[str] = Counter()
    for each in demo.rows["expectation"]:
        due_by_route[each.route] += per_stream[each.stream]
    here = demo.on(term.census_on)
    due = sum(due_by_route[p.route] for p in here.values())
    judged = sum(j.term == term.term and j.upn in here for j in demo.rows["judgement"])
    return judged / due


def test_past_terms_are_nearly_whole_and_this_one_is_in_the_middle(demo):
    *past, current = demo.begun
    for term in past:
        assert 0.92 <= coverage(demo, term) <= 0.99, term.term
    assert 0.6 <= coverage(demo, current) <= 0.72
    ahead = {t.term for t in demo.terms} - {t.term for t in demo.begun}
    assert len(ahead) == 2
    assert not ahead & {j.term for j in demo.rows["judgement"]}
    assert not ahead & {t.term for t in demo.rows["target"]}


def test_this_term_goes_class_by_class(demo):
    now = demo.begun[-1].term
    judged = Counter(j.upn for j in demo.rows["judgement"] if j.term == now)
    classes = defaultdict(list)
    for upn, p in demo.on(DAY).items():
        classes[p.school, p.arb, p.class_name].append(judged[upn] > 0)
    shares = [sum(some) / len(some) for some in classes.values()]
    assert sum(share == 0 for share in shares) > 10
    assert sum(share > 0.85 for share in shares) > 40
    assert sum(0.3 < share < 0.85 for share in shares) > 10


def test_some_are_absent_for_a_term_and_some_strands_are_missed(demo):
    last = demo.begun[-2]
    judged = Counter(j.upn for j in demo.rows["judgement"] if j.term == last.term)
    here = demo.on(last.closes_on)
    assert 5 < sum(judged[upn] == 0 for upn in here) < 40
    assert sum(0 < judged[upn] < 5 for upn in here) > 20


def test_everyone_has_a_baseline_before_the_first_judgement(demo):
    first: dict[tuple[str, str], dt.date] = {}
    for base in demo.rows["baseline"]:
        key = base.upn, base.strand
        first[key] = min(first.get(key, base.judged_on), base.judged_on)
    # Two have just come to the class of the demo's teacher, who is to set theirs.
    starters = {p.upn for p in demo.rows["pupil"]} - {upn for upn, _ in first}
    assert len(starters) == 2
    assert {demo.on(DAY)[upn].class_name for upn in starters} == {"Curlew"}
    for j in demo.rows["judgement"]:
        assert first[j.upn, j.strand] <= j.judged_at.date()


def test_two_pupils_started_again_and_their_old_baselines_are_kept(demo):
    replaced = {b.upn for b in demo.rows["baseline"] if b.replaced_on is not None}
    assert len(replaced) == 2
    for upn in replaced:
        old = [b for b in demo.rows["baseline"] if b.upn == upn and b.replaced_on]
        new = [b for b in demo.rows["baseline"] if b.upn == upn and not b.replaced_on]
        assert {b.strand for b in old} == {b.strand for b in new}
        assert {b.replaced_on for b in old} == {b.judged_on for b in new}


def test_judgements_are_made_in_their_window_and_not_after_today(demo):
    windows = {t.term: (t.opens_on, t.closes_on) for t in demo.terms}
    for row in demo.rows["judgement"] + [t for t in demo.rows["target"] if t.judged]:
        opens_on, closes_on = windows[row.term]
        assert opens_on <= row.judged_at.date() <= min(closes_on, DAY)
