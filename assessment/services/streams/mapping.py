"""How a version of a stream goes on from the one before it, by the codes of both."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from assessment.models import PointMapping, StrandMapping, Stream
from assessment.services.streams.files import Place, ReplacesEntry, StreamFile


@dataclass(frozen=True)
class GoesOn:
    """Each strand that goes on, new to old; each old point, old to new; what does not fit."""

    strands: Mapping[str, str]
    points: Mapping[str, str]
    faults: tuple[tuple[Place, str], ...] = ()


def goes_on(stream_file: StreamFile, told: ReplacesEntry, before: Stream) -> GoesOn:
    """Work out the mapping that a file tells of, from the version that it replaces.

    What the file leaves out goes by the same code. Faults are all found, not the first alone.
    """
    strands, faults = _strands(stream_file, told, before)
    points, more = _points(stream_file, told, before)
    return GoesOn(strands, points, (*faults, *more))


def mapped(stream: Stream) -> GoesOn:
    """Return the mapping that is kept with a version."""
    return GoesOn(
        dict(
            StrandMapping.objects.filter(after__stream=stream).values_list(
                "after__code", "before__code"
            )
        ),
        dict(
            PointMapping.objects.filter(
                after__stream=stream, before__stream=stream.replaces_id
            ).values_list("before__code", "after__code")
        ),
    )


def as_told(
    version: str, found: GoesOn, *, strands: Collection[str], before: Collection[str]
) -> ReplacesEntry:
    """Write a mapping in the fewest words: what goes by the same code is left out.

    `strands` are the codes of the version's own strands, `before` those of the one it replaces.
    """
    by_strand: dict[str, str | None] = {}
    for code in sorted(strands):
        old = found.strands.get(code)
        if old != (code if code in before else None):
            by_strand[code] = old
    by_point = {old: new for old, new in sorted(found.points.items()) if old != new}
    return ReplacesEntry.model_construct(version=version, strands=by_strand, points=by_point)


def _strands(
    stream_file: StreamFile, told: ReplacesEntry, before: Stream
) -> tuple[dict[str, str], list[tuple[Place, str]]]:
    old_codes = list(before.strands.values_list("code", flat=True))
    new_codes = [each.code for each in stream_file.strands]
    faults: list[tuple[Place, str]] = []
    for code, old_code in told.strands.items():
        place: Place = ("replaces", "strands", code)
        if code not in new_codes:
            faults.append((place, "this file has no such strand"))
        elif old_code is not None and old_code not in old_codes:
            words = f"{before} has no strand '{old_code}', only {', '.join(old_codes)}"
            faults.append((place, words))
    found = {}
    for code in new_codes:
        old = told.strands.get(code, code)
        if old in old_codes:
            found[code] = old
    return found, faults


def _points(
    stream_file: StreamFile, told: ReplacesEntry, before: Stream
) -> tuple[dict[str, str], list[tuple[Place, str]]]:
    old_codes = list(before.points.order_by("value").values_list("code", flat=True))
    values = {each.code: each.value for each in stream_file.scale}
    faults: list[tuple[Place, str]] = [
        (("replaces", "points", code), f"{before} has no such point")
        for code in told.points
        if code not in old_codes
    ]
    found: dict[str, str] = {}
    last = None
    for old in old_codes:
        place: Place = ("replaces", "points", old)
        new = told.points.get(old, old)
        if new not in values:
            words = f"say which point of this file the {old} of {before} becomes; "
            faults.append((place, words + f"there is no '{new}'"))
            continue
        if last is not None and values[new] < last:
            words = (
                f"{new} is below what the point before it becomes, and who stood higher must not"
                " come to stand lower"
            )
            faults.append((place, words))
        last = values[new]
        found[old] = new
    return found, faults
