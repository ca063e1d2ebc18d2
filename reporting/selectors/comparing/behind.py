"""The pupils behind a number of the comparison, one line for each judgement or target."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from assessment.measures import Indicator, exact, signed
from assessment.selectors.progress import DueStrand, Progress, progress_of, strands_due
from parrcs.core.access import Access
from parrcs.core.planning import much_at_once
from pupils.choices import TargetOutcome
from pupils.models import Placement, TermlyTarget
from pupils.models.plans import target_is_due
from pupils.selectors.cohorts import Cohort
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.units import Unit, unit_called, within


class Number(StrEnum):
    """A number of the comparison that can be opened."""

    JUDGED = "judged"
    NOT_JUDGED = "not-judged"
    NONE = "none"
    SOME = "some"
    EXPECTED = "expected"
    BETTER = "better"
    AT_OR_ABOVE = "at-or-above"
    BELOW = "below"
    NO_BASELINE = "no-baseline"
    TARGETS_MET = "targets-met"
    TARGETS_NOT_MET = "targets-not-met"
    TARGETS_NOT_JUDGED = "targets-not-judged"

    @property
    def words(self) -> str:
        """What was counted, as it stands after the number."""
        return _WORDS[self]

    @property
    def of_targets(self) -> bool:
        """Whether this number counts termly targets, not judgements."""
        return self in TARGETS

    @property
    def unjudged(self) -> bool:
        """Whether this number counts what is not there yet."""
        return self in (Number.NOT_JUDGED, Number.TARGETS_NOT_JUDGED)


_WORDS = {
    Number.JUDGED: "judged",
    Number.NOT_JUDGED: "not yet judged",
    Number.NONE: "no progress",
    Number.SOME: "some progress",
    Number.EXPECTED: "expected progress",
    Number.BETTER: "better than expected",
    Number.AT_OR_ABOVE: "at or above expected",
    Number.BELOW: "below expected",
    Number.NO_BASELINE: "without a baseline",
    Number.TARGETS_MET: "targets met",
    Number.TARGETS_NOT_MET: "targets not met",
    Number.TARGETS_NOT_JUDGED: "targets not yet judged",
}
TARGETS = (Number.TARGETS_MET, Number.TARGETS_NOT_MET, Number.TARGETS_NOT_JUDGED)

_JUDGEMENTS: dict[Number, Callable[[Progress], bool]] = {
    Number.JUDGED: lambda _: True,
    Number.NONE: lambda each: each.indicator is Indicator.NONE,
    Number.SOME: lambda each: each.indicator is Indicator.SOME,
    Number.EXPECTED: lambda each: each.indicator is Indicator.EXPECTED,
    Number.BETTER: lambda each: each.indicator is Indicator.BETTER,
    Number.AT_OR_ABOVE: lambda each: (each.indicator or 0) >= Indicator.EXPECTED,
    Number.BELOW: lambda each: each.indicator in (Indicator.NONE, Indicator.SOME),
    Number.NO_BASELINE: lambda each: each.indicator is None,
}

_MARKS: dict[Indicator | None, tuple[str, str]] = {
    Indicator.NONE: ("none", "None"),
    Indicator.SOME: ("some", "Some"),
    Indicator.EXPECTED: ("expected", "Expected"),
    Indicator.BETTER: ("better", "Better"),
    None: ("", "No baseline"),
}


class Line(NamedTuple):
    """One judgement or target of one pupil, ready to be read."""

    placement: Placement
    what: str
    value: str = ""
    gain: str = ""
    expected: str = ""
    mark: str = ""
    word: str = ""


@dataclass(frozen=True)
class Behind:
    """The lines behind a number, and how many stand behind each number beside it."""

    unit: Unit
    number: Number
    lines: list[Line]
    counts: dict[Number, int]

    @property
    def pupils(self) -> int:
        """How many pupils the lines are of."""
        return len({line.placement.pupil_id for line in self.lines})

    @property
    def beside(self) -> list[tuple[Number, int]]:
        """The numbers of the same kind, this one among them, in order."""
        return [(number, self.counts[number]) for number in Number if number in self.counts]


class NoSuchNumber(LookupError):
    """There is no such number of a row."""


@much_at_once()
def pupils_behind(access: Access, *, chosen: Chosen, unit: str, number: str) -> Behind:
    """Return the pupils behind one number of one row, of those whom the person may see.

    Raises `NoSuchUnit` and `NoSuchNumber`.
    """
    if number not in set(Number):
        raise NoSuchNumber
    cohort = chosen.cohort(access)
    row = unit_called(access, unit)
    asked = Number(number)
    part = within(cohort, unit=row, lens=chosen.lens)
    placements = {
        each.pupil_id: each
        for each in part.placements.select_related("pupil", "route", "class_group", "school", "arb")
    }
    if asked.of_targets:
        by_number = _targets(part, placements)
    else:
        by_number = _judgements(part, placements, chosen)
    return Behind(
        row,
        asked,
        sorted(by_number[asked], key=_by_name),
        {each: len(lines) for each, lines in by_number.items()},
    )


def _by_name(line: Line) -> tuple[str, str, int]:
    pupil = line.placement.pupil
    return pupil.last_name, pupil.first_name, pupil.pk


def _judgements(
    cohort: Cohort, placements: dict[int, Placement], chosen: Chosen
) -> dict[Number, list[Line]]:
    counted = chosen.strand_ids
    due = strands_due(cohort.term)
    names = {s.strand_id: s for strands in due.values() for s in strands}
    order = {strand_id: position for position, strand_id in enumerate(names)}
    judged = sorted(
        (each for each in progress_of(cohort) if each.strand_id in counted),
        key=lambda each: order[each.strand_id],
    )
    lines: dict[Number, list[Line]] = {
        number: [
            _line(each, placements[each.pupil_id], names[each.strand_id])
            for each in judged
            if belongs(each)
        ]
        for number, belongs in _JUDGEMENTS.items()
    }
    done = {(each.pupil_id, each.strand_id) for each in judged}
    lines[Number.NOT_JUDGED] = [
        Line(placement, _strand(strand), word="Not yet judged")
        for placement in placements.values()
        for strand in due.get(placement.route_id, ())
        if strand.strand_id in counted and (placement.pupil_id, strand.strand_id) not in done
    ]
    return lines


def _line(each: Progress, placement: Placement, strand: DueStrand) -> Line:
    mark, word = _MARKS[each.indicator]
    return Line(
        placement,
        _strand(strand),
        exact(each.value),
        "" if each.gain is None else signed(each.gain),
        "" if each.expected is None else exact(each.expected),
        mark,
        word,
    )


def _strand(strand: DueStrand) -> str:
    return f"{strand.name} ({strand.stream})"


def _targets(cohort: Cohort, placements: dict[int, Placement]) -> dict[Number, list[Line]]:
    lines: dict[Number, list[Line]] = {number: [] for number in TARGETS}
    targets = TermlyTarget.objects.filter(
        target_is_due(), term=cohort.term, pupil__in=cohort.placements.values("pupil")
    ).order_by("position")
    for target in targets:
        number, mark = _target_number(target.judged)
        lines[number].append(
            Line(
                placements[target.pupil_id],
                target.walt,
                mark=mark,
                word=target.get_judged_display() or "Not yet judged",
            )
        )
    return lines


_TARGET_MARKS = {
    TargetOutcome.NOT_YET: "none",
    TargetOutcome.PARTLY: "some",
    TargetOutcome.MET: "expected",
    TargetOutcome.EXCEEDED: "better",
}


def _target_number(judged: int | None) -> tuple[Number, str]:
    if judged is None:
        return Number.TARGETS_NOT_JUDGED, ""
    met = judged >= TargetOutcome.MET
    number = Number.TARGETS_MET if met else Number.TARGETS_NOT_MET
    return number, _TARGET_MARKS[TargetOutcome(judged)]
