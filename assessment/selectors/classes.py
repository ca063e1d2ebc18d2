"""The classes that a person records for, with what is left to do in each."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from assessment.selectors.baselines import pupils_without
from assessment.selectors.coverage import Coverage, classes_to_record, coverage
from assessment.selectors.progress import strands_due
from parrcs.core.access import Access
from schools.models import ClassGroup, LateEntry, Term
from schools.selectors.calendar import current_term
from schools.selectors.windows import EntryDays, Windows, windows


@dataclass(frozen=True)
class ListedClass:
    """A class with what is in of its judgements, when it enters them, and who lacks a baseline."""

    class_group: ClassGroup
    coverage: Coverage
    days: EntryDays
    is_open: bool
    starters: int


@dataclass(frozen=True)
class LateClass:
    """A class that has leave to enter the judgements of a term that is not the current one."""

    class_group: ClassGroup
    term: Term
    words: str


@dataclass(frozen=True)
class ClassList:
    """The classes that a person records for in the current term; no term: none has begun.

    `window` says when judgements are entered, or nothing where that is not the same for all.
    """

    term: Term | None
    window: str
    today: dt.date
    classes: Sequence[ListedClass] = ()
    late: Sequence[LateClass] = ()

    @property
    def is_open(self) -> bool:
        """Whether any of them can be recorded for today."""
        return any(each.is_open for each in self.classes)

    @property
    def total(self) -> Coverage:
        """All classes together."""
        parts = [each.coverage for each in self.classes]
        return Coverage(
            sum(part.pupils for part in parts),
            sum(part.judged for part in parts),
            sum(part.due for part in parts),
        )

    @property
    def lines(self) -> list[tuple[ListedClass, str]]:
        """Each class, with the words of its own days where they are not those of all."""
        return [(each, "" if self.window else each.days.words(self.today)) for each in self.classes]


def class_list(access: Access) -> ClassList:
    """Return the classes that the person records for, in the current term's school year.

    Whoever records in one school sees the term that is current there, by its own windows.
    """
    today, held = timezone.localdate(), windows()
    schools = set(classes_to_record(access).order_by().values_list("school", flat=True))
    school = schools.pop() if len(schools) == 1 else None
    term, window = current_term(today, school_id=school)
    if term is None:
        return ClassList(None, EntryDays().words(today), today)
    groups = list(
        classes_to_record(access)
        .filter(year=term.year_id)
        .select_related("school", "arb")
        .order_by("school__name", "name")
    )
    due = strands_due(term)
    counts = coverage(access, term=term, class_groups=groups, due=due)
    starters = pupils_without(access, term=term, class_groups=groups, due=due)
    leave = list(
        LateEntry.objects.filter(class_group__in=classes_to_record(access), until__gte=today)
        .select_related("class_group__school", "term")
        .order_by("until", "class_group__name")
    )
    this_term = {each.class_group_id: each for each in leave if each.term_id == term.pk}
    listed = []
    for group in groups:
        days = EntryDays.by(held.of(term.pk, group.school_id), this_term.get(group.pk))
        listed.append(
            ListedClass(
                group, counts[group.pk], days, days.lets_enter(today), starters.get(group.pk, 0)
            )
        )
    words = {each.days.words(today) for each in listed}
    of_all = words.pop() if len(words) == 1 else ""
    if not listed:
        of_all = EntryDays.by(window, None).words(today)
    return ClassList(term, of_all, today, listed, _late(leave, term, held, today))


def _late(
    leave: Sequence[LateEntry], current: Term, held: Windows, today: dt.date
) -> list[LateClass]:
    """Return the classes that may still enter the judgements of a term before."""
    found = []
    for each in leave:
        days = EntryDays.by(held.of(each.term_id, each.class_group.school_id), each)
        if each.term_id != current.pk and days.is_late(today):
            found.append(LateClass(each.class_group, each.term, days.words(today)))
    return found
