"""How much of a term's judgements is in: for classes, in the words of who enters them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from assessment.selectors.progress import DueStrand, strands_due
from parrcs.core.access import Access, Permission
from pupils.selectors.registers import registers
from schools.models import ClassGroup, Term, Window
from schools.selectors.calendar import current_term

# What one judgement takes a teacher who has made up their mind: the estimate says so.
SECONDS_A_JUDGEMENT = 10


@dataclass(frozen=True)
class Coverage:
    """Judgements and targets judged, of those due."""

    pupils: int
    judged: int
    due: int

    @property
    def left(self) -> str:
        """Say about how long the rest takes."""
        rest = self.due - self.judged
        if rest <= 0:
            return "all judged" if self.due else "nothing due"
        minutes = ceil(rest * SECONDS_A_JUDGEMENT / 60)
        return f"about {minutes} minute{'s' if minutes > 1 else ''} left"


@dataclass(frozen=True)
class ListedClass:
    """A class with what is in of its judgements."""

    class_group: ClassGroup
    coverage: Coverage


@dataclass(frozen=True)
class ClassList:
    """The classes that a person records for in the current term; no term: none has begun."""

    term: Term | None
    window: str
    is_open: bool
    classes: Sequence[ListedClass]

    @property
    def total(self) -> Coverage:
        """All classes together."""
        parts = [each.coverage for each in self.classes]
        return Coverage(
            sum(part.pupils for part in parts),
            sum(part.judged for part in parts),
            sum(part.due for part in parts),
        )


def class_list(access: Access) -> ClassList:
    """Return the classes that the person records for, in the current term's school year."""
    today = timezone.localdate()
    term, window = current_term(today)
    if term is None:
        return ClassList(None, window_words(None, today), is_open=False, classes=())
    groups = list(
        classes_to_record(access)
        .filter(year=term.year_id)
        .select_related("school", "arb")
        .order_by("school__name", "name")
    )
    counts = coverage(access, term=term, class_groups=groups, due=strands_due(term))
    return ClassList(
        term,
        window_words(window, today),
        window is not None and window.is_open(today),
        [ListedClass(group, counts[group.pk]) for group in groups],
    )


def classes_to_record(access: Access) -> QuerySet[ClassGroup]:
    """Return the classes for which the person records judgements."""
    classes = ClassGroup.objects.visible_to(access)
    reach = access.reach(Permission.RECORD)
    if reach.whole_trust:
        return classes
    return classes.filter(
        Q(school__in=reach.school_ids) | Q(arb__in=reach.arb_ids) | Q(id__in=reach.class_group_ids)
    )


def coverage(
    access: Access,
    *,
    term: Term,
    class_groups: Iterable[ClassGroup],
    due: dict[int, list[DueStrand]],
) -> dict[int, Coverage]:
    """Count what is judged of what is due in each class, by the same queries for any number."""
    ids = [group.pk for group in class_groups]
    placed = registers(access, term=term).filter(class_group__in=ids)
    due_on = {route: {strand.strand_id for strand in strands} for route, strands in due.items()}
    pupils: dict[int, int] = defaultdict(int)
    total: dict[int, int] = defaultdict(int)
    judged: dict[int, int] = defaultdict(int)
    for group, route, count in placed.values_list("class_group", "judged_route").annotate(
        count=Count("id")
    ):
        pupils[group] += count
        total[group] += count * len(due_on.get(route, ()))
    for group, route, strand, count in (
        placed.filter(pupil__judgements__term=term)
        .values_list("class_group", "judged_route", "pupil__judgements__strand")
        .annotate(count=Count("pupil__judgements"))
    ):
        if strand in due_on.get(route, ()):
            judged[group] += count
    for group, targets, done in (
        placed.filter(pupil__targets__term=term)
        .values_list("class_group")
        .annotate(targets=Count("pupil__targets"), done=Count(F("pupil__targets__judged")))
    ):
        total[group] += targets
        judged[group] += done
    return {each: Coverage(pupils[each], judged[each], total[each]) for each in ids}


def window_words(window: Window | None, today: dt.date) -> str:
    """Say when the window of a term opens, closes or has closed, and in how many days."""
    if window is None:
        return "the days for recording are not set yet"
    if today > window.closes_on:
        return f"window closed on {_day(window.closes_on, today)}"
    if today < window.opens_on:
        return f"window opens {_when(window.opens_on, today)}"
    return f"window closes {_when(window.closes_on, today)}"


def _when(day: dt.date, today: dt.date) -> str:
    days = (day - today).days
    if days == 0:
        return f"today, {_day(day, today)}"
    if days == 1:
        return f"tomorrow, {_day(day, today)}"
    return f"{_day(day, today)}, in {days:,} days"


def _day(day: dt.date, today: dt.date) -> str:
    return date_format(day, "l j F" if day.year == today.year else "l j F Y")
