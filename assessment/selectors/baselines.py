"""Starting points: those of one pupil with what became of them, and who of a class has none yet."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from assessment.models import Baseline, Expectation, Point, Strand, Stream
from assessment.selectors.progress import DueStrand, in_force_on, strands_due
from parrcs.core.access import Access
from pupils.models import Pupil
from pupils.selectors.pupils import PupilFile
from pupils.selectors.registers import Registered, judged_route, registers
from schools.models import ClassGroup, Term, User
from schools.selectors.calendar import current_term, term_of_class


@dataclass(frozen=True)
class PastPoint:
    """A starting point that no longer holds: what it was, who set it, and what became of it."""

    code: str
    judged_on: dt.date
    by: str
    became: str


@dataclass(frozen=True)
class BaselineLine:
    """A strand with the baseline in force and those before it, corrected ones too.

    `counts_from` names the first term that is measured from it, if that is still to come.
    """

    strand: Strand
    standing: Baseline | None
    earlier: Sequence[Baseline]
    past: Sequence[PastPoint] = ()
    counts_from: str = ""


@dataclass(frozen=True)
class PupilBaselines:
    """A pupil's baselines: in the strands due now, and in those that no longer are.

    `late` says from when one counts that is set now; nothing where the present term counts too.
    """

    due: Sequence[BaselineLine]
    others: Sequence[BaselineLine]
    late: str = ""


def pupil_baselines(access: Access, *, file: PupilFile) -> PupilBaselines:
    """Return all baselines of a pupil, by strand, with their history."""
    until = last_day(file)
    held: dict[int, list[Baseline]] = defaultdict(list)
    for baseline in baselines_of(access, file=file):
        held[baseline.strand_id].append(baseline)
    corrected = _corrections([each for line in held.values() for each in line])
    now, terms = term_now(file), list(Term.objects.order_by("census_on"))
    due = list(due_strands(file, term=now))
    due_ids = {strand.pk for strand in due}
    others = [line[0].strand for strand, line in held.items() if strand not in due_ids]

    def line_of(strand: Strand) -> BaselineLine:
        of_strand = held[strand.pk]
        standing = next((b for b in of_strand if in_force(b, until)), None)
        return BaselineLine(
            strand,
            standing,
            [b for b in of_strand if not in_force(b, until)],
            _past(of_strand, corrected),
            counts_from(standing.judged_on, now, terms) if standing else "",
        )

    return PupilBaselines(
        [line_of(each) for each in due],
        [line_of(each) for each in others],
        _late(now, terms, file.today),
    )


def counts_from(day: dt.date, now: Term | None, terms: Sequence[Term]) -> str:
    """Name the term from which a baseline of a day counts, if that is after the term `now`.

    A term is measured from the baselines of a day up to its census day. `terms` are in order.
    """
    if now is None or day <= now.census_on:
        return ""
    return next((str(each) for each in terms if each.census_on >= day), f"the term after {now}")


def counting_words(term: Term | None, days: Iterable[dt.date]) -> str:
    """Say of baselines that were set from which term on they count, if that is not `term` yet."""
    terms = list(Term.objects.order_by("census_on"))
    found = {word: None for day in sorted(days) if (word := counts_from(day, term, terms))}
    if not found or term is None:
        return ""
    return (
        f" What was set of a day after {_day(term.census_on)}, the census day of {term}, counts"
        f" from {' or '.join(found)} on."
    )


def _late(term: Term | None, terms: Sequence[Term], today: dt.date) -> str:
    if term is None or not (after := counts_from(today, term, terms)):
        return ""
    return (
        f"A baseline of a day after {_day(term.census_on)}, the census day of {term}, counts from"
        f" {after} on: no gain is expected of it in {term} yet."
    )


def scales_of(stream_ids: Iterable[int]) -> dict[int, list[Point]]:
    """Return the points of some streams, from the lowest to the highest."""
    points: dict[int, list[Point]] = defaultdict(list)
    for point in Point.objects.filter(stream__in=stream_ids).order_by("value"):
        points[point.stream_id].append(point)
    return dict(points)


def due_strands(file: PupilFile, *, term: Term | None) -> QuerySet[Strand]:
    """Return the strands due for the pupil in a term, in order.

    For a pupil who was nowhere in it, or before the first term, those of the present route.
    """
    route = judged_route(file.placements, term) if term else None
    if route is None and file.placement:
        route = file.placement.route_id
    day = term.census_on if term else file.today
    return (
        Strand.objects.filter(
            stream__in=Stream.objects.in_force(day),
            stream__expectations__in=Expectation.objects.filter(in_force_on("", day), route=route),
        )
        .select_related("stream")
        .order_by("core_area__position", "stream__code", "position")
    )


def baselines_of(access: Access, *, file: PupilFile) -> QuerySet[Baseline]:
    """Return a pupil's baselines as far as the file is seen, replaced ones too, by time."""
    return (
        Baseline.objects.filter(
            pupil__in=Pupil.objects.visible_to(access),
            pupil=file.pupil,
            judged_on__lte=last_day(file),
        )
        .select_related("point", "strand__stream", "judged_by", "carried_from__point")
        .select_related("carried_from__strand__stream")
        .order_by("strand__stream__code", "strand__position", "judged_on")
    )


