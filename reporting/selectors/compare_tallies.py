"""What the comparison counts: judgements and targets by place, by core area and over all."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from math import floor

from django.db.models import Count, FilteredRelation, Q

from assessment.measures import Indicator, Interval, wilson
from assessment.selectors.progress import (
    progress_counts,
    pupils_compared,
    strands_due,
)
from parrcs.core.planning import much_at_once
from pupils.choices import TargetOutcome
from pupils.models import TermlyTarget
from pupils.models.plans import target_is_due
from pupils.selectors.cohorts import Cohort
from pupils.selectors.lenses import Place
from reporting.selectors.compare_choices import Chosen

# A share or a mean of fewer than this says nothing of a school.
TOO_FEW = 6


@dataclass
class Tally:
    """What was counted in one place or in several together. A judgement is a pupil in a strand."""

    pupils: int = 0
    due: int = 0
    none: int = 0
    some: int = 0
    expected: int = 0
    better: int = 0
    no_baseline: int = 0
    gain: Decimal = Decimal(0)
    targets_met: int = 0
    targets_not_met: int = 0
    targets_not_judged: int = 0
    pupils_compared: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def compared(self) -> int:
        """Judgements with a baseline to compare with: what every share is a share of."""
        return self.none + self.some + self.expected + self.better

    @property
    def judged(self) -> int:
        """All judgements, with a baseline or without."""
        return self.compared + self.no_baseline

    @property
    def not_judged(self) -> int:
        """Judgements that were due and are not in."""
        return self.due - self.judged

    @property
    def at_or_above(self) -> int:
        """Judgements at or above the expected gain."""
        return self.expected + self.better

    @property
    def too_few(self) -> bool:
        """Whether too few pupils are judged, in however many strands, for a share to speak."""
        return self.pupils_compared < TOO_FEW

    @property
    def coverage(self) -> int:
        """Judged of due, in per cent."""
        return percent_of(self.judged, self.due)

    @cached_property
    def interval(self) -> Interval | None:
        """The share at or above expected, with its 95 % interval."""
        return wilson(self.at_or_above, self.compared)

    @property
    def shown(self) -> tuple[int, int, int] | None:
        """That share and its interval in per cent; None when too few to say."""
        if self.interval is None or self.too_few:
            return None
        return (
            percent_of(self.at_or_above, self.compared),
            percent(self.interval.low),
            percent(self.interval.high),
        )

    @property
    def targets(self) -> int:
        """Termly targets that were judged."""
        return self.targets_met + self.targets_not_met

    @property
    def targets_interval(self) -> Interval | None:
        """The share of targets met, with its 95 % interval."""
        return wilson(self.targets_met, self.targets)

    @property
    def targets_shown(self) -> int | None:
        """The share of targets met in per cent; None when too few to say."""
        if self.targets < TOO_FEW:
            return None
        return percent_of(self.targets_met, self.targets)

    @property
    def mean_gain(self) -> Decimal | None:
        """The mean of all gains since the baseline, in points; None when there is none."""
        return self.gain / self.compared if self.compared else None

    @property
    def bands(self) -> list[tuple[str, str, str]]:
        """The parts of a bar 100 wide: the class of each, where it starts, how wide it is."""
        parts, start = [], 0.0
        for name in ("none", "some", "expected", "better", "no_baseline"):
            width = 100 * getattr(self, name) / self.judged if self.judged else 0
            if width:
                parts.append((name, f"{start:.2f}", f"{width:.2f}"))
            start += width
        return parts


_NAMES = {
    Indicator.NONE: "none",
    Indicator.SOME: "some",
    Indicator.EXPECTED: "expected",
    Indicator.BETTER: "better",
    None: "no_baseline",
}


class Tallies:
    """All counts of a cohort by place; `areas` has the judgements again, by core area."""

    def __init__(self, cohort: Cohort, chosen: Chosen) -> None:
        self.places: dict[Place, Tally] = defaultdict(Tally)
        self.areas: dict[str, dict[Place, Tally]] = {
            area: defaultdict(Tally) for area in chosen.areas
        }
        self.streams: set[int] = set()
        self._strands = {each.id: each for each in chosen.strands}
        with much_at_once():
            self._count_due(cohort)
            self._count_judgements(cohort)
            self._count_pupils(cohort)
            self._count_targets(cohort)

    def within(self, counts: Callable[[Place], bool]) -> tuple[Tally, dict[str, Tally]]:
        """Put the places together that count: over all, and by core area."""
        return (
            _sum(self.places, counts),
            {area: _sum(places, counts) for area, places in self.areas.items()},
        )

    def _count_due(self, cohort: Cohort) -> None:
        due = strands_due(cohort.term)
        placed = cohort.placements.values_list("school", "arb", "route").annotate(
            pupils=Count("id")
        )
        for school, arb, route, pupils in placed:
            place = Place(school, arb)
            self.places[place].pupils += pupils
            for strand in due.get(route, ()):
                for tally in self._tallies_of(place, strand.strand_id):
                    tally.due += pupils

    def _count_judgements(self, cohort: Cohort) -> None:
        for each in progress_counts(cohort):
            place = Place(each.school_id, each.arb_id)
            for tally in self._tallies_of(place, each.strand_id):
                name = _NAMES[each.indicator]
                setattr(tally, name, getattr(tally, name) + each.judgements)
                if each.gain is not None:
                    tally.gain += each.gain * each.judgements
                    self.streams.add(self._strands[each.strand_id].stream_id)

    def _count_pupils(self, cohort: Cohort) -> None:
        """Count those with a gain in any strand, over all and within each core area."""
        areas = list(self.areas)
        groups = [set(self._strands)] + [
            {each.id for each in self._strands.values() if each.choice == area} for area in areas
        ]
        for school, arb, (overall, *by_area) in pupils_compared(cohort, groups=groups):
            place = Place(school, arb)
            self.places[place].pupils_compared = overall
            for area, pupils in zip(areas, by_area, strict=True):
                self.areas[area][place].pupils_compared = pupils

    def _count_targets(self, cohort: Cohort) -> None:
        for school, arb, judged, targets in target_counts(cohort):
            tally = self.places[Place(school, arb)]
            if judged is None:
                tally.targets_not_judged += targets
            elif judged >= TargetOutcome.MET:
                tally.targets_met += targets
            else:
                tally.targets_not_met += targets

    def _tallies_of(self, place: Place, strand_id: int) -> list[Tally]:
        """Return the tallies in which a strand counts: none when it was not chosen."""
        strand = self._strands.get(strand_id)
        if strand is None:
            return []
        if strand.area_code is None:
            return [self.places[place]]
        return [self.places[place], self.areas[strand.choice][place]]


def _sum(places: dict[Place, Tally], counts: Callable[[Place], bool]) -> Tally:
    return sum((tally for place, tally in places.items() if counts(place)), Tally())


def target_counts(cohort: Cohort) -> list[tuple[int, int | None, int | None, int]]:
    """Count a cohort's targets of its term by school, ARB and how they were judged."""
    day = cohort.term.census_on
    return list(
        TermlyTarget.objects.filter(target_is_due(), term=cohort.term)
        .annotate(
            placed=FilteredRelation(
                "pupil__placements",
                condition=Q(pupil__placements__starts_on__lte=day)
                & (
                    Q(pupil__placements__ends_on__isnull=True)
                    | Q(pupil__placements__ends_on__gte=day)
                ),
            )
        )
        .filter(placed__in=cohort.placements)
        .order_by()
        .values_list("placed__school", "placed__arb", "judged")
        .annotate(targets=Count("id"))
    )


def percent(share: float) -> int:
    """Return a share as a whole per cent, halves up."""
    return floor(100 * share + 0.5)


def percent_of(part: int, whole: int) -> int:
    """Return a part as a whole per cent, halves up and exact; 0 of 0 is 0."""
    return (200 * part + whole) // (2 * whole) if whole else 0


def signed(points: Decimal) -> str:
    """Write a gain with its sign and one decimal."""
    rounded = points.quantize(Decimal("0.1"), ROUND_HALF_UP)
    sign = "\N{MINUS SIGN}" if rounded < 0 else "+" if rounded > 0 else ""
    return f"{sign}{abs(rounded)}"
