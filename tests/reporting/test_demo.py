"""The demo trust: the story it tells, reckoned here from its raw rows alone."""

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from math import sqrt
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.measures import upn_check_letter
from reporting.services.demo import (
    PASSWORD,
    accounts,
    material,
    seed_demo,
    seeding,
)
from reporting.services.demo.calendar import make_calendar
from reporting.services.demo.seeding import imagine
from schools.models import Trust, User

DAY = dt.date(2026, 11, 21)
SEED = 7

ROWS = {
    "school": "SELECT urn, name, kind, of_trust, la_code FROM schools_school",
    "arb": """
        SELECT a.name, s.name AS school, h.name AS host, h.of_trust AS host_of_trust
        FROM schools_arb a JOIN schools_school s ON s.id = a.school_id
        JOIN schools_school h ON h.id = a.host_id""",
    "class": """
        SELECT y.name AS year, s.name AS school, a.name AS arb, c.name
        FROM schools_classgroup c JOIN schools_school s ON s.id = c.school_id
        JOIN schools_academicyear y ON y.id = c.year_id
        LEFT JOIN schools_arb a ON a.id = c.arb_id""",
    "term": """
        SELECT y.name || ' ' || t.season AS term, y.starts_on AS year_starts_on,
          y.ends_on AS year_ends_on, t.starts_on, t.ends_on, t.census_on, w.opens_on, w.closes_on
        FROM schools_term t JOIN schools_academicyear y ON y.id = t.year_id
        JOIN schools_window w ON w.term_id = t.id""",
    "membership": """
        SELECT u.email, u.name, m.role, s.name AS school, a.name AS arb, c.name AS class_name
        FROM schools_membership m JOIN schools_user u ON u.id = m.person_id
        LEFT JOIN schools_school s ON s.id = m.school_id
        LEFT JOIN schools_arb a ON a.id = m.arb_id
        LEFT JOIN schools_classgroup c ON c.id = m.class_group_id""",
    "pupil": """
        SELECT upn, first_name, last_name, born_on, sex, primary_need, pupil_premium,
          looked_after, eal FROM pupils_pupil""",
    "placement": """
        SELECT p.upn, s.name AS school, a.name AS arb, c.name AS class_name, y.name AS year,
          r.code AS route, l.starts_on, l.ends_on
        FROM pupils_placement l JOIN pupils_pupil p ON p.id = l.pupil_id
        JOIN schools_school s ON s.id = l.school_id LEFT JOIN schools_arb a ON a.id = l.arb_id
        JOIN schools_classgroup c ON c.id = l.class_group_id
        JOIN schools_academicyear y ON y.id = c.year_id
        JOIN pupils_route r ON r.id = l.route_id""",
    "expectation": """
        SELECT st.code AS stream, st.better, r.code AS route, e.points_a_term
        FROM assessment_expectation e JOIN assessment_stream st ON st.id = e.stream_id
        JOIN pupils_route r ON r.id = e.route_id""",
    "strand": """
        SELECT st.code AS stream, s.code AS strand FROM assessment_strand s
        JOIN assessment_stream st ON st.id = s.stream_id""",
    "baseline": """
        SELECT p.upn, st.code AS stream, s.code AS strand, pt.value, b.judged_on, b.replaced_on,
          u.email AS judged_by
        FROM assessment_baseline b JOIN pupils_pupil p ON p.id = b.pupil_id
        JOIN assessment_strand s ON s.id = b.strand_id
        JOIN assessment_stream st ON st.id = s.stream_id
        JOIN assessment_point pt ON pt.id = b.point_id
        JOIN schools_user u ON u.id = b.judged_by_id""",
    "judgement": """
        SELECT y.name || ' ' || t.season AS term, p.upn, st.code AS stream, s.code AS strand,
          pt.value, j.judged_at, j.version, u.email AS judged_by
        FROM assessment_judgement j JOIN pupils_pupil p ON p.id = j.pupil_id
        JOIN assessment_strand s ON s.id = j.strand_id
        JOIN assessment_stream st ON st.id = s.stream_id
        JOIN assessment_point pt ON pt.id = j.point_id
        JOIN schools_term t ON t.id = j.term_id
        JOIN schools_academicyear y ON y.id = t.year_id
        JOIN schools_user u ON u.id = j.judged_by_id""",
    "plan": """
        SELECT p.upn, l.kind, l.starts_on, l.ends_on, array_agg(o.area ORDER BY o.id) AS areas,
          array_agg(o.text ORDER BY o.id) AS outcomes
        FROM pupils_plan l JOIN pupils_pupil p ON p.id = l.pupil_id
        JOIN pupils_outcome o ON o.plan_id = l.id GROUP BY p.upn, l.id""",
    "target": """
        SELECT y.name || ' ' || t.season AS term, p.upn, g.position, g.walt, g.wilf,
          g.starting_point, g.next_step, g.judged, g.judged_at, u.email AS judged_by
        FROM pupils_termlytarget g JOIN pupils_pupil p ON p.id = g.pupil_id
        JOIN schools_term t ON t.id = g.term_id
        JOIN schools_academicyear y ON y.id = t.year_id
        LEFT JOIN schools_user u ON u.id = g.judged_by_id""",
}