def term_now(file: PupilFile) -> Term | None:
    """Return the present term in the pupil's school; for who sees the pupil until a day, then's."""
    if file.seen_until is None:
        school = file.placement.school_id if file.placement else None
        return current_term(file.today, school_id=school).term
    return Term.objects.filter(starts_on__lte=file.seen_until).order_by("starts_on").last()


def last_day(file: PupilFile) -> dt.date:
    """Return until when baselines are seen: of who has left, to the end of their last term."""
    if file.seen_until is None:
        return dt.date.max
    term = term_now(file)
    return max(file.seen_until, term.ends_on) if term else file.seen_until


def in_force(baseline: Baseline, day: dt.date) -> bool:
    """Say whether a baseline holds on a day."""
    return baseline.judged_on <= day and (
        baseline.replaced_on is None or baseline.replaced_on > day
    )


def _past(line: Sequence[Baseline], corrected: dict[int, list[PastPoint]]) -> list[PastPoint]:
    """Return what held before in a strand, the latest first; each with what took its place."""
    past: list[PastPoint] = []
    for number, each in enumerate(line):
        past += corrected.get(each.pk, [])
        after = next(iter(line[number + 1 :]), None)
        if each.replaced_on is None or after is None:
            continue
        by = f" by {after.judged_by.name}" if after.judged_by else ""
        past.append(
            PastPoint(
                each.point.code,
                each.judged_on,
                each.judged_by.name if each.judged_by else "",
                f"replaced from {_day(each.replaced_on)}{by}",
            )
        )
    return past[::-1]


def _corrections(baselines: Sequence[Baseline]) -> dict[int, list[PastPoint]]:
    """Return the points that baselines had before they were corrected, by baseline, by time."""
    events: Any = apps.get_model("assessment", "BaselineEvent")
    states: dict[int, list[Any]] = defaultdict(list)
    for event in (
        events.objects.filter(pgh_obj__in=[each.pk for each in baselines], pgh_label="superseded")
        .select_related("point", "judged_by")
        .order_by("pgh_id")
    ):
        states[event.pgh_obj_id].append(event)
    who = _names(
        (event.pgh_context or {}).get("person") for line in states.values() for event in line
    )
    found: dict[int, list[PastPoint]] = defaultdict(list)
    for baseline in baselines:
        line = states.get(baseline.pk, [])
        for event, after in pairwise([*line, baseline]):
            if event.point_id == after.point_id:
                continue
            by = who.get((event.pgh_context or {}).get("person"), "")
            when = _day(timezone.localdate(event.pgh_created_at))
            found[baseline.pk].append(
                PastPoint(
                    event.point.code,
                    event.judged_on,
                    event.judged_by.name if event.judged_by else "",
                    f"corrected on {when}{f' by {by}' if by else ''}",
                )
            )
    return found


