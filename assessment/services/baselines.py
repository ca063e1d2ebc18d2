"""Baselines: setting the starting point of a pupil in a strand, and setting it anew."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from assessment.models import Baseline, Judgement, Point, Strand
from assessment.services.streams.carrying import carry_on
from parrcs.core.access import Access, Permission
from pupils.models import Pupil
from pupils.selectors.pupils import PupilFile, pupil_file
from pupils.selectors.registers import placement_of
from pupils.services.operations import may_record
from schools.models import ClassGroup, LateEntry, Term
from schools.selectors.windows import EntryDays, windows


@dataclass(frozen=True)
class StartingPoint:
    """A point to be a baseline from a day on."""

    strand: Strand
    point: Point
    judged_on: dt.date


class BaselineRefused(Exception):
    """A baseline that cannot be; says why in words, of whom and in which strand."""

    def __init__(self, pupil: Pupil, strand: Strand, words: str) -> None:
        super().__init__(words)
        self.pupil = pupil
        self.strand = strand


@transaction.atomic
def set_first_baselines(
    *, by: Access, class_group: ClassGroup, starting_points: Sequence[tuple[Pupil, StartingPoint]]
) -> None:
    """Set the first baselines of pupils of a class, all or none. Raises `BaselineRefused`.

    Only where none stands: whoever fills in a list of those that lack one changes no other.
    """
    if not may_record(by, class_group):
        raise PermissionDenied
    by_pupil: dict[Pupil, list[StartingPoint]] = {}
    for pupil, each in starting_points:
        by_pupil.setdefault(pupil, []).append(each)
    # Always in the same order, so that two people who save the same class do not lock each other.
    for pupil in sorted(by_pupil, key=lambda each: each.pk):
        setting = _Setting(by, pupil)
        for each in by_pupil[pupil]:
            setting.set(each, first=True)


@transaction.atomic
def set_baselines(*, by: Access, pupil: Pupil, starting_points: Iterable[StartingPoint]) -> None:
    """Set several baselines of a pupil, all or none. Raises `BaselineRefused`."""
    setting = _Setting(by, pupil)
    for each in starting_points:
        setting.set(each)


@transaction.atomic
def set_baseline(
    *, by: Access, pupil: Pupil, strand: Strand, point: Point, judged_on: dt.date
) -> Baseline:
    """Set a pupil's baseline in a strand; it holds from its day until another replaces it.

    A later day keeps the old baseline for the terms before it, the same day corrects it. What
    was reckoned for a term that was judged and is closed stays as it is. Raises `BaselineRefused`.
    """
    return _Setting(by, pupil).set(StartingPoint(strand, point, judged_on))


class _Setting:
    """What setting baselines of one pupil needs to know, asked for once."""

    def __init__(self, by: Access, pupil: Pupil) -> None:
        file = pupil_file(by, pupil_id=pupil.pk)
        if file is None or not file.lets(by, Permission.RECORD):
            raise PermissionDenied
        self.by, self.pupil, self.file = by, pupil, file
        # Two first baselines at the same time come one after the other.
        Pupil.objects.visible_to(by).select_for_update(of=("self",)).get(pk=pupil.pk)
        self._closed = _closed_terms(file)

    def set(self, start: StartingPoint, *, first: bool = False) -> Baseline:
        """Set one; `first` refuses where a baseline stands already."""
        strand, point, judged_on = start.strand, start.point, start.judged_on
        if point.stream_id != strand.stream_id:
            self._refuse(strand, "This point is not on the scale of the stream.")
        self._check_day(strand, judged_on)
        standing = Baseline.objects.filter(
            pupil=self.pupil, strand=strand, replaced_on__isnull=True
        ).first()
        if standing and first:
            self._refuse(strand, "Someone has set this baseline meanwhile. It was not changed.")
        if standing and judged_on < standing.judged_on:
            self._refuse(
                strand,
                f"The baseline in force is of {_day(standing.judged_on)}. A new one"
                " is of a later day, or of the same day to correct it.",
            )
        self._check_closed_terms(strand, judged_on)
        if standing and judged_on == standing.judged_on:
            standing.point = point
            standing.judged_by_id = self.by.person_id
            standing.carried_from = None
            standing.save(update_fields=["point", "judged_by", "carried_from"])
            carry_on(baseline=standing)
            return standing
        if standing:
            standing.replaced_on = judged_on
            standing.save(update_fields=["replaced_on"])
        made = Baseline.objects.create(
            pupil=self.pupil,
            strand=strand,
            point=point,
            judged_on=judged_on,
            judged_by_id=self.by.person_id,
        )
        carry_on(baseline=made)
        return made

    def _check_day(self, strand: Strand, judged_on: dt.date) -> None:
        if judged_on > timezone.localdate():
            self._refuse(strand, "This day is still to come.")
        if judged_on < self.pupil.born_on:
            self._refuse(strand, "This is before the pupil was born.")
        left = self.file.seen_until
        if left and judged_on > left:
            self._refuse(
                strand,
                f"{self.pupil} left on {_day(left)}. A baseline is of a day until then.",
            )

    def _check_closed_terms(self, strand: Strand, judged_on: dt.date) -> None:
        """Ask that no gain changes of a term that was judged and whose window has closed.

        A term is measured from the baseline that holds at its end.
        """
        judged = Term.objects.filter(
            pk__in=Judgement.objects.filter(pupil=self.pupil, strand=strand).values("term"),
            ends_on__gte=judged_on,
        )
        term = next((each for each in judged.order_by("-starts_on") if each in self._closed), None)
        if term is None:
            return
        measured = Baseline.objects.filter(
            Q(replaced_on__isnull=True) | Q(replaced_on__gt=term.ends_on),
            pupil=self.pupil,
            strand=strand,
            judged_on__lte=term.ends_on,
        ).exists()
        self._refuse(
            strand,
            f"{term} was judged {'from this' if measured else 'without a'} baseline and its window"
            " is closed, so it stays as it is. Set a new baseline with a date after"
            f" {_day(term.ends_on)}.",
        )

    def _refuse(self, strand: Strand, words: str) -> None:
        raise BaselineRefused(self.pupil, strand, words)


def _closed_terms(file: PupilFile) -> set[Term]:
    """Return the terms in which nothing of the pupil can be judged any more.

    By the window of the school where the pupil was then, and leave for the class they were in.
    One that is over and has no window is closed too: its judgements were imported.
    """
    today, held = timezone.localdate(), windows()
    leave = {(each.term_id, each.class_group_id): each for each in LateEntry.objects.all()}
    closed = set()
    for term in Term.objects.all():
        placement = placement_of(file.every_placement, term)
        school, group = (
            (placement.school_id, placement.class_group_id) if placement else (None, None)
        )
        late = leave.get((term.pk, group)) if group else None
        last_day = EntryDays.by(held.of(term.pk, school), late).last_day
        if (last_day or term.ends_on) < today:
            closed.add(term)
    return closed


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")