def rows_of(trust: Trust) -> dict[str, list[Any]]:
    """Read a trust's rows, without the ids and times that differ from one run to the next."""
    found = {}
    with in_trust(trust.pk), connection.cursor() as cursor:
        # Tables filled in this transaction have no statistics: they pass for empty.
        cursor.execute("SET LOCAL enable_nestloop = off")
        for name, query in ROWS.items():
            cursor.execute(query)
            columns = [column.name for column in cursor.description]
            found[name] = [
                SimpleNamespace(**dict(zip(columns, row, strict=True))) for row in cursor.fetchall()
            ]
    return found


def digest(rows: dict[str, list[Any]]) -> str:
    text = json.dumps({name: sorted(str(vars(row)) for row in rows[name]) for name in rows})
    return hashlib.sha256(text.encode()).hexdigest()


class Seeded(SimpleNamespace):
    """The rows of the big trust, and lookups that most tests need."""

    def on(self, day: dt.date) -> dict[str, Any]:
        """Return the placement of everyone on roll on a day, by UPN."""
        return {
            p.upn: p
            for p in self.rows["placement"]
            if p.starts_on <= day and (p.ends_on is None or day <= p.ends_on)
        }

    @property
    def begun(self) -> list[Any]:
        """The terms that have begun; the last of them is the one in hand."""
        return [term for term in self.terms if term.starts_on <= DAY]


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Seeded:
    """Seed the whole demo once, read it, and leave nothing behind."""
    with django_db_blocker.unblock(), transaction.atomic():
        seed_demo(seed=SEED, on=DAY)
        with connection.cursor() as cursor:
            # What a commit would check is checked here.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        big, small = (
            rows_of(Trust.objects.get(uid=uid)) for uid in ("demo-harbour", "demo-northmoor")
        )
        with in_trust(Trust.objects.get(uid="demo-harbour").pk):
            history = _history()
        users = {user.email: user.password for user in User.objects.all()}
        transaction.set_rollback(True)
    return Seeded(
        rows=big,
        small=small,
        history=history,
        users=users,
        terms=sorted(big["term"], key=lambda t: t.starts_on),
    )


def _history() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE '%event'")
        tables = [name for (name,) in cursor.fetchall()]
        assert len(tables) > 15
        total = 0
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            total += cursor.fetchone()[0]
    return total


# --- Places, people, calendar ---------------------------------------------------------------


def test_six_schools_and_six_arbs_in_hosts_of_others(demo):
    own = [school for school in demo.rows["school"] if school.of_trust]
    assert len(own) == 6
    assert {school.kind for school in own} == {"special"}
    hosts = {s.name for s in demo.rows["school"] if not s.of_trust}
    assert len(demo.rows["arb"]) == 6
    assert {arb.host for arb in demo.rows["arb"]} == hosts
    assert {arb.school for arb in demo.rows["arb"]} <= {school.name for school in own}


def test_no_number_or_name_of_a_real_place_or_person(demo):
    for trust in (demo.rows, demo.small):
        assert all(s.urn.startswith("999") for s in trust["school"])
        assert {s.la_code for s in trust["school"]} == {"999"}
        assert {p.upn[1:4] for p in trust["pupil"]} == {"999"}
        assert {m.email.rpartition(".")[2] for m in trust["membership"]} == {"example"}
        first = {n for o in material.origins() for n in o.girls + o.boys}
        last = {n for o in material.origins() for n in o.family}
        assert not first & last
        assert {p.first_name for p in trust["pupil"]} <= first
        assert {p.last_name for p in trust["pupil"]} <= last
    assert not any(entry.uid.isdecimal() for entry in material.trusts().trusts)


def test_nobody_has_the_name_of_another(demo):
    names = Counter((p.first_name, p.last_name) for p in demo.rows["pupil"])
    assert set(names.values()) == {1}


def test_the_names_are_of_many_origins(demo):
    letters = Counter(
        letter
        for pupil in demo.rows["pupil"]
        for letter in pupil.first_name + pupil.last_name
        if not letter.isascii()
    )
    assert len(letters) > 30


