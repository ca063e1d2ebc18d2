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

    Two queries at most: a trust has few mappings, and most strands have none.
    """
    before: dict[int, tuple[int, int, int, str]] = {}
    for after, strand, new_stream, old_stream, version in StrandMapping.objects.values_list(
        "after", "before", "after__stream", "before__stream", "before__stream__version"
    ):
        before[after] = (strand, new_stream, old_stream, version)
    wanted = [each for each in strand_ids if each in before]
    if not wanted:
        return {}
    became: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for old, new, old_stream, new_stream in PointMapping.objects.values_list(
        "before", "after", "before__stream", "after__stream"
    ):
        became[old_stream, new_stream][old] = new
    found: dict[int, list[Ancestor]] = {}
    for strand in wanted:
        line: list[Ancestor] = []
        onward: dict[int, int] | None = None
        at = strand
        while at in before:
            at, new_stream, old_stream, version = before[at]
            step = became[old_stream, new_stream]
            onward = step if onward is None else {o: onward[n] for o, n in step.items()}
            line.append(Ancestor(at, version, onward))
        found[strand] = line
    return found
