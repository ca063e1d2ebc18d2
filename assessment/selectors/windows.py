"""The page of a school's window: what is left to do, by class, and what a change of days does."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from assessment.models import Reminder
from assessment.selectors.coverage import Coverage, coverage
from assessment.selectors.progress import strands_due
from parrcs.core.access import Access, Permission, Role
from schools.models import ClassGroup, Membership, School, Term, User, Window
from schools.selectors.calendar import current_term
from schools.selectors.windows import EntryDays, WindowDays, Windows, entry_days_of, windows


@dataclass(frozen=True)
class ClassLeft:
    """A class with what is left to do, who teaches it, and whether they were reminded today."""

    class_group: ClassGroup
    coverage: Coverage
    teachers: Sequence[User]
    days: EntryDays
    is_open: bool
    reminded: bool

    @property
    def left(self) -> int:
        """How many judgements are still to be made."""
        return self.coverage.due - self.coverage.judged

    @property
    def to_remind(self) -> bool:
        """Whether a reminder would go out: there is something left that someone can still do."""
        return bool(self.left and self.is_open and self.teachers and not self.reminded)

    @property
    def nobody_to_remind(self) -> bool:
        """Whether something is left that could be entered now, and the class has no teacher."""
        return bool(self.left and self.is_open and not self.teachers)


@dataclass(frozen=True)
class SchoolWindow:
    """All that the page of a school and a term shows.

    `may_set`: its days, not only leave for classes. `several`: the person leads other schools too.
    """

    school: School
    term: Term
    terms: Sequence[Term]
    trusts: Window | None
    own: Window | None
    today: dt.date
    may_set: bool
    several: bool
    classes: Sequence[ClassLeft]

    def of(self, class_group_id: int) -> ClassLeft | None:
        """Return a class of this page."""
        return next((each for each in self.classes if each.class_group.pk == class_group_id), None)

    @property
    def window(self) -> Window | None:
        """The window that the school goes by."""
        return self.own or self.trusts

    @property
    def words(self) -> str:
        """Say when it opens, closes or has closed."""
        return EntryDays.by(self.window, None).words(self.today)

    @property
    def state(self) -> str:
        """Where today stands: `none` set, `before`, `open` or `closed`."""
        window = self.window
        if window is None:
            return "none"
        if self.today < window.opens_on:
            return "before"
        return "open" if window.is_open(self.today) else "closed"

    @property
    def total(self) -> Coverage:
        """All classes together."""
        return total(each.coverage for each in self.classes)

    @property
    def finished(self) -> int:
        """How many of the classes with something due have nothing left."""
        return sum(each.left == 0 for each in self.classes if each.coverage.due)

    @property
    def with_due(self) -> int:
        """How many classes have something due."""
        return sum(bool(each.coverage.due) for each in self.classes)

    @property
    def to_remind(self) -> list[ClassLeft]:
        """The classes whose teachers a reminder would go to."""
        return [each for each in self.classes if each.to_remind]

    @property
    def without_teacher(self) -> list[ClassLeft]:
        """The classes with something left to whom no reminder can go: nobody teaches them."""
        return [each for each in self.classes if each.nobody_to_remind]

    @property
    def reminded(self) -> list[ClassLeft]:
        """The classes that were reminded today already."""
        return [each for each in self.classes if each.reminded]


@dataclass(frozen=True)
class ListedSchool:
    """A school to choose, with the days it goes by and what is in."""

    school: School
    term: Term
    words: str
    coverage: Coverage


def visible_schools(access: Access) -> QuerySet[School]:
    """Return the schools that the person may know of."""
    return School.objects.visible_to(access)


def schools_to_set(access: Access) -> QuerySet[School]:
    """Return the schools in which the person sets windows, or gives classes leave."""
    schools = visible_schools(access).filter(of_trust=True)
    reach = access.reach(Permission.SET_WINDOWS)
    if not reach.whole_trust:
        schools = schools.filter(Q(id__in=reach.school_ids) | Q(arbs__in=reach.arb_ids)).distinct()
    return schools.order_by("name")


def listed_schools(access: Access) -> list[ListedSchool]:
    """Return these schools with what is in, in the term that is current in the trust.

    A school without classes in its year has nothing to set.
    """
    today, term = timezone.localdate(), current_term(timezone.localdate()).term
    if term is None:
        return []
    held = windows()
    groups = list(classes_to_lead(access).filter(year=term.year_id))
    counts = coverage(access, term=term, class_groups=groups, due=strands_due(term))
    parts: dict[int, list[Coverage]] = defaultdict(list)
    for group in groups:
        parts[group.school_id].append(counts[group.pk])
    return [
        ListedSchool(
            school,
            term,
            EntryDays.by(held.of(term.pk, school.pk), None).words(today),
            total(parts[school.pk]),
        )
        for school in schools_to_set(access)
        if school.pk in parts
    ]


def school_term(school: School) -> Term | None:
    """Return the term that is current in a school."""
    return current_term(timezone.localdate(), school_id=school.pk).term


def terms_with_year() -> QuerySet[Term]:
    """Return the trust's terms, each with its year."""
    return Term.objects.select_related("year").order_by("starts_on")


