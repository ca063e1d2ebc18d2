"""Baselines that go on into a new version of a stream, by its mapping."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import Q

from assessment.models import Baseline, PointMapping, StrandMapping, Stream


def carry_baselines(*, stream: Stream) -> int:
    """Give each pupil with a baseline in the version before its mapping in this one.

    Needs `in_trust`. Carried are those that hold on the day the version comes into use or later,
    with their own dates: gains go on being counted from the same day. The old ones stay as they
    are, for the terms that were judged by them. Returns how many were carried.
    """
    if stream.replaces_id is None or stream.approved_from is None:
        return 0
    points = _points(stream)
    strands = dict(
        StrandMapping.objects.filter(after__stream=stream).values_list("after", "before")
    )
    carried = []
    for after, before in strands.items():
        held = Baseline.objects.filter(
            Q(replaced_on__isnull=True) | Q(replaced_on__gt=stream.approved_from), strand=before
        )
        carried += [
            Baseline(
                pupil_id=each.pupil_id,
                strand_id=after,
                point_id=points[each.point_id],
                judged_on=each.judged_on,
                replaced_on=each.replaced_on,
                judged_by_id=each.judged_by_id,
                carried_from=each,
            )
            for each in held
        ]
    Baseline.objects.bulk_create(carried)
    return len(carried)


def carry_on(*, baseline: Baseline) -> None:
    """Carry one baseline, new or corrected, into the versions that go on from its own."""
    carry_all_on(baselines=[baseline])


def carry_all_on(*, baselines: Sequence[Baseline]) -> None:
    """Carry baselines, new or corrected, into the versions that go on from their own.

    Needs `in_trust`, and at most one baseline of a pupil in a strand. A baseline of a later day
    that was made in the newer version stands over the one carried. The reads do not depend on
    how many there are.
    """
    successors = _successors({each.strand_id for each in baselines})
    if not successors:
        return
    became = {
        (before, stream): after
        for before, after, stream in PointMapping.objects.filter(
            before__in={each.point_id for each in baselines}
        ).values_list("before", "after", "after__stream")
    }
    held: dict[tuple[int, int], list[Baseline]] = defaultdict(list)
    for each in Baseline.objects.filter(
        pupil__in={each.pupil_id for each in baselines},
        strand__in={strand for line in successors.values() for strand, _ in line},
    ):
        held[each.pupil_id, each.strand_id].append(each)
    made: list[Baseline] = []
    corrected: list[Baseline] = []
    for baseline in baselines:
        for strand, stream in successors.get(baseline.strand_id, ()):
            theirs = held[baseline.pupil_id, strand]
            point = became[baseline.point_id, stream]
            same_day = next((each for each in theirs if each.judged_on == baseline.judged_on), None)
            if same_day is None:
                made.append(_between(baseline, theirs, strand, point))
            elif same_day.carried_from_id is not None:
                same_day.point_id = point
                same_day.judged_by_id = baseline.judged_by_id
                same_day.save(update_fields=["point", "judged_by"])
                corrected.append(same_day)
    Baseline.objects.bulk_create(made)
    carry_all_on(baselines=[*made, *corrected])


def _between(baseline: Baseline, theirs: Sequence[Baseline], strand: int, point: int) -> Baseline:
    """Return the baseline carried into a strand, having ended the one that held there before."""
    day = baseline.judged_on
    for each in theirs:
        if each.judged_on < day and (each.replaced_on is None or each.replaced_on > day):
            each.replaced_on = day
            each.save(update_fields=["replaced_on"])
    return Baseline(
        pupil_id=baseline.pupil_id,
        strand_id=strand,
        point_id=point,
        judged_on=day,
        replaced_on=min((each.judged_on for each in theirs if each.judged_on > day), default=None),
        judged_by_id=baseline.judged_by_id,
        carried_from=baseline,
    )


def lines_from(strands: Collection[int]) -> dict[int, set[int]]:
    """Return, for each strand, those of the approved versions that go on from it, itself too."""
    found = {strand: {strand} for strand in strands}
    at = {strand: {strand} for strand in strands}
    while after := _successors({each for reached in at.values() for each in reached}):
        at = {
            strand: {onward for each in reached for onward, _ in after.get(each, ())}
            for strand, reached in at.items()
        }
        for strand, reached in at.items():
            found[strand] |= reached
    return found


def _successors(strands: Collection[int]) -> dict[int, list[tuple[int, int]]]:
    """Return the strands, with their version, that some go on as in versions that are approved."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for before, after, stream in StrandMapping.objects.filter(
        before__in=strands, after__stream__approved_from__isnull=False
    ).values_list("before", "after", "after__stream"):
        found[before].append((after, stream))
    return found


def _points(stream: Stream) -> dict[int, int]:
    return dict(
        PointMapping.objects.filter(
            before__stream=stream.replaces_id, after__stream=stream
        ).values_list("before", "after")
    )
