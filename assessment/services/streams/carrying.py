"""Baselines that go on into a new version of a stream, by its mapping."""

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
    """Carry one baseline, new or corrected, into the versions that go on from its own.

    Needs `in_trust`. A baseline of a later day that was made in the newer version stands over
    the one carried.
    """
    successors = StrandMapping.objects.filter(
        before=baseline.strand_id, after__stream__approved_from__isnull=False
    ).values_list("after", "after__stream")
    for strand, stream in successors:
        point = PointMapping.objects.get(before=baseline.point_id, after__stream=stream).after_id
        same_day = Baseline.objects.filter(
            pupil=baseline.pupil_id, strand=strand, judged_on=baseline.judged_on
        ).first()
        if same_day is not None:
            if same_day.carried_from_id is not None:
                same_day.point_id = point
                same_day.judged_by_id = baseline.judged_by_id
                same_day.save(update_fields=["point", "judged_by"])
                carry_on(baseline=same_day)
            continue
        theirs = Baseline.objects.filter(pupil=baseline.pupil_id, strand=strand)
        later = theirs.filter(judged_on__gt=baseline.judged_on).order_by("judged_on").first()
        theirs.filter(judged_on__lt=baseline.judged_on).filter(
            Q(replaced_on__isnull=True) | Q(replaced_on__gt=baseline.judged_on)
        ).update(replaced_on=baseline.judged_on)
        made = Baseline.objects.create(
            pupil_id=baseline.pupil_id,
            strand_id=strand,
            point_id=point,
            judged_on=baseline.judged_on,
            replaced_on=later.judged_on if later else None,
            judged_by_id=baseline.judged_by_id,
            carried_from=baseline,
        )
        carry_on(baseline=made)


def _points(stream: Stream) -> dict[int, int]:
    return dict(
        PointMapping.objects.filter(
            before__stream=stream.replaces_id, after__stream=stream
        ).values_list("before", "after")
    )
