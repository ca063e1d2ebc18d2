"""What was recorded in the versions of a stream before, read in the points of a later one."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONArray

from assessment.models import PointMapping, StrandMapping


@dataclass(frozen=True)
class Ancestor:
    """A strand of an earlier version that a strand goes on from, and what its points became."""

    strand_id: int
    version: str
    points: dict[int, int]


def ancestors(strand_ids: Iterable[int]) -> dict[int, list[Ancestor]]:
    """Return the strands that some strands go on from, the nearest version first.

    One query, whether there are mappings or not: a trust has few, and most strands have none.
    """
    points = PointMapping.objects.filter(
        before__stream=OuterRef("before__stream"), after__stream=OuterRef("after__stream")
    ).values(pair=JSONArray("before", "after"))
    before: dict[int, Ancestor] = {
        after: Ancestor(strand, version, dict(pairs))
        for after, strand, version, pairs in StrandMapping.objects.values_list(
            "after", "before", "before__stream__version", ArraySubquery(points)
        )
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
