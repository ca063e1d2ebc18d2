"""The list of each class, and what became of its check by the teacher in September."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib.postgres.lookups import Unaccent
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Access, Permission
from pupils.measures import mark_of
from pupils.models import ClassListCheck, ClassListLine, Placement, Pupil
from schools.models import AcademicYear, ClassGroup, Term
from schools.selectors.calendar import year_at_hand


@dataclass(frozen=True)
class Remark:
    """What somebody found wrong in a class list: of a pupil on it, or who is missing."""

    line: ClassListLine
    who: str


@dataclass(frozen=True)
class CheckedList:
    """A class with its list as it is now, and as it was signed last.

    `rows` have each pupil once: where they are in the class, or come to it. `names` are those of
    the pupils on the signed list whom the person sees.
    """

    class_group: ClassGroup
    rows: Sequence[Placement]
    check: ClassListCheck | None = None
    lines: Sequence[ClassListLine] = ()
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def remarks(self) -> list[Remark]:
        """What was found wrong."""
        return [Remark(line, self._who(line)) for line in self.lines if line.remark]

    @property
    def open(self) -> int:
        """How many remarks nobody has settled."""
        return sum(line.is_open for line in self.lines)

    @property
    def changes(self) -> list[str]:
        """Say what has changed in the list since it was signed; nothing where it was not."""
        if self.check is None:
            return []
        signed = {line.pupil_id: line for line in self.lines if line.pupil_id}
        now = {row.pupil_id: row for row in self.rows}
        said = [f"{row.pupil} has come." for pk, row in now.items() if pk not in signed]
        said += [f"{self._who(line)} has left it." for pk, line in signed.items() if pk not in now]
        for pk, row in now.items():
            line = signed.get(pk)
            if line is None:
                continue
            parts = [
                what
                for what, was, will in (
                    ("route", line.route_id, row.route_id),
                    ("primary need", line.primary_need, row.pupil.primary_need),
                    ("first day in the class", line.starts_on, row.starts_on),
                )
                if was != will
            ]
            if parts:
                said.append(f"{row.pupil}: another {' and '.join(parts)}.")
        return said

    @property
    def is_done(self) -> bool:
        """Whether it is signed as it stands now, with nothing left to settle."""
        return self.check is not None and not self.open and not self.changes

    def _who(self, line: ClassListLine) -> str:
        if line.pupil_id is None:
            return "Missing"
        return self.names.get(line.pupil_id, "A pupil who is no longer yours to see")


@dataclass(frozen=True)
class ClassPage:
    """The page of a class list: the list, what the person may do, and the days of its check."""

    checked: CheckedList
    may_sign: bool
    may_manage: bool
    check_until: dt.date | None
    today: dt.date
    next_year_on: dt.date | None

    @property
    def class_group(self) -> ClassGroup:
        """The class."""
        return self.checked.class_group

    @property
    def rows(self) -> Sequence[Placement]:
        """The list."""
        return self.checked.rows

    @property
    def seen(self) -> str:
        """The mark of the list: another one, and it has changed."""
        return list_seen(self.rows)

    @property
    def url(self) -> str:
        """The address of the page."""
        return reverse("class_list", args=[self.class_group.pk])


@dataclass(frozen=True)
class ClassLists:
    """The class lists of a year that the person looks after; no year: none is set up.

    `until` is the census day of its first term, by which the lists are to be right.
    """

    year: AcademicYear | None
    until: dt.date | None
    today: dt.date
    classes: Sequence[CheckedList] = ()

    @property
    def in_season(self) -> bool:
        """Whether it is the time to check the lists: the year's first term, until its census."""
        return (
            self.year is not None
            and self.until is not None
            and self.year.starts_on <= self.today <= self.until
        )

    @property
    def signed(self) -> int:
        """How many are signed."""
        return sum(each.check is not None for each in self.classes)

    @property
    def open(self) -> int:
        """How many remarks nobody has settled."""
        return sum(each.open for each in self.classes)

    @property
    def left(self) -> list[CheckedList]:
        """Those that are not signed as they stand."""
        return [each for each in self.classes if each.check is None or each.changes]


def list_seen(rows: Iterable[Placement]) -> str:
    """Return the mark of a class list."""
    return mark_of(
        *(
            (row.pupil_id, row.route_id, row.pupil.primary_need, row.starts_on)
            for row in sorted(rows, key=lambda row: row.pupil_id)
        )
    )


