"""The head teacher report reckoned a second time, in plain Python, from raw rows.

It shares no code with the report. Every table is reckoned by the codes of its section and of
itself, then row by row and column by column, each cell with the words that are to be read in it.
"""

from collections.abc import Iterable
from typing import Any

from assessment import models as assessment
from pupils import models as pupils
from schools import models as schools
from tests.reporting.by_the_book import (
    a_change,
    a_count,
    a_part,
    a_rate,
    a_share,
    in_words,
    year_of,
)
from tests.reporting.counting import (
    Counting,
    Keep,
    Row,
    arb_of,
    codes_of,
    core_of,
    route_of,
    rows,
    same,
)

# Of a table: by the name of a row and the code of a column, what stands there.
type Table = dict[str, dict[str, Row]]
type Tables = dict[tuple[str, str], Table]
type Words = dict[tuple[str, str], dict[str, dict[str, str]]]

NEEDS = {
    "SPLD": "Specific learning difficulty",
    "MLD": "Moderate learning difficulty",
    "SLD": "Severe learning difficulty",
    "PMLD": "Profound and multiple learning difficulty",
    "SEMH": "Social, emotional and mental health",
    "SLCN": "Speech, language and communication needs",
    "HI": "Hearing impairment",
    "VI": "Vision impairment",
    "MSI": "Multi-sensory impairment",
    "PD": "Physical disability",
    "ASD": "Autistic spectrum disorder",
    "OTH": "Other difficulty or disorder",
    "NSA": "No specialist assessment yet",
    "DS": "Down syndrome",
}
AREAS = {
    "communication": "Communication and interaction",
    "cognition": "Cognition and learning",
    "semh": "Social, emotional and mental health",
    "sensory": "Sensory and physical",
}
BANDS = ("none", "some", "expected", "better")
# The ways in which pupils are parted: the code of the table, and what stands in its corner.
CORNERS = {
    "year": "Year group",
    "need": "Primary need",
    "route": "Route",
    "sex": "Sex",
    "pp": "Pupil premium",
    "cla": "Looked-after children",
    "eal": "First language",
}
FEWEST = 6


def everyone(_row: Row) -> bool:
    return True


