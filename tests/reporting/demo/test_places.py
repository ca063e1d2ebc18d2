"""Schools, people and calendar of the demo."""

import datetime as dt
from collections import Counter
from itertools import pairwise

from parrcs.core.access import Role
from reporting.services.demo import accounts, material
from reporting.services.demo.calendar import make_calendar
from tests.reporting.demo.rows import DAY


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
