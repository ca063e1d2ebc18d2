"""How a report divides the pupils on roll: by year, need, route, sex and characteristics."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from pupils.choices import PrimaryNeed, Sex
from pupils.models.pupils import national_year
from reporting.selectors.report_rows import PupilOnRoll, ReportRows


@dataclass(frozen=True)
class Group:
    """The pupils who have one characteristic in common; `key` is its part of a figure's name."""

    key: str
    name: str
    pupils: list[PupilOnRoll]

    @property
    def code(self) -> str:
        """Its code within its division."""
        return self.key.partition(":")[2]


@dataclass(frozen=True)
class Division:
    """A way to part the pupils on roll: each of them is in one of its groups, none is empty.

    `absent` are the keys of groups that there could be, and nobody is in.
    """

    code: str
    title: str
    groups: list[Group]
    absent: list[str]


def divisions(rows: ReportRows) -> list[Division]:
    """Return every way in which the pupils of the term are parted."""
    term = rows.this
    year = _parted(term.pupils, lambda pupil: year_group(pupil, term.year_starts_on))
    years = {number for number, _ in year}
    need = _parted(term.pupils, lambda pupil: pupil.primary_need)
    sex = _parted(term.pupils, lambda pupil: pupil.sex)
    route = _parted(term.pupils, lambda pupil: pupil.route_id)
    return [
        _division(
            "year",
            "Year group",
            [
                *((n, name, year[n, name]) for n, name in sorted(year)),
                *((n, "", []) for n in _YEARS if n not in years),
            ],
        ),
        _division("need", "Primary need", _by_size({each: need[each] for each in NEEDS})),
        _division(
            "route",
            "Route",
            [(route_id, name, route[route_id]) for route_id, name in rows.routes.items()],
        ),
        _division("sex", "Sex", [(each, each.label, sex[each]) for each in Sex]),
        *(
            _division(code, title, _with_and_without(term.pupils, having, yes, no))
            for code, title, having, yes, no in FLAGS
        ),
    ]


FLAGS: tuple[tuple[str, str, Callable[[PupilOnRoll], bool], str, str], ...] = (
    ("pp", "Pupil premium", lambda each: each.pupil_premium, "Pupil premium", "Not pupil premium"),
    (
        "cla",
        "Looked-after children",
        lambda each: each.looked_after,
        "Looked after",
        "Not looked after",
    ),
    (
        "eal",
        "First language",
        lambda each: each.eal,
        "English as an additional language",
        "English as first language",
    ),
)

_YEARS = range(-1, 15)
NEEDS = {each.value: str(each.label) for each in PrimaryNeed}
SEXES = {each.value: str(each.label) for each in Sex}

type _Parts = list[tuple[object, str, list[PupilOnRoll]]]


def _division(code: str, title: str, parts: _Parts) -> Division:
    groups = [Group(f"{code}:{each}", str(name), pupils) for each, name, pupils in parts if pupils]
    absent = [f"{code}:{each}" for each, _, pupils in parts if not pupils]
    return Division(code, title, groups, absent)


def _with_and_without(
    pupils: list[PupilOnRoll], having: Callable[[PupilOnRoll], bool], yes: str, no: str
) -> _Parts:
    parts = _parted(pupils, having)
    return [("yes", yes, parts[True]), ("no", no, parts[False])]


def _by_size(parts: dict[str, list[PupilOnRoll]]) -> _Parts:
    """Put needs in order, the most frequent first."""
    named = [(need, str(PrimaryNeed(need).label), pupils) for need, pupils in parts.items()]
    return [*sorted(named, key=lambda each: (-len(each[2]), each[1]))]


def _parted[K: Hashable](
    pupils: Iterable[PupilOnRoll], key: Callable[[PupilOnRoll], K]
) -> dict[K, list[PupilOnRoll]]:
    parts: dict[K, list[PupilOnRoll]] = defaultdict(list)
    for pupil in pupils:
        parts[key(pupil)].append(pupil)
    return parts


def year_group(pupil: PupilOnRoll, year_starts_on: dt.date) -> tuple[int, str]:
    """Return the year group of a pupil in a school year: its number, and how it is called."""
    year = max(-1, national_year(pupil.born_on, year_starts_on))
    if year < 0:
        return year, "Nursery"
    return year, f"Year {year}" if year else "Reception"