def _names(people: Iterable[int | None]) -> dict[int | None, str]:
    ids = {each for each in people if each}
    return {each.pk: each.name for each in User.objects.filter(pk__in=ids)} if ids else {}


@dataclass(frozen=True)
class Starter:
    """A pupil of a class who lacks a baseline in some strands that are due."""

    placement: Registered
    missing: Sequence[DueStrand]
    due: int

    @property
    def set_already(self) -> int:
        """In how many strands one is set."""
        return self.due - len(self.missing)


@dataclass(frozen=True)
class Settled:
    """A pupil of a class with a baseline in every strand that is due."""

    placement: Registered
    due: int
    latest: dt.date | None


@dataclass(frozen=True)
class ClassBaselines:
    """A class and term: who lacks baselines, and who has them all; `late` as of one pupil."""

    class_group: ClassGroup
    term: Term
    starters: Sequence[Starter]
    settled: Sequence[Settled]
    strands: dict[int, Strand]
    scales: dict[int, list[Point]]
    late: str = ""

    @property
    def pupils(self) -> int:
        """How many pupils the class has in the term."""
        return len(self.starters) + len(self.settled)


def class_baselines(access: Access, *, class_group: ClassGroup) -> ClassBaselines | None:
    """Return who of a class lacks baselines in the strands due; None before its first term is set.

    The term is that of `term_of_class`.
    """
    term = term_of_class(class_group, today=timezone.localdate())
    if term is None:
        return None
    due = strands_due(term)
    placements = list(
        registers(access, term=term)
        .filter(class_group=class_group)
        .select_related("pupil", "arb")
        .order_by("pupil__last_name", "pupil__first_name", "pupil")
    )
    held: dict[tuple[int, int], dt.date] = {
        (pupil, strand): judged_on
        for pupil, strand, judged_on in Baseline.objects.filter(
            pupil__in=[each.pupil_id for each in placements], replaced_on__isnull=True
        ).values_list("pupil", "strand", "judged_on")
    }
    starters, settled = [], []
    for placement in placements:
        strands = due.get(placement.judged_route, [])
        keys = [(placement.pupil_id, each.strand_id) for each in strands]
        missing = [each for each, key in zip(strands, keys, strict=True) if key not in held]
        if missing:
            starters.append(Starter(placement, missing, len(strands)))
        else:
            days = [held[key] for key in keys]
            settled.append(Settled(placement, len(strands), max(days, default=None)))
    lacking = {strand.strand_id: strand.stream_id for each in starters for strand in each.missing}
    return ClassBaselines(
        class_group,
        term,
        starters,
        settled,
        Strand.objects.in_bulk(lacking),
        scales_of(set(lacking.values())),
        _late(term, list(Term.objects.order_by("census_on")), timezone.localdate()),
    )


def pupils_without(
    access: Access,
    *,
    term: Term,
    class_groups: Iterable[ClassGroup],
    due: dict[int, list[DueStrand]],
) -> dict[int, int]:
    """Count the pupils of each class who lack a baseline in a strand that is due: one query."""
    held = [
        Q(judged_route=route, pupil__baselines__strand__in=[each.strand_id for each in strands])
        for route, strands in due.items()
    ]
    if not held:
        return {}
    lacking: dict[int, int] = defaultdict(int)
    for group, _pupil, route, count in (
        registers(access, term=term)
        .filter(class_group__in=[each.pk for each in class_groups])
        .values_list("class_group", "pupil", "judged_route")
        .annotate(
            count=Count(
                "pupil__baselines",
                filter=Q(pupil__baselines__replaced_on__isnull=True) & reduce(or_, held),
            )
        )
    ):
        lacking[group] += count < len(due.get(route, ()))
    return lacking


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")
