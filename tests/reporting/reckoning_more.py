"""The further sections of a report reckoned a second time, in plain Python, from raw rows.

Attendance, counts, outcomes, what moved, and the next steps; what pupils are given and achieve
stands in `reckoning_given`, what is owed by law in `reckoning_owed`. It shares no code with the
report.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import yaml

from assessment import models as assessment
from pupils import models as pupils
from reporting import models as reporting
from schools import models as schools
from tests.reporting.by_the_book import a_count, in_words
from tests.reporting.counting import Row, core_of, rows
from tests.reporting.reckoning import AREAS, Table, Tables
from tests.reporting.reckoning_given import NO_TERM, Given, a_share_of_all, within

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
BEHAVIOUR = {
    "incidents": "Behaviour incidents recorded",
    "holds": "Physical interventions",
    "bullying": "Bullying incidents",
    "prejudice": "Prejudice-related incidents",
    "suspensions": "Suspensions",
    "sessions_lost": "Sessions lost to suspension",
    "exclusions": "Permanent exclusions",
}
SAFEGUARDING = {
    "concerns": "Safeguarding concerns recorded",
    "referrals": "Referrals to children's social care",
    "protection_plans": "Pupils with a child protection plan",
    "in_need": "Pupils with a child in need plan",
    "early_help": "Pupils with early help",
    "allegations": "Allegations about adults referred to the LADO",
    "prevent": "Prevent referrals",
    "missing": "Pupils missing education",
}
BENCHMARK = "attendance-england-2025-26.yaml"
SESSIONS = {
    "attended": "Sessions attended",
    "authorised": "Missed with leave",
    "unauthorised": "Missed without leave",
    "late": "Attended, but late",
}
PUPILS = {
    "persistent": "Pupils persistently absent",
    "severe": "Of these, severely absent",
}


def a_tenth(n: int, of: int, why: str = "no session") -> Row:
    """Reckon a share of all with one decimal."""
    if not of:
        return {"n": n, "of": of, "percent": None, "words": why}
    percent = (Decimal(100 * n) / of).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return {"n": n, "of": of, "percent": percent, "words": f"{percent} % {n:,} of {of:,}"}


class WholeReckoning(Given):
    """The numbers and words of all sections of one school's report for a term."""

    kind = "ht"

    def __init__(self, school_id: int | None, term_id: int) -> None:
        super().__init__(school_id, term_id)
        # Whole tables, read once.
        self.attendance = rows(pupils.AttendanceTotal)
        self.texts = rows(reporting.SectionText)
        self.places_of: dict[int, list[Row]] = {}
        for each in self.placements:
            if each["school_id"] == school_id:
                self.places_of.setdefault(each["pupil_id"], []).append(each)
        self.stream_of = {each["id"]: each["stream_id"] for each in rows(assessment.Point)}
        self.goes_on = {e["after_id"]: e["before_id"] for e in rows(assessment.StrandMapping)}
        self.became = {
            (self.stream_of[each["after_id"]], each["before_id"]): each["after_id"]
            for each in rows(assessment.PointMapping)
        }
        self.made: dict[tuple[int, int], list[Row]] = {}
        for (pupil, strand, _term), each in self.judged.items():
            self.made.setdefault((pupil, strand), []).append(each)

    def _all_tables(self) -> Tables:
        found = super()._all_tables()
        found |= {("compliance", code): table for code, table in self.owing().items()}
        if ("standards", "core") in found:
            found["standards", "moved"] = self._since_last(found["standards", "core"])
        if outcomes := self._outcomes():
            found["targets", "outcomes"] = outcomes
        found |= {("wider", code): table for code, table in self._wider().items()}
        found |= {("attendance", code): table for code, table in self._attendance().items()}
        for part, whats in (("behaviour", BEHAVIOUR), ("safeguarding", SAFEGUARDING)):
            if table := self._counted(whats):
                found[part, "main"] = table
        found |= {("celebrations", code): table for code, table in self._celebrations().items()}
        if steps := self._steps():
            found["next", "next"] = steps
        return found

    # --- Attendance -------------------------------------------------------------------

    def england(self) -> dict[str, object]:
        """Return the national figures of the school's kind."""
        found = yaml.safe_load((FIXTURES / "benchmarks" / BENCHMARK).read_text())["phases"]
        (school,) = (each for each in rows(schools.School) if each["id"] == self.school_id)
        phases = [each for each in ("primary", "secondary") if each in school["phase"].lower()]
        own = phases[0] if len(phases) == 1 else "all"
        figures: dict[str, object] = found["special" if school["kind"] == "special" else own]
        return figures

    def sessions(self, holds: Callable[[dt.date], bool]) -> Row:
        """Count the sessions of all who were placed at the school when a stretch began."""
        of_pupil: dict[int, list[Row]] = {}
        for each in self.attendance:
            here = any(
                place["starts_on"] <= each["starts_on"]
                and (place["ends_on"] is None or place["ends_on"] >= each["starts_on"])
                for place in self.places_of.get(each["pupil_id"], ())
            )
            if here and holds(each["starts_on"]):
                of_pupil.setdefault(each["pupil_id"], []).append(each)
        possible = {
            pupil: sum(each["possible"] for each in those) for pupil, those in of_pupil.items()
        }
        missed = {
            pupil: sum(each["authorised"] + each["unauthorised"] for each in those)
            for pupil, those in of_pupil.items()
        }
        had = [pupil for pupil, n in possible.items() if n]
        everything = [each for those in of_pupil.values() for each in those]
        return {
            "possible": sum(possible.values()),
            **{name: sum(each[name] for each in everything) for name in SESSIONS},
            "pupils": len(had),
            "persistent": sum(missed[each] / possible[each] >= 0.1 for each in had),
            "severe": sum(missed[each] / possible[each] >= 0.5 for each in had),
        }

    def _attendance(self) -> dict[str, Table]:
        this = self.sessions(lambda day: within(day, self.this))
        last = self.sessions(lambda day: within(day, self.last)) if self.last else None
        if not this["pupils"] and not (last and last["pupils"]):
            return {}
        year = [
            term
            for term in self.term.values()
            if term["year_id"] == self.this["year_id"]
            and term["starts_on"] <= self.this["starts_on"]
        ]
        so_far = self.sessions(lambda day: any(within(day, term) for term in year))
        england = self.england()

        def line(name: str, of: str) -> dict[str, Row]:
            found = {
                "this": a_tenth(this[name], this[of]) | {"behind": this["pupils"]},
                "last": a_tenth(last[name], last[of]) | {"behind": last["pupils"]}
                if last
                else NO_TERM,
            }
            if len(year) > 1:
                found["year"] = a_tenth(so_far[name], so_far[of])
            there = f"{england[name]} %" if name in england else "no figure"
            return {**found, "national": in_words(there)}

        main = {title: line(name, "possible") for name, title in SESSIONS.items()}
        main |= {title: line(name, "pupils") for name, title in PUPILS.items()}
        return {"main": main, "halves": self._halves(year, f"{england['attended']} %")}

    def _halves(self, year: Iterable[Row], england: str) -> Table:
        found = {}
        for term in sorted(year, key=lambda term: term["starts_on"]):
            name = f"{term['season'].capitalize()} {term['starts_on'].year}"
            first, last = term["break_starts_on"], term["break_ends_on"]
            parts = {name: (term["starts_on"], term["ends_on"])}
            if first:
                parts = {
                    f"{name}, first half": (term["starts_on"], first - dt.timedelta(days=1)),
                    f"{name}, second half": (last + dt.timedelta(days=1), term["ends_on"]),
                }
            for title, (start, end) in parts.items():
                made = self.sessions(lambda day: start <= day <= end)  # noqa: B023  # used at once
                found[title] = {
                    "attended": a_tenth(made["attended"], made["possible"]),
                    "national": in_words(england),
                }
        return found

    # --- What is counted and written --------------------------------------------------

    def _counted(self, whats: dict[str, str]) -> Table:
        counted = {
            (each["term_id"], each["what"]): each["number"]
            for each in rows(reporting.TermCount)
            if each["school_id"] == self.school_id
        }

        def told(what: str) -> Callable[[Row], Row]:
            def of(term: Row) -> Row:
                number = counted.get((term["id"], what))
                return in_words("not counted") if number is None else a_count(number)

            return of

        terms = [term["id"] for term in (self.this, self.last) if term]
        if not any((term, what) in counted for term in terms for what in whats):
            return {}
        return {title: self._beside(told(what)) for what, title in whats.items()}

    def comments(self) -> dict[str, str]:
        """Return what was written for the report, by section."""
        mine = filter(self._is_mine, self.texts)
        return {each["section"]: each["text"] for each in mine if each["text"]}

    def _is_mine(self, row: Row) -> bool:
        of = (row["kind"], row["school_id"], row["term_id"])
        return of == (self.kind, self.school_id, self.this["id"])

    def _steps(self) -> Table:
        mine = list(filter(self._is_mine, rows(reporting.NextStep)))

        def said(day: dt.date | None) -> Row:
            return in_words(f"{day.day} {day:%B %Y}" if day else "not yet")

        return {
            each["what"]: {
                "owner": in_words(each["owner"]),
                "due_on": said(each["due_on"]),
                "done_on": said(each["done_on"]),
            }
            for each in sorted(mine, key=lambda each: (each["due_on"], each["id"]))
        }

    # --- What moved, and the outcomes of plans ----------------------------------------

    def _value_before(self, pupil: int, strand: int) -> Decimal | None:
        """Return what was judged last, of an earlier version in the points of this one."""
        line: list[tuple[int, dict[int, int]]] = [(strand, {each: each for each in self.point})]
        while line[-1][0] in self.goes_on:
            at, now = line[-1]
            stream = self.strand[at]["stream_id"]
            before = {
                old: now[new]
                for (into, old), new in self.became.items()
                if into == stream and new in now
            }
            line.append((self.goes_on[at], before))
        made = [
            (self.term[each["term_id"]]["starts_on"], points.get(each["point_id"]))
            for at, points in line
            for each in self.made.get((pupil, at), ())
            if self.term[each["term_id"]]["starts_on"] < self.this["starts_on"]
        ]
        point = max(made)[1] if made else None
        return None if point is None else self.point[point]

    def _ways(self, area: int | None) -> dict[str, Row]:
        found = {"up": 0, "same": 0, "down": 0, "first": 0}
        for pair in self.pairs_this:
            if not pair["judged"] or core_of(pair) is None or area not in (None, core_of(pair)):
                continue
            pupil, strand = pair["pupil"]["id"], pair["strand"]["id"]
            now = self.point[self.judged[pupil, strand, self.this["id"]]["point_id"]]
            before = self._value_before(pupil, strand)
            way = "first" if before is None else "same" if now == before else "up"
            found["down" if way == "up" and before is not None and now < before else way] += 1
        judged = {"judged": a_count(sum(found.values()))}
        return judged | {way: a_count(n) for way, n in found.items()}

    def _since_last(self, core: Table) -> Table:
        areas: dict[str, int | None] = {
            each["name"]: each["id"] for each in rows(assessment.CoreArea)
        }
        return {name: self._ways(areas.get(name)) for name in core}

    def _outcomes(self) -> Table:
        day = self.this["census_on"]
        plans = {
            each["id"]
            for each in rows(pupils.Plan)
            if each["pupil_id"] in self._ids(self.this)
            and each["starts_on"] <= day
            and (each["ends_on"] is None or each["ends_on"] >= day)
        }
        events = rows(pupils.Outcome.events.rel.related_model)  # type: ignore[attr-defined]  # pghistory adds it
        changed = {
            each["pgh_obj_id"]
            for each in events
            if each["pgh_label"] == "superseded"
            and within(each["pgh_created_at"].date(), self.this)
        }
        targets: dict[int, list[Row]] = {}
        of_term = {each["id"]: each["term_id"] for each in self.targets}
        for each in self.targets:
            due = each["retired_on"] is None or each["judged"] is not None
            if due and each["term_id"] == self.this["id"]:
                targets.setdefault(each["outcome_id"], []).append(each)

        def line(found: set[int]) -> dict[str, Row]:
            having = {each: targets[each] for each in found if each in targets}
            met = sum(any(t["judged"] in (3, 4) for t in those) for those in having.values())
            carried = sum(
                any(
                    t["carried_from_id"] and of_term[t["carried_from_id"]] != self.this["id"]
                    for t in those
                )
                for those in having.values()
            )
            return {
                "outcomes": a_count(len(found)),
                "worked_on": a_share_of_all(len(having), len(found), "none"),
                "met": a_count(met),
                "carried": a_count(carried),
                "changed": a_count(len(found & changed)),
            }

        of_area: dict[str, set[int]] = {name: set() for name in AREAS.values()}
        for each in self.outcome.values():
            if each["plan_id"] in plans:
                of_area[AREAS[each["area"]]].add(each["id"])
        shown = {name: line(found) for name, found in of_area.items() if found}
        everything = set().union(*of_area.values())
        return {**shown, "All areas": line(everything)} if shown else {}
