"""What a comparison counts of the parts of a cohort: judgements, targets and sessions."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Sum

from assessment.measures import Indicator, Interval, wilson
from assessment.selectors.progress import (
    PLACE,
    Parted,
    progress_counts,
    strands_due,
)
from pupils.choices import TargetOutcome
from pupils.measures import Attendance
from pupils.models import AttendanceTotal, TermlyTarget
from pupils.models.plans import target_is_due
from pupils.selectors.cohorts import Cohort, on_census, placed
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.words import percent, percent_of, share_said

# A share or a mean of fewer than this says nothing of a school.
TOO_FEW = 6


@dataclass
class Tally:
    """What was counted in one part or in several together. A judgement is a pupil in a strand.

    `pupils_compared` have a gain, `pupils_aimed` a target that was judged, `attending` a possible
    session; `possible` and `attended` are sessions.
    """

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
    pupils_aimed: int = 0
    attending: int = 0
    possible: int = 0
    attended: int = 0
    persistent: int = 0

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
    def said(self) -> str:
        """That share in words, with how many of how many."""
        return share_said(self.at_or_above, self.compared)

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
        """The share of targets met in per cent; None when too few pupils to say."""
        if self.pupils_aimed < TOO_FEW:
            return None
        return percent_of(self.targets_met, self.targets)

    @property
    def attendance(self) -> float | None:
        """The share of sessions attended in per cent; None when too few pupils to say."""
        if self.attending < TOO_FEW:
            return None
        return 100 * self.attended / self.possible

    @property
    def persistent_shown(self) -> int | None:
        """The share of pupils persistently absent in per cent; None when too few to say."""
        if self.attending < TOO_FEW:
            return None
        return percent_of(self.persistent, self.attending)

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


# The values by which a cohort was parted, in their order.
type Part = tuple[Any, ...]


class Tallies:
    """What was judged of what was due in each part of a cohort, over all and by strand.

    `strands` has the judgements again by strand, each called by its choice: those of a core area
    together, the others each alone. Targets and sessions are counted when asked for.
    """

    def __init__(self, cohort: Cohort, chosen: Chosen, *, by: Parted = PLACE) -> None:
        self.parts: dict[Part, Tally] = defaultdict(Tally)
        self.strands: dict[str, dict[Part, Tally]] = {
            each.choice: defaultdict(Tally) for each in chosen.strands
        }
        self.streams: set[int] = set()
        self._cohort, self._by = cohort, by
        self._strands = {each.id: each for each in chosen.strands}
        self._count_due()
        self._count_judgements()

    def within(self, counts: Callable[[Part], bool]) -> tuple[Tally, dict[str, Tally]]:
        """Put the parts together that count: over all, and by strand."""
        return (
            _sum(self.parts, counts),
            {choice: _sum(parts, counts) for choice, parts in self.strands.items()},
        )

    def alone(self, part: Part) -> tuple[Tally, dict[str, Tally]]:
        """Return one part: over all, and by strand."""
        found = {choice: parts.get(part, Tally()) for choice, parts in self.strands.items()}
        return self.parts.get(part, Tally()), found

    def count_targets(self) -> None:
        """Count the termly targets of each part, in whichever strand."""
        aimed: dict[Part, set[int]] = defaultdict(set)
        for *values, judged, targets, pupils in target_counts(self._cohort, by=self._by):
            part = tuple(values)
            tally = self.parts[part]
            if judged is None:
                tally.targets_not_judged += targets
                continue
            aimed[part].update(pupils)
            if judged >= TargetOutcome.MET:
                tally.targets_met += targets
            else:
                tally.targets_not_met += targets
        for part, of in aimed.items():
            self.parts[part].pupils_aimed = len(of)

    def count_sessions(self) -> None:
        """Count the sessions of the term of those in each part, wherever they attended them."""
        for part, sessions in sessions_of(self._cohort, by=self._by):
            tally = self.parts[part]
            tally.attending += 1
            tally.possible += sessions.possible
            tally.attended += sessions.attended
            tally.persistent += sessions.persistently_absent

    def _count_due(self) -> None:
        due = strands_due(self._cohort.term)
        placed = self._cohort.placements.values_list(*self._by, F("route")).annotate(
            pupils=Count("id")
        )
        for *values, route, pupils in placed:
            part = tuple(values)
            self.parts[part].pupils += pupils
            for strand in due.get(route, ()):
                for tally in self._tallies_of(part, strand.strand_id):
                    tally.due += pupils

    def _count_judgements(self) -> None:
        """Count the judgements, and the pupils with a gain: over all, and under each choice."""
        compared: dict[tuple[str, Part], set[int]] = defaultdict(set)
        for each in progress_counts(self._cohort, by=self._by):
            for tally in self._tallies_of(each.part, each.strand_id):
                name = _NAMES[each.indicator]
                setattr(tally, name, getattr(tally, name) + each.judgements)
                if each.gain is not None:
                    tally.gain += each.gain * each.judgements
            if each.gain is not None and each.strand_id in self._strands:
                strand = self._strands[each.strand_id]
                self.streams.add(strand.stream_id)
                compared["", each.part].update(each.pupils)
                compared[strand.choice, each.part].update(each.pupils)
        for (choice, part), pupils in compared.items():
            tallies = self.strands[choice] if choice else self.parts
            tallies[part].pupils_compared = len(pupils)

    def _tallies_of(self, part: Part, strand_id: int) -> list[Tally]:
        """Return the tallies in which a strand counts: none when it was not chosen."""
        strand = self._strands.get(strand_id)
        if strand is None:
            return []
        return [self.parts[part], self.strands[strand.choice][part]]


def _sum(parts: dict[Part, Tally], counts: Callable[[Part], bool]) -> Tally:
    return sum((tally for part, tally in parts.items() if counts(part)), Tally())


def target_counts(cohort: Cohort, *, by: Parted = PLACE) -> list[tuple[Any, ...]]:
    """Count a cohort's targets of its term by part and by how they were judged; with whose."""
    return list(
        TermlyTarget.objects.filter(target_is_due(), term=cohort.term)
        .annotate(placed=on_census(cohort.term))
        .filter(placed__in=cohort.placements)
        .order_by()
        .values_list(*placed(by), "judged")
        .annotate(targets=Count("id"), pupils=ArrayAgg("pupil", distinct=True))
    )


def sessions_of(cohort: Cohort, *, by: Parted = PLACE) -> list[tuple[Part, Attendance]]:
    """Return the sessions that each pupil had in a cohort's term, with the pupil's part."""
    term = cohort.term
    rows = (
        AttendanceTotal.objects.filter(
            starts_on__range=(term.starts_on, term.ends_on), possible__gt=0
        )
        .annotate(placed=on_census(term))
        .filter(placed__in=cohort.placements)
        .order_by()
        .values_list(*placed(by), F("pupil"))
        .annotate(of=Sum("possible"), n=Sum("attended"))
    )
    return [(tuple(part), Attendance(of, n)) for *part, _pupil, of, n in rows]
