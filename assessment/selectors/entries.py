"""What was judged of some pupils, term by term, read in the version of a stream that is due."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Q

from assessment.models import Baseline, Judgement
from assessment.selectors.versions import Ancestor
from parrcs.core.access import Access
from pupils.models import TermlyTarget
from schools.models import Term


class Entry(NamedTuple):
    """One judgement. `read_from` says what it was made as, where that was in an earlier version."""

    term_id: int
    said: str  # the term in words
    point_id: int
    version: int
    by: str
    at: dt.datetime | None
    read_from: str = ""


# By the ids of pupil and strand, in order of time.
type Entries = Mapping[tuple[int, int], Sequence[Entry]]


def entries_of(
    access: Access,
    *,
    pupils: Collection[int],
    lines: Mapping[int, Sequence[Ancestor]],
    strands: Collection[int],
    until: Term,
    terms: Sequence[Term],
) -> Entries:
    """Return all judgements up to a term, in one query.

    Those made in the versions before (`lines`) count as made in the strand that goes on from
    there, save in the last term itself: that is judged in the version due.
    """
    # Said once, not for each of some thousand judgements.
    held = {each.pk: str(each) for each in terms if each.starts_on <= until.starts_on}
    read_as: dict[int, list[tuple[int, Ancestor | None]]] = {
        strand: [(strand, None)] for strand in strands
    }
    for strand, line in lines.items():
        for each in line:
            read_as.setdefault(each.strand_id, []).append((strand, each))
    found: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    for pupil, made_in, when, point, code, version, by, at in (
        Judgement.objects.visible_to(access)
        .filter(pupil__in=pupils, strand__in=read_as, term__in=held)
        .order_by("term__starts_on")
        .values_list(
            "pupil",
            "strand",
            "term",
            "point",
            "point__code",
            "version",
            "judged_by__name",
            "judged_at",
        )
    ):
        for strand, before in read_as[made_in]:
            if before is not None and when == until.pk:
                continue
            found[pupil, strand].append(
                Entry(
                    when,
                    held[when],
                    before.points[point] if before else point,
                    version,
                    by or "",
                    at,
                    f"{code} in version {before.version}" if before else "",
                )
            )
    return found


def baselines_in_force(
    *, pupils: Collection[int], strands: Collection[int], term: Term
) -> dict[tuple[int, int], tuple[int, dt.date]]:
    """Return point and day of the baselines by which a term is measured, by pupil and strand.

    That is the one in force on the census day. Who has none yet has the first of the days after
    it, from which the next term is measured.
    """
    found: dict[tuple[int, int], tuple[int, dt.date]] = {}
    for pupil, strand, point, judged_on in (
        Baseline.objects.filter(
            Q(replaced_on__isnull=True) | Q(replaced_on__gt=term.census_on),
            pupil__in=pupils,
            strand__in=strands,
            judged_on__lte=term.ends_on,
        )
        .order_by("judged_on")
        .values_list("pupil", "strand", "point", "judged_on")
    ):
        found.setdefault((pupil, strand), (point, judged_on))
    return found


def targets_until(
    access: Access, *, pupils: Collection[int], until: Term, terms: Sequence[Term]
) -> tuple[dict[int, list[TermlyTarget]], dict[tuple[int, int], list[TermlyTarget]]]:
    """Return a term's targets by pupil, and by pupil and position the judged ones they come from.

    A target that was not carried forward has none before it, whatever stood at its position.
    """
    now: dict[int, list[TermlyTarget]] = defaultdict(list)
    before: dict[tuple[int, int], list[TermlyTarget]] = {}
    held = {each.pk: each for each in terms if each.starts_on <= until.starts_on}
    # Those that are not due too: a line may lead through one that was retired.
    known = {
        target.pk: target
        for target in TermlyTarget.objects.visible_to(access)
        .filter(pupil__in=pupils, term__in=held)
        .select_related("judged_by")
        .order_by("term__starts_on", "position")
    }
    for target in known.values():
        target.term = held[target.term_id]  # not read again for each of some hundred
        if target.term_id == until.pk and target.is_due:
            now[target.pupil_id].append(target)
            before[target.pupil_id, target.position] = [
                each
                for each in reversed(carried_to(target, known))
                if each.judged and each.term_id != until.pk
            ]
    return now, before


def carried_to(target: TermlyTarget, known: Mapping[int, TermlyTarget]) -> list[TermlyTarget]:
    """Return those that a target was carried from, the last one first, as far as they are known."""
    line: list[TermlyTarget] = []
    source = known.get(target.carried_from_id or 0)
    while source is not None and source not in line:
        line.append(source)
        source = known.get(source.carried_from_id or 0)
    return line
