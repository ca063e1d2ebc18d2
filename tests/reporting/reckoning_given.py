"""What pupils are given and achieve, reckoned a second time in plain Python from raw rows."""

import datetime as dt
from collections.abc import Callable

from assessment import models as assessment
from pupils import models as pupils
from tests.reporting.by_the_book import a_count, a_rate, in_words
from tests.reporting.counting import Row, rows
from tests.reporting.reckoning import Table
from tests.reporting.reckoning_owed import Owing

KINDS = {
    "music_therapy": "Music therapy",
    "dance": "Dance",
    "swimming": "Swimming",
    "riding": "Riding",
    "rebound": "Rebound therapy",
    "speech": "Speech and language therapy",
    "occupational": "Occupational therapy",
    "physiotherapy": "Physiotherapy",
    "wellbeing": "Wellbeing",
    "other": "Other",
}
NO_TERM = in_words("no term before")


def a_share_of_all(n: int, of: int, why: str) -> Row:
    return a_rate(n, of) if of else {"n": n, "of": of, "percent": None, "words": why}


def within(day: dt.date, term: Row) -> bool:
    return bool(term["starts_on"] <= day <= term["ends_on"])


class Given(Owing):
    """Wider progress and celebrations."""

    def __init__(self, school_id: int | None, term_id: int) -> None:
        super().__init__(school_id, term_id)
        self.provisions = rows(pupils.Provision)
        self.provision_reviews = rows(pupils.ProvisionReview)
        self.achievements = rows(assessment.Achievement)
        self._rolls: dict[int, set[int]] = {}

    def _beside(self, make: Callable[[Row], Row]) -> dict[str, Row]:
        """Return what is told of this term, and of the one before."""
        return {"this": make(self.this), "last": make(self.last) if self.last else NO_TERM}

    def _ids(self, term: Row) -> set[int]:
        if term["id"] not in self._rolls:
            self._rolls[term["id"]] = {pupil["id"] for pupil in self.roll(term)}
        return self._rolls[term["id"]]

    def _given(self, term: Row, kind: str | None) -> list[Row]:
        """Return what pupils on roll had on any day of a term, with how it was judged."""
        judged = {
            each["provision_id"]: each["progress"]
            for each in self.provision_reviews
            if each["term_id"] == term["id"]
        }
        return [
            {**each, "progress": judged.get(each["id"])}
            for each in self.provisions
            if kind in (None, each["kind"])
            and each["pupil_id"] in self._ids(term)
            and each["starts_on"] <= term["ends_on"]
            and (each["ends_on"] is None or each["ends_on"] >= term["starts_on"])
        ]

    def _wider(self) -> dict[str, Table]:
        def number(kind: str | None) -> Callable[[Row], Row]:
            return lambda term: a_count(len(self._given(term, kind)))

        def reached(kind: str | None) -> Callable[[Row], Row]:
            def of(term: Row) -> Row:
                given = self._given(term, kind)
                judged = [each["progress"] for each in given if each["progress"]]
                why = "not judged yet" if given else "none given"
                return a_share_of_all(sum(each >= 3 for each in judged), len(judged), why)

            return of

        def pupils_of(term: Row) -> Row:
            with_any = {each["pupil_id"] for each in self._given(term, None)}
            return a_share_of_all(len(with_any), len(self._ids(term)), "nobody on roll")

        shown: dict[str | None, str] = {
            kind: title
            for kind, title in KINDS.items()
            if any(self._given(term, kind) for term in (self.this, self.last) if term)
        }
        if not shown:
            return {}
        shown[None] = "All kinds"
        progress = {}
        for kind, title in shown.items():
            given = [each["progress"] for each in self._given(self.this, kind)]
            beside = self._beside(reached(kind))
            progress[title] = {
                "not_judged": a_count(given.count(None)),
                **{
                    band: a_count(given.count(n))
                    for n, band in enumerate(("none", "some", "expected", "better"), start=1)
                },
                "share": beside["this"],
                "last": beside["last"],
            }
        return {
            "main": {title: self._beside(number(kind)) for kind, title in shown.items()},
            "all": {
                "Pupils who are given one or more, of those on roll": self._beside(pupils_of),
                "Progress at or above expected, of all that was judged": self._beside(
                    reached(None)
                ),
            },
            "progress": progress,
        }

    def _achieved(self, term: Row) -> list[Row]:
        return [
            each
            for each in self.achievements
            if each["pupil_id"] in self._ids(term) and within(each["achieved_on"], term)
        ]

    def _celebrations(self) -> dict[str, Table]:
        def number(column: str, value: object) -> Callable[[Row], Row]:
            return lambda term: a_count(sum(each[column] == value for each in self._achieved(term)))

        def pupils_of(term: Row) -> Row:
            with_any = {each["pupil_id"] for each in self._achieved(term)}
            return a_share_of_all(len(with_any), len(self._ids(term)), "nobody on roll")

        areas = sorted(rows(assessment.CoreArea), key=lambda row: row["position"])
        named = [("core_area_id", each["id"], each["name"]) for each in areas]
        named += [("wider", kind, title) for kind, title in KINDS.items()]
        found = [*self._achieved(self.this), *(self._achieved(self.last) if self.last else ())]
        main = {
            title: self._beside(number(column, value))
            for column, value, title in named
            if any(each[column] == value for each in found)
        }
        if not main:
            return {}
        total = self._beside(lambda term: a_count(len(self._achieved(term))))
        return {
            "main": {**main, "All achievements": total},
            "pupils": {"With an achievement": self._beside(pupils_of)},
        }
