"""Groups of pupils beside everybody else: gaps with their intervals."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

from assessment.measures import Difference, difference
from parrcs.core.access import Access
from parrcs.core.planning import much_at_once
from pupils.choices import PrimaryNeed, Sex
from pupils.models.pupils import national_year, year_words
from pupils.selectors.cohorts import Cohort
from reporting.selectors.comparing.choices import YEAR_GROUPS, Chosen
from reporting.selectors.comparing.tallies import Tallies, Tally
from reporting.selectors.comparing.words import difference_said
from schools.choices import SchoolKind
from schools.models import Term

AT_MOST = 4
_OF_PUPILS = (
    "pupil",
    "pupil__primary_need",
    "pupil__pupil_premium",
    "pupil__looked_after",
    "pupil__eal",
    "pupil__sex",
    "pupil__born_on",
    "route__position",
    "route__code",
    "route__name",
    "arb",
    "school__kind",
)


class Group(NamedTuple):
    """Some pupils beside all others who are counted.

    `choice` narrows the comparison to them, as (name, value); None where no choice does.
    """

    name: str
    choice: tuple[str, str] | None
    tally: Tally
    others: Tally

    @property
    def gap(self) -> Difference | None:
        """How much larger the share at or above expected is than that of all others.

        None where too few pupils are judged on either side.
        """
        if self.tally.too_few or self.others.too_few:
            return None
        return difference(
            (self.tally.at_or_above, self.tally.compared),
            (self.others.at_or_above, self.others.compared),
        )

    @property
    def gap_words(self) -> str:
        """The gap in percentage points with its interval."""
        return difference_said(self.gap) if self.gap else ""

    @property
    def mark(self) -> tuple[str, str]:
        """The mark of the gap, and the word for it."""
        gap = self.gap
        if gap is None:
            return "", "too few"
        if not gap.clear:
            return "expected", "no clear gap"
        return ("better", "ahead") if gap.by > 0 else ("none", "behind")


class Division(NamedTuple):
    """All pupils parted one way."""

    code: str
    title: str
    groups: Sequence[Group]


@dataclass(frozen=True)
class Divided:
    """The pupils counted, parted in every way there is."""

    chosen: Chosen
    total: Tally
    divisions: Sequence[Division]

    @cached_property
    def compared(self) -> list[tuple[Group, Difference]]:
        """The gaps that were looked at; of two groups that are each other's others, one."""
        return [
            (group, gap)
            for division in self.divisions
            for group in division.groups
            if (gap := group.gap) and not (len(division.groups) == 2 and gap.by > 0)
        ]

    @property
    def clear(self) -> list[Group]:
        """Those that chance alone hardly explains, the furthest beyond their intervals first."""
        found = [each for each in self.compared if each[1].clear]
        return [group for group, _ in sorted(found, key=lambda each: -each[1].beyond)]

    @property
    def untold(self) -> int:
        """How many more there are than are told."""
        return len(self.clear[AT_MOST:])

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """Return mark, title and sentence of the first of them."""
        return [
            (
                group.mark[0],
                f"{group.name}: {group.mark[1]}",
                f"{group.tally.said} at or above expected, all others {group.others.said}.",
            )
            for group in self.clear[:AT_MOST]
        ]


# Of a pupil: the key by which groups stand in order, the group's name, and the choice that
# narrows the comparison to it.
type _Known = dict[str, Any]
type _Into = Callable[[_Known, Term], tuple[Any, str, tuple[str, str] | None]]


def _yes_or_no(field: str, choice: str, yes: str, no: str) -> _Into:
    def into(known: _Known, _term: Term) -> tuple[Any, str, tuple[str, str]]:
        has = known[field]
        return not has, yes if has else no, (choice, "yes" if has else "no")

    return into


def _need(known: _Known, _term: Term) -> tuple[Any, str, tuple[str, str]]:
    need = PrimaryNeed(known["pupil__primary_need"])
    return need.label, str(need.label), ("need", need.value)


def _sex(known: _Known, _term: Term) -> tuple[Any, str, tuple[str, str]]:
    sex = Sex(known["pupil__sex"])
    return sex.label, str(sex.label), ("sex", sex.value)


def _year(known: _Known, term: Term) -> tuple[Any, str, tuple[str, str] | None]:
    year = national_year(known["pupil__born_on"], term.year.starts_on)
    return year, year_words(year), ("year", str(year)) if year in YEAR_GROUPS else None


def _route(known: _Known, _term: Term) -> tuple[Any, str, tuple[str, str]]:
    return known["route__position"], known["route__name"], ("route", known["route__code"])


def _setting(known: _Known, _term: Term) -> tuple[Any, str, None]:
    if known["arb"]:
        return 1, "In an ARB", None
    special = known["school__kind"] == SchoolKind.SPECIAL
    return (0, "In a special school", None) if special else (2, "In a mainstream school", None)


_WAYS: tuple[tuple[str, str, _Into], ...] = (
    ("setting", "Where taught", _setting),
    ("route", "Route", _route),
    ("need", "Primary need", _need),
    (
        "pp",
        "Pupil premium (PP)",
        _yes_or_no("pupil__pupil_premium", "pp", "Pupil premium", "No pupil premium"),
    ),
    (
        "cla",
        "Child looked after (CLA)",
        _yes_or_no("pupil__looked_after", "cla", "Looked after", "Not looked after"),
    ),
    (
        "eal",
        "English as an additional language (EAL)",
        _yes_or_no("pupil__eal", "eal", "EAL", "Not EAL"),
    ),
    ("sex", "Sex", _sex),
    ("year", "Year group", _year),
)


@much_at_once()
def divided(access: Access, *, chosen: Chosen) -> Divided:
    """Return the pupils counted, in groups, each beside all others.

    Counted once pupil by pupil, so that eight ways to part them cost no more than one.
    """
    everyone = chosen.cohort(access)
    tallies = Tallies(everyone, chosen, by=("pupil",))
    tallies.count_targets()
    total = together(tallies.parts.values())
    known = _known(everyone)
    return Divided(
        chosen,
        total,
        [
            Division(code, title, _groups(known, tallies, into, total, chosen.term))
            for code, title, into in _WAYS
        ],
    )


def _known(everyone: Cohort) -> list[_Known]:
    return list(everyone.placements.values(*_OF_PUPILS))


def _groups(
    known: Sequence[_Known], tallies: Tallies, into: _Into, total: Tally, term: Term
) -> list[Group]:
    members: dict[Any, list[Tally]] = defaultdict(list)
    for each in known:
        members[into(each, term)].append(tallies.parts[each["pupil"],])
    found = []
    for key in sorted(members):
        _, name, choice = key
        tally = together(members[key])
        found.append(Group(name, choice, tally, _without(total, tally)))
    return found


def together(tallies: Iterable[Tally]) -> Tally:
    """Add up tallies of different pupils."""
    rows = [tuple(getattr(each, name) for name in _FIELDS) for each in tallies]
    return Tally(*(sum(column) for column in zip(*rows, strict=True)))


_FIELDS = tuple(each.name for each in fields(Tally))


def _without(whole: Tally, part: Tally) -> Tally:
    return Tally(*(getattr(whole, name) - getattr(part, name) for name in _FIELDS))
