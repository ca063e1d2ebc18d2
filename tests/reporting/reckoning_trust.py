"""The report to the trustees reckoned a second time, in plain Python, from raw rows."""

from assessment import models as assessment
from schools import models as schools
from tests.reporting.by_the_book import a_count, a_part, a_rate, a_share, in_words
from tests.reporting.counting import Keep, Row, arb_of, core_of, rows, same
from tests.reporting.reckoning import Table, Tables, everyone
from tests.reporting.reckoning_given import NO_TERM
from tests.reporting.reckoning_more import WholeReckoning, a_tenth

OF_WHICH = "of which "
# What is owed by law, in the order of the rows of a school's own report.
OWED = ("peps", "reviews", "assessments", "premiums")


def school_of(pupil: Row) -> object:
    return pupil["place"]["school_id"]


class TrustReckoning(WholeReckoning):
    """The numbers and words of the report to the trustees for a term.

    Whoever is on roll anywhere in the trust counts; `own` are the schools' reckonings.
    """

    kind = "trustee"

    def __init__(self, term_id: int) -> None:
        super().__init__(None, term_id)
        self.arbs = sorted(rows(schools.ARB), key=lambda row: row["name"])
        (self.trust,) = (each["name"] for each in rows(schools.Trust) if self._is_ours(each))
        self.own = {each["id"]: WholeReckoning(each["id"], term_id) for each in self._schools()}

    def _is_ours(self, trust: Row) -> bool:
        return bool(trust["id"] == self.this["trust_id"])

    def roll(self, term: Row) -> list[Row]:
        """Return who is registered at any school on the census date."""
        day = term["census_on"]
        return [
            {**self.pupil[place["pupil_id"]], "place": place}
            for place in self.placements
            if place["starts_on"] <= day and (place["ends_on"] is None or place["ends_on"] >= day)
        ]

    def _open(self, place: Row) -> bool:
        day = self.this["census_on"]
        return (place["opened_on"] is None or place["opened_on"] <= day) and (
            place["closed_on"] is None or place["closed_on"] >= day
        )

    def _schools(self) -> list[Row]:
        within = {school_of(pupil) for pupil in self.of_either}
        return [
            each
            for each in sorted(rows(schools.School), key=lambda row: row["name"])
            if each["id"] in within or (each["of_trust"] and self._open(each))
        ]

    def _arbs_of(self, school_id: int) -> list[Row]:
        within = {arb_of(pupil) for pupil in self.of_either}
        return [
            each
            for each in self.arbs
            if each["school_id"] == school_id and (each["id"] in within or self._open(each))
        ]

    def units(self) -> dict[str, Keep]:
        """Return each school and ARB by its name in the table, and who counts in it."""
        found: dict[str, Keep] = {}
        for school_id in self.own:
            found[self.schools[school_id]] = same(school_of, school_id)
            for arb in self._arbs_of(school_id):
                name = f"{OF_WHICH}{arb['name']} at {self.schools[arb['host_id']]}"
                found[name] = same(arb_of, arb["id"])
        return found

    def few_places(self) -> set[str]:
        """Return none: a trust has no section of places."""
        return set()

    def few_units(self) -> set[str]:
        """Return the names of those with too few pupils compared to be spoken of."""
        return {
            name.removeprefix(OF_WHICH)
            for name, keep in self.units().items()
            if self.group(keep)["compared"] < 6
        }

    @property
    def _all(self) -> str:
        return f"All of {self.trust}"

    def _all_tables(self) -> Tables:
        units = {**self.units(), self._all: everyone}
        found: Tables = {
            ("schools", "schools"): {name: self._unit(keep) for name, keep in units.items()},
            ("areas", "areas"): self._areas(),
        }
        # Progress in areas and groups, and targets, as in a school of all the trust's pupils.
        whole = super()._all_tables()
        shared = ("standards", "groups", "targets", "next")
        found |= {place: whole[place] for place in whole if place[0] in shared}
        found.pop(("standards", "moved"), None)
        if attendance := self._by_school():
            found["attendance", "attendance"] = attendance
        found["compliance", "compliance"] = self._owed_by_school()
        return found

    def _unit(self, keep: Keep) -> dict[str, Row]:
        made = self.area(lambda pair: core_of(pair) is not None and keep(pair["pupil"]))
        targets = self.targets_of(self.this, None, keep)
        return {
            "pupils": a_count(sum(map(keep, self.on_roll))),
            "coverage": a_part(made["judged"], made["due"]),
            "share": self._share(made),
            **self._moved(made),
            "targets": a_share(self.met(targets), "not judged yet" if targets else "none set"),
        }

    def _areas(self) -> Table:
        areas = sorted(rows(assessment.CoreArea), key=lambda row: row["position"])

        def line(keep: Keep) -> dict[str, Row]:
            return {
                area["name"]: self._share(
                    self.area(
                        lambda pair: core_of(pair) == area["id"] and keep(pair["pupil"])  # noqa: B023  # used at once
                    )
                )
                for area in areas
            }

        found = {self.schools[each]: line(same(school_of, each)) for each in self.own}
        return {**found, self._all: line(everyone)}

    # What trustees read nothing of is not reckoned for a whole trust.

    def _attendance(self) -> dict[str, Table]:
        return {}

    def _wider(self) -> dict[str, Table]:
        return {}

    def _celebrations(self) -> dict[str, Table]:
        return {}

    def _outcomes(self) -> Table:
        return {}

    def _since_last(self, core: Table) -> Table:  # as of a school
        return {}

    # --- Side by side -----------------------------------------------------------------

    def _by_school(self) -> Table:
        """Reckon the attendance of each school in its own days, and their sums."""

        def sums(counted: list[Row]) -> Row:
            measures = ("possible", "attended", "pupils", "persistent")
            return {each: sum(one[each] for one in counted) for each in measures}

        def of(term: Row | None) -> dict[int, Row]:
            if term is None:
                return {}
            start, end = term["starts_on"], term["ends_on"]
            return {
                school_id: one.sessions(lambda day: start <= day <= end)
                for school_id, one in self.own.items()
            }

        this, last = of(self.this), of(self.last)
        if not any(each["pupils"] for each in (*this.values(), *last.values())):
            return {}

        def line(now: Row, before: Row | None, england: dict[str, object]) -> dict[str, Row]:
            def national(measure: str) -> Row:
                return in_words(f"{england[measure]} %" if england else "")

            return {
                "this": a_tenth(now["attended"], now["possible"]) | {"behind": now["pupils"]},
                "last": a_tenth(before["attended"], before["possible"])
                | {"behind": before["pupils"]}
                if before
                else NO_TERM,
                "national": national("attended"),
                "persistent": a_tenth(now["persistent"], now["pupils"]) | {"behind": now["pupils"]},
                "national_persistent": national("persistent"),
            }

        found = {
            self.schools[each]: line(this[each], last.get(each), one.england())
            for each, one in self.own.items()
        }
        whole_last = sums(list(last.values())) if self.last else None
        return {**found, self._all: line(sums(list(this.values())), whole_last, {})}

    def _owed_by_school(self) -> Table:
        found = {
            self.schools[school_id]: dict(
                zip(OWED, (row["this"] for row in one.owing()["main"].values()), strict=True)
            )
            for school_id, one in self.own.items()
        }

        def whole(kind: str) -> Row:
            n, of = (sum(line[kind][each] for line in found.values()) for each in ("n", "of"))
            none: Row = {"n": n, "of": of, "percent": None, "words": "none due"}
            return a_rate(n, of) if of else none

        return {**found, self._all: {kind: whole(kind) for kind in OWED}}
