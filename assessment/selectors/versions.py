"""What was recorded in the versions of a stream before, read in the points of a later one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from assessment.models import PointMapping, StrandMapping


@dataclass(frozen=True)
class Ancestor:
    """A strand of an earlier version that a strand goes on from, and what its points became."""

    strand_id: int
    version: str
    points: dict[int, int]


def ancestors(strand_ids: Iterable[int]) -> dict[int, list[Ancestor]]:
    """Return the strands that some strands go on from, the nearest version first.

    One query where no version in use goes on from another, else two.
    """
    strands = list(
        StrandMapping.objects.filter(after__stream__approved_from__isnull=False).values_list(
            "after", "before", "after__stream", "before__stream__version"
        )
    )
    if not strands:
        return {}
    points: dict[int, dict[int, int]] = defaultdict(dict)
    for stream, old, new in PointMapping.objects.filter(
        after__stream__in={stream for _, _, stream, _ in strands}
    ).values_list("after__stream", "before", "after"):
        points[stream][old] = new
    before = {
        after: Ancestor(strand, version, points[stream])
        for after, strand, stream, version in strands
    }
    found: dict[int, list[Ancestor]] = {}
    for strand in strand_ids:
        line: list[Ancestor] = []
        at = strand
        while at in before:
            step = before[at]
            at = step.strand_id
            if line:
                onward = line[-1].points
                points_now = {old: onward[new] for old, new in step.points.items()}
                step = Ancestor(at, step.version, points_now)
            line.append(step)
        if line:
            found[strand] = line
    return found
