"""Baselines: setting the starting point of a pupil in a strand, and setting it anew."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from assessment.models import Baseline, Judgement, Point, Strand
from assessment.services.streams.carrying import carry_all_on, lines_from
from assessment.services.streams.turns import while_streams_stay
from parrcs.core.access import Access, Permission
from pupils.models import Pupil
from pupils.selectors.pupils import PupilFile, pupil_files
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
    _Setting(by, starting_points).set(first=True)


@transaction.atomic
def set_baselines(*, by: Access, pupil: Pupil, starting_points: Iterable[StartingPoint]) -> None:
    """Set several baselines of a pupil, all or none. Raises `BaselineRefused`."""
    _Setting(by, [(pupil, each) for each in starting_points]).set()


@transaction.atomic
def set_baseline(
    *, by: Access, pupil: Pupil, strand: Strand, point: Point, judged_on: dt.date
) -> Baseline:
    """Set a pupil's baseline in a strand; it holds from its day until another replaces it.

    A later day keeps the old baseline for the terms before it, the same day corrects it. What
    was reckoned for a term that was judged and is closed stays as it is. Raises `BaselineRefused`.
    """
    (baseline,) = _Setting(by, [(pupil, StartingPoint(strand, point, judged_on))]).set()
    return baseline


class _Setting:
    """What setting baselines needs to know, asked for once: a class has hundreds of them."""

    def __init__(self, by: Access, asked: Sequence[tuple[Pupil, StartingPoint]]) -> None:
        self.by, self.asked = by, asked
        while_streams_stay()
        pupils = {pupil.pk for pupil, _ in asked}
        strands = {each.strand.pk for _, each in asked}
        self._files = pupil_files(by, pupil_ids=pupils)
        if len(self._files) < len(pupils) or not all(
            file.lets(by, Permission.RECORD) for file in self._files.values()
        ):
            raise PermissionDenied
        # Two first baselines at the same time come one after the other; always in the same order,
        # so that two people who save the same class do not lock each other.
        locked = Pupil.objects.visible_to(by).select_for_update(of=("self",)).filter(pk__in=pupils)
        list(locked.order_by("pk"))
        # What is set is carried into the versions that go on from there.
        self._lines = lines_from(strands)
        theirs = Q(pupil__in=pupils, strand__in=set().union(*self._lines.values()))
        self._held: dict[tuple[int, int], list[Baseline]] = defaultdict(list)
        for each in Baseline.objects.filter(theirs).order_by("judged_on"):
            self._held[each.pupil_id, each.strand_id].append(each)
        self._judged: dict[tuple[int, int], set[int]] = defaultdict(set)
        for pupil, strand, term in Judgement.objects.filter(theirs).values_list(
            "pupil", "strand", "term"
        ):
            self._judged[pupil, strand].add(term)
        self._terms = list(Term.objects.order_by("-starts_on"))
        self._windows = windows()
        self._leave = {
            (each.term_id, each.class_group_id): each for each in LateEntry.objects.all()
        }

    def set(self, *, first: bool = False) -> list[Baseline]:
        """Set all that is asked for; `first` refuses where a baseline stands already."""
        made, corrected = [], []
        for pupil, start in self.asked:
            standing = self._checked(pupil, start, first=first)
            if standing and start.judged_on == standing.judged_on:
                standing.point = start.point
                standing.judged_by_id = self.by.person_id
                standing.carried_from = None
                standing.save(update_fields=["point", "judged_by", "carried_from"])
                corrected.append(standing)
                continue
            if standing:
                standing.replaced_on = start.judged_on
                standing.save(update_fields=["replaced_on"])
            made.append(
                Baseline(
                    pupil=pupil,
                    strand=start.strand,
                    point=start.point,
                    judged_on=start.judged_on,
                    judged_by_id=self.by.person_id,
                )
            )
        done = [*corrected, *Baseline.objects.bulk_create(made)]
        carry_all_on(baselines=done)
        return done

    def _checked(self, pupil: Pupil, start: StartingPoint, *, first: bool) -> Baseline | None:
        """Return the baseline that stands where one can be set. Raises `BaselineRefused`."""
        strand, judged_on = start.strand, start.judged_on
        held = self._held[pupil.pk, strand.pk]
        standing = next((each for each in held if each.replaced_on is None), None)
        words = ""
        if start.point.stream_id != strand.stream_id:
            words = "This point is not on the scale of the stream."
        elif said := self._day_refused(self._files[pupil.pk], judged_on, standing):
            words = said
        elif standing and first:
            words = "Someone has set this baseline meanwhile. It was not changed."
        elif standing and judged_on < standing.judged_on:
            words = (
                f"The baseline in force is of {_day(standing.judged_on)}. A new one"
                " is of a later day, or of the same day to correct it."
            )
        elif said := self._closed_refused(self._files[pupil.pk], start):
            words = said
        if words:
            raise BaselineRefused(pupil, strand, words)
        return standing

    def _day_refused(self, file: PupilFile, day: dt.date, standing: Baseline | None) -> str:
        if day > timezone.localdate():
            return "This day is still to come."
        if day < file.pupil.born_on:
            return "This is before the pupil was born."
        left = file.seen_until
        if left and day > left:
            return f"{file.pupil} left on {_day(left)}. A baseline is of a day until then."
        came = min((each.starts_on for each in file.every_placement), default=None)
        # One that was imported with an earlier day can still be corrected.
        if came and day < came and not (standing and standing.judged_on == day):
            return (
                f"{file.pupil} came to the trust on {_day(came)}. A baseline is of a day from then"
                " on, so that no term is counted before. Give what an earlier school found with"
                " that day."
            )
        return ""

    def _closed_refused(self, file: PupilFile, start: StartingPoint) -> str:
        """Ask that no gain changes of a term that was judged and whose window has closed.

        A term is measured from the baseline that holds on its census day, in the version that it
        was judged in: the strand's own, or one that goes on from it.
        """
        for term in self._terms:
            if term.census_on < start.judged_on or not self._is_closed(file, term):
                continue
            for strand in self._lines[start.strand.pk]:
                key = (file.pupil.pk, strand)
                begun = [b for b in self._held[key] if b.judged_on <= term.census_on]
                later = any(each.judged_on > start.judged_on for each in begun)
                if term.pk not in self._judged[key] or later:
                    continue
                return (
                    f"{term} was judged {'from this' if begun else 'without a'} baseline and its"
                    " window is closed, so it stays as it is. Set a new baseline with a date after"
                    f" {_day(term.census_on)}."
                )
        return ""

    def _is_closed(self, file: PupilFile, term: Term) -> bool:
        """Say whether nothing of the pupil can be judged in a term any more.

        By the window of the school where the pupil was then, and leave for the class they were in.
        A term that is over and has no window is closed too: its judgements were imported.
        """
        placement = placement_of(file.every_placement, term)
        school, group = (
            (placement.school_id, placement.class_group_id) if placement else (None, None)
        )
        late = self._leave.get((term.pk, group)) if group else None
        last_day = EntryDays.by(self._windows.of(term.pk, school), late).last_day
        return (last_day or term.ends_on) < timezone.localdate()


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")