def test_one_person_for_each_role(demo):
    held = {m.role for m in demo.rows["membership"]}
    assert held == {role.value for role in Role}
    arb_lead = [m for m in demo.rows["membership"] if m.role == "head" and m.arb]
    assert [m.arb for m in arb_lead] == ["Tide ARB"]
    for person in accounts():
        assert person.email in demo.users


def test_each_class_of_this_year_has_its_teacher(demo):
    teachers = [m for m in demo.rows["membership"] if m.role == "teacher"]
    classes = [c for c in demo.rows["class"] if c.year == "2026/27"]
    assert len(teachers) == len(classes) == len({m.email for m in teachers})


def test_the_teacher_has_a_plain_class_that_is_partly_judged(demo):
    (teacher,) = (m for m in demo.rows["membership"] if m.email == "teacher@harbour.example")
    members = {
        upn: p
        for upn, p in demo.on(DAY).items()
        if (p.school, p.class_name) == ("Beacon School", teacher.class_name)
    }
    assert 10 <= len(members) <= 12
    assert {p.arb for p in members.values()} == {None}
    judged = [
        j for j in demo.rows["judgement"] if j.upn in members and j.term == demo.begun[-1].term
    ]
    assert 0.4 < len(judged) / (5 * len(members)) < 0.8


def test_somebody_works_in_both_trusts(demo):
    both = {m.email for m in demo.rows["membership"]} & {m.email for m in demo.small["membership"]}
    assert both == {"both@harbour.example"}
    assert len([s for s in demo.small["school"] if s.of_trust]) == 1
    assert 5 < len(demo.small["pupil"]) < 25


def test_three_years_of_terms_and_one_open_window(demo):
    assert [term.term for term in demo.terms] == [
        f"{year} {season}"
        for year in ("2024/25", "2025/26", "2026/27")
        for season in ("autumn", "spring", "summer")
    ]
    open_now = [t.term for t in demo.terms if t.opens_on <= DAY <= t.closes_on]
    assert open_now == ["2026/27 autumn"]


def test_one_window_is_open_on_any_day():
    first = dt.date(2026, 1, 1)
    for day in (first + dt.timedelta(days=n) for n in range(0, 1200, 3)):
        calendar = make_calendar(day)
        assert calendar.years[-1].starts_on <= day <= calendar.years[-1].ends_on
        open_now = [window for window in calendar.windows if window.is_open(day)]
        assert open_now == [calendar.windows[calendar.current]], day
        for term, following in pairwise(calendar.terms):
            assert term.starts_on <= term.census_on <= term.ends_on < following.starts_on
        for window in calendar.windows:
            assert window.term.starts_on <= window.opens_on <= window.closes_on


# --- Pupils ---------------------------------------------------------------------------------


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


# --- Progress, reckoned without the code of the application ------------------------------------


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
    assert {upn for upn, _ in first} == {p.upn for p in demo.rows["pupil"]}
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


# --- Plans ----------------------------------------------------------------------------------


def test_everyone_has_a_plan_with_two_or_three_outcomes(demo):
    plans = {plan.upn: plan for plan in demo.rows["plan"]}
    assert set(plans) == {p.upn for p in demo.rows["pupil"]}
    assert {len(plan.outcomes) for plan in plans.values()} == {2, 3}
    kinds = Counter(plan.kind for plan in plans.values())
    assert kinds["ehcp"] > 0.9 * len(plans)
    assert len(kinds) == 4


def test_targets_for_this_term_and_the_two_before(demo):
    targets = demo.rows["target"]
    assert {t.term for t in targets} == {t.term for t in demo.begun[-3:]}
    per_pupil = Counter((t.term, t.upn) for t in targets)
    assert set(per_pupil.values()) == {2, 3}
    for target in targets:
        for words in (target.walt, target.wilf, target.starting_point, target.next_step):
            assert words
            assert "{" not in words
    for term in demo.begun[-3:-1]:
        judged = [t.judged for t in targets if t.term == term.term and t.judged]
        assert 0.70 <= sum(j >= 3 for j in judged) / len(judged) <= 0.78
        assert 0 < sum(t.term == term.term and t.judged is None for t in targets) < 150