class Reckoning(Counting):
    """The numbers and words of one school's report for a term."""

    def __init__(self, school_id: int | None, term_id: int) -> None:
        super().__init__(school_id, term_id)
        years = {row["id"]: row["starts_on"] for row in rows(schools.AcademicYear)}
        self.year_starts = years[self.this["year_id"]]
        self.routes = {row["id"]: row for row in rows(pupils.Route)}
        self.schools = {row["id"]: row["name"] for row in rows(schools.School)}
        self._reckoned: Tables = {}
        self.on_roll = self.roll(self.this)
        self.places = [
            ("All registered at {}", everyone),
            ("{} without its ARBs", same(arb_of, None)),
            *((name, same(arb_of, arb)) for arb, name in self._arbs().items()),
        ]

    def tables(self) -> Words:
        """Return every table of every section, as it is to be read."""
        return {
            code: {
                name: {column: cell["words"] for column, cell in line.items()}
                for name, line in table.items()
            }
            for code, table in self.numbers().items()
        }

    def numbers(self) -> Tables:
        """Return every table of every section, each cell with its numbers and its words."""
        self._reckoned = self._reckoned or self._all_tables()
        return self._reckoned

    def _all_tables(self) -> Tables:
        found: Tables = {}
        found["roll", "all"] = {"All pupils": {"pupils": a_count(len(self.on_roll))}}
        if self.on_roll:
            found |= {("roll", code): self._tell(code) for code in CORNERS}
        if self.on_roll and len(self.places) > 2:
            found["roll", "places"] = {
                self._named(name): {
                    "pupils": a_rate(sum(map(keep, self.on_roll)), len(self.on_roll))
                }
                for name, keep in self.places[1:]
            }
        if core := self._core():
            core["All core areas"] = self._area(lambda pair: core_of(pair) is not None)
            found["standards", "core"] = core
        found["standards", "coverage"] = {"All strands of all streams": self._coverage()}
        if others := self._others():
            found["other", "strands"] = others
        if self.on_roll:
            found |= {("groups", code): self._compare(code) for code in CORNERS}
        if len(self.places) > 2:
            found["places", "places"] = {
                self._named(name): self._place(keep) for name, keep in self.places
            }
        if targets := self._targets():
            found["targets", "areas"] = targets
        return found

    def few(self) -> set[tuple[str, str]]:
        """Return the groups, by table and name, with too few pupils compared to be spoken of."""
        return {
            (code, name)
            for code, names in self._parted().items()
            for name in names
            if self.group(self._in(code, name))["compared"] < FEWEST
        }

    def few_places(self) -> set[str]:
        """Return the places of which the same holds."""
        return {
            self._named(name) for name, keep in self.places if self.group(keep)["compared"] < FEWEST
        }

    # --- Who is where -----------------------------------------------------------------

    def _named(self, name: str) -> str:
        return name.replace("{}", self.schools[self.school_id])

    def _arbs(self) -> dict[int, str]:
        """Return the ARBs that were open on the census date, or in which someone is."""
        day, within = self.this["census_on"], {arb_of(pupil) for pupil in self.on_roll}
        return {
            row["id"]: f"{row['name']} at {self.schools[row['host_id']]}"
            for row in sorted(rows(schools.ARB), key=lambda row: row["name"])
            if row["school_id"] == self.school_id
            and (
                row["id"] in within
                or (
                    row["opened_on"] <= day
                    and (row["closed_on"] is None or row["closed_on"] >= day)
                )
            )
        }

    def _group_of(self, code: str, pupil: Row) -> str:
        """Say in which group of a division a pupil is."""
        if code == "year":
            year = year_of(pupil["born_on"], self.year_starts)
            return "Nursery" if year < 0 else f"Year {year}" if year else "Reception"
        if code == "route":
            return str(self.routes[route_of(pupil)]["name"])
        return {
            "need": NEEDS[pupil["primary_need"]],
            "sex": {"F": "Female", "M": "Male"}[pupil["sex"]],
            "pp": "Pupil premium" if pupil["pupil_premium"] else "Not pupil premium",
            "cla": "Looked after" if pupil["looked_after"] else "Not looked after",
            "eal": (
                "English as an additional language" if pupil["eal"] else "English as first language"
            ),
        }[code]

    def _in(self, code: str, name: str) -> Keep:
        return lambda pupil: self._group_of(code, pupil) == name

    def _parted(self) -> dict[str, list[str]]:
        """Return the groups of each division, in the order of the tables."""
        found = {}
        for code in CORNERS:
            names = [self._group_of(code, pupil) for pupil in self.on_roll]
            found[code] = sorted(
                set(names), key=lambda name: self._order(code, name, names)
            )  # used at once
        return found

    def _order(self, code: str, name: str, names: list[str]) -> Any:
        if code == "year":
            early = {"Nursery": -1, "Reception": 0}
            return early[name] if name in early else int(name.removeprefix("Year "))
        if code == "need":
            return -names.count(name), name
        if code == "route":
            return next(r["position"] for r in self.routes.values() if r["name"] == name)
        # Of two: girls before boys, and those of whom something is said before the others.
        return name in {
            "Male",
            "Not pupil premium",
            "Not looked after",
            "English as first language",
        }

    # --- Tables -----------------------------------------------------------------------

    def _tell(self, code: str) -> Table:
        names = [self._group_of(code, pupil) for pupil in self.on_roll]
        return {
            name: {"pupils": a_rate(names.count(name), len(names))} for name in self._parted()[code]
        }

    def _core(self) -> Table:
        areas = sorted(rows(assessment.CoreArea), key=lambda row: row["position"])
        return self._shown((row["name"], same(core_of, row["id"])) for row in areas)

    def _others(self) -> Table:
        """Reckon the strands of no core area, whatever version of their stream they are of."""
        found = {
            codes_of(each): (
                (each["stream"]["code"], each["strand"]["position"]),
                f"{each['stream']['name']}: {each['strand']['name']}",
            )
            for each in (*(self.pairs_last or ()), *self.pairs_this)
            if codes_of(each)
        }
        ordered = sorted(found.items(), key=lambda each: each[1])
        return self._shown((name, same(codes_of, codes)) for codes, (_, name) in ordered)

    def _shown(self, areas: Iterable[tuple[str, Keep]]) -> Table:
        """Keep the rows that have something in either term."""
        found = {name: self._area(keep) for name, keep in areas}
        return {
            name: line
            for name, line in found.items()
            if line["coverage"]["of"] or line["last"].get("of")
        }

    def _area(self, keep: Keep) -> dict[str, Row]:
        made = self.area(keep)
        return {
            "coverage": a_part(made["judged"], made["due"]),
            "no_baseline": a_count(made["no_baseline"]),
            **{band: a_count(made[band]) for band in BANDS},
            "share": self._share(made),
            **self._moved(made),
        }

    def _share(self, made: Row) -> Row:
        why = "no baseline" if made["judged"] else "not judged yet"
        return a_share(made["share"], why if made["due"] else "none due")

    def _moved(self, made: Row) -> dict[str, Row]:
        if made["last"] is None:
            return {"last": in_words("no term before"), "change": in_words("")}
        return {
            "last": a_share(made["last"], "none judged"),
            "change": a_change(made["change"]),
        }

    def _coverage(self) -> dict[str, Row]:
        made = self.counts(self.pairs_this, 0)
        return {
            "coverage": a_part(made["judged"], made["due"]),
            "no_baseline": a_count(made["no_baseline"]),
        }

    def _compare(self, code: str) -> Table:
        return {name: self._group(self._in(code, name)) for name in self._parted()[code]}

    def _group(self, keep: Keep) -> dict[str, Row]:
        made = self.group(keep)
        return {
            "pupils": a_count(made["pupils"]),
            "coverage": a_part(made["judged"], made["due"]),
            "no_baseline": a_count(made["no_baseline"]),
            "share": self._share(made),
        }

    def _place(self, keep: Keep) -> dict[str, Row]:
        made = self.place(keep)
        why = "not judged yet" if made["targets_not_judged"] else "none set"
        return {
            **self._group(keep),
            "targets": a_share(made["targets"], why),
            "targets_not_judged": a_count(made["targets_not_judged"]),
        }

    def _targets(self) -> Table:
        found = {name: self._area_of_need(area) for area, name in AREAS.items()}
        shown = {
            name: line for name, line in found.items() if line["set"]["n"] or line["last"].get("of")
        }
        return {**shown, "All areas": self._area_of_need(None)} if shown else {}

    def _area_of_need(self, area: str | None) -> dict[str, Row]:
        made = self.target_row(area)
        counted = ("set", "not_judged", "not_yet", "partly", "met", "exceeded")
        return {
            **{column: a_count(made[column]) for column in counted},
            "share": a_share(made["share"], "not judged yet" if made["set"] else "none set"),
            **self._moved(made),
        }
