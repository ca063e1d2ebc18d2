"""Baselines: setting the starting point of a pupil in a strand, and setting it anew."""

import datetime as dt
from collections.abc import Iterable
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
from schools.models import Term, Window


@dataclass(frozen=True)
class StartingPoint:
    """A point to be a baseline from a day on."""

    strand: Strand
    point: Point
    judged_on: dt.date


class BaselineRefused(Exception):
    """A baseline that cannot be; says why in words, and in which strand."""

    def __init__(self, strand: Strand, words: str) -> None:
        super().__init__(words)
        self.strand = strand


@transaction.atomic
def set_baselines(*, by: Access, pupil: Pupil, starting_points: Iterable[StartingPoint]) -> None:
    """Set several baselines of a pupil, all or none. Raises `BaselineRefused`."""
    for each in starting_points:
        set_baseline(
            by=by, pupil=pupil, strand=each.strand, point=each.point, judged_on=each.judged_on
        )


@transaction.atomic
def set_baseline(
    *, by: Access, pupil: Pupil, strand: Strand, point: Point, judged_on: dt.date
) -> Baseline:
    """Set a pupil's baseline in a strand; it holds from its day until another replaces it.

    A later day keeps the old baseline for the terms before it, the same day corrects it. What
    was reckoned for a term that was judged and is closed stays as it is. Raises `BaselineRefused`.
    """
    file = _file(by, pupil)
    if point.stream_id != strand.stream_id:
        raise BaselineRefused(strand, "This point is not on the scale of the stream.")
    if judged_on > timezone.localdate():
        raise BaselineRefused(strand, "This day is still to come.")
    if judged_on < pupil.born_on:
        raise BaselineRefused(strand, "This is before the pupil was born.")
    if file.seen_until and judged_on > file.seen_until:
        raise BaselineRefused(
            strand, f"{pupil} left on {_day(file.seen_until)}. A baseline is of a day until then."
        )
    # Two first baselines at the same time come one after the other.
    Pupil.objects.visible_to(by).select_for_update(of=("self",)).get(pk=pupil.pk)
    standing = Baseline.objects.filter(pupil=pupil, strand=strand, replaced_on__isnull=True).first()
    if standing and judged_on < standing.judged_on:
        raise BaselineRefused(
            strand,
            f"The baseline in force is of {_day(standing.judged_on)}. A new one"
            " is of a later day, or of the same day to correct it.",
        )
    _check_closed_terms(pupil, strand, judged_on)
    if standing and judged_on == standing.judged_on:
        standing.point = point
        standing.judged_by_id = by.person_id
        standing.carried_from = None
        standing.save(update_fields=["point", "judged_by", "carried_from"])
        carry_on(baseline=standing)
        return standing
    if standing:
        standing.replaced_on = judged_on
        standing.save(update_fields=["replaced_on"])
    made = Baseline.objects.create(
        pupil=pupil, strand=strand, point=point, judged_on=judged_on, judged_by_id=by.person_id
    )
    carry_on(baseline=made)
    return made


def _file(by: Access, pupil: Pupil) -> PupilFile:
    file = pupil_file(by, pupil_id=pupil.pk)
    if file is None or not file.lets(by, Permission.RECORD):
        raise PermissionDenied
    return file


def _check_closed_terms(pupil: Pupil, strand: Strand, judged_on: dt.date) -> None:
    """Ask that no gain changes of a term that was judged and whose window has closed.

    A term is measured from the baseline that holds at its end. One that is over and has no
    window is closed too: its judgements were imported.
    """
    today = timezone.localdate()
    windows = {window.term_id: window for window in Window.objects.all()}
    judged = Term.objects.filter(
        pk__in=Judgement.objects.filter(pupil=pupil, strand=strand).values("term"),
        ends_on__gte=judged_on,
    )
    for term in judged.order_by("-starts_on"):
        window = windows.get(term.pk)
        if (window.closes_on if window else term.ends_on) >= today:
            continue
        measured = Baseline.objects.filter(
            Q(replaced_on__isnull=True) | Q(replaced_on__gt=term.ends_on),
            pupil=pupil,
            strand=strand,
            judged_on__lte=term.ends_on,
        ).exists()
        raise BaselineRefused(
            strand,
            f"{term} was judged {'from this' if measured else 'without a'} baseline and its window"
            " is closed, so it stays as it is. Set a new baseline with a date after"
            f" {_day(term.ends_on)}.",
        )


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")
