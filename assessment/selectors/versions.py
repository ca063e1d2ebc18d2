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

    One query, whether there are mappings or not: a row for each strand that goes on from one.
    """
    points = PointMapping.objects.filter(after__stream=OuterRef("after__stream"))
    before = {
        after: Ancestor(strand, version, dict(became))
        for after, strand, version, became in StrandMapping.objects.filter(
            after__stream__approved_from__isnull=False
        ).values_list(
            "after",
            "before",
            "before__stream__version",
            ArraySubquery(points.values(pair=JSONArray("before", "after"))),
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