def test_a_target_that_was_met_leads_to_the_next(demo):
    by_pupil: dict[tuple[str, int], dict[str, Any]] = defaultdict(dict)
    for target in demo.rows["target"]:
        by_pupil[target.upn, target.position][target.term] = target
    before, now = (t.term for t in demo.begun[-2:])
    carried_on = same = 0
    for terms in by_pupil.values():
        if before in terms and now in terms:
            last, this = terms[before], terms[now]
            if last.judged in {3, 4} and this.walt != last.walt:
                assert this.walt == last.next_step
                carried_on += 1
            elif last.judged in {1, 2, None}:
                assert this.walt == last.walt
                same += 1
    assert carried_on > 500
    assert same > 200


# --- The run --------------------------------------------------------------------------------


def test_history_is_empty(demo):
    assert demo.history == 0


def smaller(entry: material.TrustEntry) -> material.TrustEntry:
    """Return a trust with the places that the accounts need only, and few pupils."""
    keep = {"Beacon School", "Harbour School", "Moorland School", "Tide ARB", "Northmoor School"}
    return entry.model_copy(
        update={
            places: tuple(
                place.model_copy(update={"pupils": place.pupils // 5, "class_size": 4})
                for place in getattr(entry, places)
                if place.name in keep
            )
            for places in ("schools", "arbs")
        }
    )


SMALL = [smaller(entry) for entry in material.trusts().trusts]


def small_digest() -> str:
    with transaction.atomic():
        seed_demo(seed=SEED, on=DAY, entries=SMALL)
        rows = [rows_of(Trust.objects.get(uid=uid)) for uid in ("demo-harbour", "demo-northmoor")]
        transaction.set_rollback(True)
    return "".join(map(digest, rows))


def test_the_same_seed_and_day_make_the_same_rows(db):
    assert small_digest() == small_digest()


def imagined_digest(seed: int = SEED, on: dt.date = DAY) -> str:
    """Return a digest of a trust as it is thought up, in an order that sets would change."""
    imagined = imagine(SMALL[0], [], seed=seed, on=on)
    parts = [
        [(c.pupil.upn, str(c.pupil), c.route, len(c.stays)) for c in imagined.roll.children],
        [(j.child.pupil.upn, j.strand, j.term, j.value) for j in imagined.progress.judged],
        [(t.pupil.upn, t.walt, t.judged, t.judged_at) for t in imagined.plans.targets],
        [(user.email, user.name) for user in imagined.staff.users],
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def test_another_process_imagines_the_same():
    code = (
        "import django; django.setup();"
        "from tests.reporting.test_demo import imagined_digest; print(imagined_digest())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": "4321"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == imagined_digest()


def test_another_seed_or_day_makes_another_trust():
    assert imagined_digest(seed=SEED + 1) != imagined_digest()
    assert imagined_digest(on=DAY + dt.timedelta(days=30)) != imagined_digest()


@pytest.mark.parametrize(
    "day",
    [dt.date(2026, 9, 1), dt.date(2027, 1, 2), dt.date(2027, 8, 31), dt.date(2028, 2, 29)],
    ids=str,
)
def test_any_day_can_be_shown(day):
    imagined = imagine(SMALL[0], [], seed=SEED, on=day)
    current = imagined.calendar.current
    assert any(judged.term == current for judged in imagined.progress.judged)
    assert all(judged.judged_at.date() <= day for judged in imagined.progress.judged)
    for learner in imagined.progress.learners.values():
        assert all(base.judged_on <= day for base in learner.bases)


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_second_run_says_so_and_changes_nothing(capsys, monkeypatch):
    few = material.trusts().model_copy(update={"trusts": tuple(SMALL)})
    monkeypatch.setattr(seeding, "trusts", lambda: few)
    call_command("seed_demo", "--on", "2026-11-21")
    assert "The demo trust is made." in capsys.readouterr().out
    trusts = Trust.objects.order_by("uid")
    before = [digest(rows_of(trust)) for trust in trusts]
    call_command("seed_demo", "--seed", "8")
    said = capsys.readouterr().out
    assert "here already; nothing has changed" in said
    assert PASSWORD in said
    for person in accounts():
        assert person.email in said
    assert [digest(rows_of(trust)) for trust in trusts] == before


def test_half_a_demo_is_not_left_behind(db, monkeypatch):
    monkeypatch.setattr(seeding, "_save_progress", lambda imagined: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        seed_demo(seed=SEED, on=DAY, entries=SMALL[1:])
    assert not Trust.objects.exists()
    assert not User.objects.exists()


def test_the_password_that_is_printed_opens_every_account(db, demo):
    seed_demo(seed=SEED, on=DAY, entries=SMALL)
    assert Client().login(email="teacher@harbour.example", password=PASSWORD)
    # Hashed once for all, because that is slow by design.
    (hashed,) = {demo.users[person.email] for person in accounts()}
    assert check_password(PASSWORD, hashed)
