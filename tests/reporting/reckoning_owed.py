"""What a school owes by law reckoned a second time, in plain Python, from raw rows."""

import datetime as dt
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from pupils import models as pupils
from schools import models as schools
from tests.reporting.by_the_book import a_count, a_part, a_rate, year_of
from tests.reporting.counting import Row, rows
from tests.reporting.reckoning import Reckoning, Table

LAW = Path(__file__).resolve().parents[2] / "fixtures" / "compliance" / "england.yaml"
TITLES = {
    "peps": "Personal education plans (PEPs) held this term",
    "reviews": "Annual review meetings held in time, of those due this term",
    "assessments": "Statutory assessments done, of those due in the year to the term's end",
    "premiums": "Premium statements published, of those due in the year to the term's end",
}
PREMIUMS = {"pupil": "Pupil premium", "sport": "PE and sport premium"}
# Done or not, the day it was done, and the day it was due.
type Thing = tuple[dt.date | None, dt.date]


def a_year_after(day: dt.date) -> dt.date:
    """Return the same day of the next year; of 29 February, the last day of that month."""
    if (day.month, day.day) == (2, 29):
        return dt.date(day.year + 1, 2, 28)
    return day.replace(year=day.year + 1)


class Owing(Reckoning):
    """What was done of what was due."""

    def owing(self) -> dict[str, Table]:
        """Return the tables of compliance by their codes."""
        self.today = timezone.localdate()
        self.year = next(y for y in rows(schools.AcademicYear) if y["id"] == self.this["year_id"])
        self.law = yaml.safe_load(LAW.read_text())
        until = self.this["ends_on"]
        main = {
            TITLES["peps"]: self._line(list(self._peps()), dt.date.max),
            TITLES["reviews"]: self._reviews(),
        }
        for kind, found in (("assessments", self._assessments()), ("premiums", self._premiums())):
            main[TITLES[kind]] = self._line([each for each in found if each[1] <= until], until)
        tables = {"main": main}
        if pounds := self._pounds():
            tables["pounds"] = pounds
        return tables

    def _line(self, due: list[Thing], until: dt.date) -> dict[str, Row]:
        done = sum(done is not None and done <= until for done, _ in due)
        late = sum(done is None and day < self.today for done, day in due)
        return self._told(done, len(due), late)

    def _told(self, done: int, due: int, late: int) -> dict[str, Row]:
        none: Row = {"n": done, "of": due, "percent": None, "words": "none due"}
        return {"this": a_rate(done, due) if due else none, "late": a_count(late)}

    def _there(self, day: dt.date) -> list[Row]:
        """Return who is registered at the school on a day."""
        return [
            self.pupil[place["pupil_id"]]
            for place in self.placements
            if place["school_id"] == self.school_id
            and place["starts_on"] <= day
            and (place["ends_on"] is None or place["ends_on"] >= day)
        ]

    def _in_years(self, day: dt.date, years: list[int]) -> list[Row]:
        start = self.year["starts_on"]
        return [p for p in self._there(day) if year_of(p["born_on"], start) in years]

    def _peps(self) -> Iterator[Thing]:
        """Return the PEPs of who is looked after; nobody's record of that was changed."""
        day = min(max(self.today, self.this["starts_on"]), self.this["ends_on"])
        held = {
            each["pupil_id"]: each["held_on"]
            for each in rows(pupils.TermlyPEP)
            if each["term_id"] == self.this["id"]
        }
        for pupil in self._there(day):
            if pupil["looked_after"] or pupil["id"] in held:
                yield held.get(pupil["id"]), self.this["ends_on"]

    def _day(self, month: int, day: int) -> dt.date:
        start = self.year["starts_on"]
        found = dt.date(start.year, month, day)
        return found if found >= start else found.replace(year=start.year + 1)

    def _due(self, rule: dict[str, Any]) -> dt.date:
        due = rule["due"]
        if due["kind"] == "fixed":
            return self._day(due["month"], due["day"])
        if due["kind"] == "weeks_after_start":
            first = min(
                each["starts_on"]
                for each in self.term.values()
                if each["year_id"] == self.year["id"]
            )
            return first + dt.timedelta(weeks=due["weeks"])
        if self.year["name"] in due["published"]:
            return dt.date.fromisoformat(str(due["published"][self.year["name"]]))
        usual = due["suggested"]
        day = self._day(usual["month"], 1)
        while day.weekday() != 0:
            day += dt.timedelta(days=1)
        return day + dt.timedelta(weeks=usual["monday"] - 1, days=usual["days_later"])

    def _by(self, last: dt.date) -> dt.date:
        return max(min(self.today, last), self.year["starts_on"])

    def _assessments(self) -> Iterator[Thing]:
        said = {
            each["rule"]: each
            for each in rows(schools.StatutoryDeadline)
            if (each["school_id"], each["year_id"]) == (self.school_id, self.year["id"])
        }
        for rule in self.law["assessments"]:
            if rule.get("optional"):
                continue
            whole_year = rule["due"]["kind"] == "weeks_after_start"
            day = self._by(self.year["ends_on"] if whole_year else self._due(rule))
            own = said.get(rule["code"])
            if own or self._in_years(day, rule["years"]):
                due = (own or {}).get("due_on") or self._due(rule)
                yield (own or {}).get("done_on"), due

    def _plans(self) -> dict[str, Row]:
        return {
            each["premium"]: each
            for each in rows(schools.PremiumPlan)
            if (each["school_id"], each["year_id"]) == (self.school_id, self.year["id"])
        }

    def _premiums(self) -> Iterator[Thing]:
        plans = self._plans()
        for premium, asked in self.law["premiums"].items():
            there = self._in_years(self._by(self.year["ends_on"]), asked["years"])
            if asked.get("counts_eligible"):
                there = [pupil for pupil in there if pupil["pupil_premium"]]
            if premium in plans:
                yield plans[premium]["published_on"], self._due(asked)
            elif len(there) > asked.get("more_than", 0):
                yield None, self._due(asked)

    def _pounds(self) -> Table:
        plans = self._plans()

        def whole(amount: Decimal) -> int:
            return int(amount.quantize(Decimal(1), ROUND_HALF_UP))

        found = {}
        for premium in (each for each in PREMIUMS if each in plans):
            spent = sum(
                (
                    each["spent"]
                    for each in rows(schools.PremiumActivity)
                    if each["plan_id"] == plans[premium]["id"]
                ),
                Decimal(0),
            )
            found[PREMIUMS[premium]] = {
                "spent": a_part(whole(spent), whole(plans[premium]["received"]))
            }
        return found

    def _reviews(self) -> dict[str, Row]:
        """Reckon the meetings: on the day that was set, within a year of the one before."""
        on_roll = {pupil["id"] for pupil in self.roll(self.this)}
        steps = {
            (each["review_id"], each["step"]): each["done_on"] for each in rows(pupils.ReviewStep)
        }
        in_time = due = late = 0
        for plan in rows(pupils.Plan):
            if plan["pupil_id"] not in on_roll:
                continue
            begun = plan["starts_on"]
            mine = [each for each in rows(pupils.AnnualReview) if each["plan_id"] == plan["id"]]
            for review in sorted(mine, key=lambda each: each["meets_on"]):
                by = min(review["meets_on"], a_year_after(begun))
                begun = review["meets_on"]
                done = steps.get((review["id"], "meeting"))
                ends = "decision" if review["decision"] in ("keep", "cease") else "final"
                is_late = not done and (review["id"], ends) not in steps and by < self.today
                if self.this["starts_on"] <= by <= self.this["ends_on"] and (done or is_late):
                    due += 1
                    late += is_late
                    in_time += bool(done and done <= by)
        return self._told(in_time, due, late)