def classes_to_lead(access: Access) -> QuerySet[ClassGroup]:
    """Return the classes that the person gives leave for late entry and reminds."""
    classes = ClassGroup.objects.visible_to(access)
    reach = access.reach(Permission.SET_WINDOWS)
    if reach.whole_trust:
        return classes
    return classes.filter(
        Q(school__in=reach.school_ids) | Q(arb__in=reach.arb_ids) | Q(id__in=reach.class_group_ids)
    )


def school_window(access: Access, *, school: School, term: Term) -> SchoolWindow:
    """Return a school's window of a term with its classes in the order of their names."""
    today, held = timezone.localdate(), windows()
    reach = access.reach(Permission.SET_WINDOWS)
    groups = classes_to_lead(access).filter(school=school, year=term.year_id)
    return SchoolWindow(
        school,
        term,
        list(Term.objects.filter(year=term.year_id).order_by("starts_on")),
        held.of(term.pk),
        held.own(term.pk, school.pk),
        today,
        reach.covers(school_id=school.pk),
        reach.whole_trust or len(reach.school_ids | reach.arb_ids) > 1,
        classes_left(access, term=term, class_groups=groups, today=today, known=held),
    )


def classes_left(
    access: Access,
    *,
    term: Term,
    class_groups: QuerySet[ClassGroup],
    today: dt.date,
    known: Windows,
) -> list[ClassLeft]:
    """Return what is left in some classes; the queries do not depend on how many."""
    groups = list(class_groups.select_related("school", "arb").order_by("name", "id"))
    counts = coverage(access, term=term, class_groups=groups, due=strands_due(term))
    days = entry_days_of(term, groups, known=known)
    teachers = teachers_of(groups)
    reminded = set(
        Reminder.objects.filter(term=term, class_group__in=groups, sent_on=today).values_list(
            "class_group", flat=True
        )
    )
    return [
        ClassLeft(
            group,
            counts[group.pk],
            teachers.get(group.pk, ()),
            days[group.pk],
            days[group.pk].lets_enter(today),
            group.pk in reminded,
        )
        for group in groups
    ]


def teachers_of(class_groups: Iterable[ClassGroup]) -> dict[int, list[User]]:
    """Return who teaches some classes now, by name: no secret from who leads in their school."""
    found: dict[int, list[User]] = defaultdict(list)
    for each in (
        Membership.objects.live()
        .filter(role=Role.TEACHER, class_group__in=list(class_groups), person__is_active=True)
        .select_related("person")
        .order_by("person__name", "person")
    ):
        if each.class_group_id is not None:
            found[each.class_group_id].append(each.person)
    return found


def total(parts: Iterable[Coverage]) -> Coverage:
    """Add the counts of several classes."""
    held = list(parts)
    return Coverage(
        sum(part.pupils for part in held),
        sum(part.judged for part in held),
        sum(part.due for part in held),
    )


@dataclass(frozen=True)
class Effect:
    """What other days would do, in sentences; none: nothing that asks for a second look."""

    words: Sequence[str]


def effect_of(page: SchoolWindow, days: WindowDays | None) -> Effect:
    """Return what it does when a school takes other days, or none: those of the trust."""
    old, new, today = page.window, days, page.today
    if new is None and page.trusts:
        new = WindowDays(page.trusts.opens_on, page.trusts.closes_on)
    if old is None:
        return Effect(())
    if old.closes_on < today:
        return Effect(_again(page) if new and new.closes_on >= today else ())
    if new is None or new.closes_on < today:
        said = [_still_to_do(page, "can no longer {} them")]
    elif new.closes_on < old.closes_on:
        until = f"until {_day(new.closes_on)}, no longer until {_day(old.closes_on)}"
        said = [_still_to_do(page, f"can {{}} them {until}")]
    elif new.opens_on > max(today, old.opens_on):
        said = [_still_to_do(page, "can {} them once the window is open")]
    else:
        return Effect(())
    if new and new.closes_on >= today and new.opens_on > max(today, old.opens_on):
        now = "It is open now, and would be closed until then." if old.opens_on <= today else ""
        said.append(f"The window opens on {_day(new.opens_on)}. {now}".strip())
    return Effect([*said, *_late(page)])


def _still_to_do(page: SchoolWindow, can: str) -> str:
    """Say what is left, and what teachers can do about it: `can` has a place for the verb."""
    count = page.total
    left = count.due - count.judged
    if not count.due:
        return f"Nothing is due in {page.school} in {page.term} so far."
    if not left:
        return f"All {count.due:,} judgements are made; teachers {can.format('change')}."
    are = "is" if left == 1 else "are"
    return (
        f"{left:,} of {count.due:,} judgements {are} still to be made;"
        f" teachers {can.format('enter')}."
    )


def _again(page: SchoolWindow) -> list[str]:
    count = page.total
    return [
        f"The window has closed with {count.judged:,} of {count.due:,} judgements made. All of them"
        " can be entered and changed again.",
        f"The numbers of {page.term} may move by that. Reports that have been published keep"
        " theirs.",
    ]


def _late(page: SchoolWindow) -> list[str]:
    """Say which classes go on, as they have leave for late entry."""
    return [
        f"{each.class_group.name} has leave for late entry until {_day(each.days.late_until)},"
        " and keeps it."
        for each in page.classes
        if each.days.late_until is not None and each.days.late_until >= page.today
    ]


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")