def class_page(access: Access, *, class_group_id: int) -> ClassPage | None:
    """Return the list of a class with its last check; None where the person sees no such list."""
    group = (
        ClassGroup.objects.visible_to(access)
        .select_related("school", "arb__host", "year")
        .filter(pk=class_group_id)
        .first()
    )
    if group is None or not _covers(access, Permission.SEE_PUPILS, group):
        return None
    today = timezone.localdate()
    (checked,) = _checked(access, [group], today)
    upcoming = AcademicYear.objects.filter(starts_on__gt=group.year.ends_on)
    following = upcoming.order_by("starts_on").first()
    return ClassPage(
        checked,
        _covers(access, Permission.RECORD, group) and today <= group.year.ends_on,
        _covers(access, Permission.MANAGE_PUPILS, group),
        _until(group.year),
        today,
        following.starts_on if following else None,
    )


def class_lists(access: Access) -> ClassLists:
    """Return the lists of all classes in which the person records or places pupils, of this year.

    In August those of the year to come. The same number of queries for any number of classes.
    """
    today = timezone.localdate()
    year = year_at_hand(today)
    if year is None:
        return ClassLists(None, None, today)
    groups = (
        ClassGroup.objects.visible_to(access)
        .filter(year=year)
        .select_related("school", "arb__host", "year")
        .order_by("school__name", "arb__name", "name")
    )
    own = [
        each
        for each in groups
        if _covers(access, Permission.RECORD, each)
        or _covers(access, Permission.MANAGE_PUPILS, each)
    ]
    return ClassLists(year, _until(year), today, _checked(access, own, today))


def lists_in_season(access: Access) -> ClassLists | None:
    """Return the class lists in the weeks in which they are checked, for the page one begins at."""
    today = timezone.localdate()
    term = (
        Term.objects.filter(year__starts_on__lte=today, year__ends_on__gte=today)
        .order_by("starts_on")
        .first()
    )
    if term is None or today > term.census_on:
        return None
    found = class_lists(access)
    return found if found.classes else None


def _until(year: AcademicYear) -> dt.date | None:
    term = Term.objects.filter(year=year).order_by("starts_on").first()
    return term.census_on if term else None


def _covers(access: Access, permission: Permission, group: ClassGroup) -> bool:
    return access.reach(permission).covers(
        school_id=group.school_id, arb_id=group.arb_id, class_group_id=group.pk
    )


def _checked(access: Access, groups: Sequence[ClassGroup], today: dt.date) -> list[CheckedList]:
    """Return some classes with their lists and last checks."""
    rows: dict[int | None, list[Placement]] = defaultdict(list)
    for row in _rows(access, groups, today):
        rows[row.class_group_id].append(row)
    newer = ClassListCheck.objects.filter(class_group=OuterRef("class_group")).filter(
        Q(signed_at__gt=OuterRef("signed_at"))
        | Q(signed_at=OuterRef("signed_at"), pk__gt=OuterRef("pk"))
    )
    checks = {
        each.class_group_id: each
        for each in ClassListCheck.objects.visible_to(access)
        .filter(~Exists(newer), class_group__in=groups)
        .select_related("signed_by")
    }
    lines: dict[int, list[ClassListLine]] = defaultdict(list)
    for line in ClassListLine.objects.filter(list_check__in=checks.values()).select_related(
        "settled_by"
    ):
        lines[line.list_check_id].append(line)
    signed = {line.pupil_id for held in lines.values() for line in held if line.pupil_id}
    names = {
        pupil.pk: str(pupil) for pupil in Pupil.objects.visible_to(access).filter(pk__in=signed)
    }
    found = []
    for group in groups:
        check = checks.get(group.pk)
        held = lines[check.pk] if check else []
        found.append(CheckedList(group, rows[group.pk], check, held, names))
    return found


def _rows(access: Access, groups: Sequence[ClassGroup], today: dt.date) -> list[Placement]:
    """Return the pupils of some classes by name: who is in them, and who comes to them.

    A list of a year to come is that of its first day.
    """
    day = max([today, *(each.year.starts_on for each in groups[:1])])
    live = Placement.objects.visible_to(access).not_ended(day).filter(class_group__in=groups)
    earlier = live.filter(
        pupil=OuterRef("pupil"),
        class_group=OuterRef("class_group"),
        starts_on__lt=OuterRef("starts_on"),
    )
    return list(
        live.filter(~Exists(earlier))
        .select_related("pupil", "route", "school", "arb__host", "class_group__year")
        .order_by(
            Lower(Unaccent("pupil__last_name")), Lower(Unaccent("pupil__first_name")), "pupil"
        )
    )
