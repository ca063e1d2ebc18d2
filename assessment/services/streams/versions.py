"""How a stream file becomes a version of a stream in the trust's data."""

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from assessment.models import (
    CoreArea,
    Point,
    PointMapping,
    Strand,
    StrandMapping,
    Stream,
)
from assessment.services.streams.approval import ApprovalRefused, Expected, put_in_use
from assessment.services.streams.files import (
    FIXTURES,
    StreamFile,
    StreamFileError,
    read_codes_and_names,
    read_stream,
    shipped_streams,
)
from pupils.models import Route

# A trust begins with these; it approves the others as it comes to want them.
IN_USE_AT_ONCE = ("developmental", "engagement")


def load_shipped_streams(
    *, approved_from: dt.date, approve: Collection[str] = IN_USE_AT_ONCE
) -> list[Stream]:
    """Load the routes, core areas and streams that come with the application.

    Those whose codes are in `approve` are in use from that day; the others wait for approval.
    Needs `in_trust`. What the trust already has stays as it is.
    """
    load_routes(file=FIXTURES / "routes.yaml")
    load_core_areas(file=FIXTURES / "core_areas.yaml")
    loaded = []
    for file in shipped_streams():
        stream_file = read_stream(file)
        if stream_file.code in approve:
            loaded.append(load_stream(file=file, approved_from=approved_from))
        else:
            loaded.append(store_stream(stream_file=stream_file, source=file.name))
    return loaded


def load_routes(*, file: Path) -> None:
    """Add the routes of a file that the trust does not have; a name the trust gave one stays."""
    _add_missing(Route, file)


def load_core_areas(*, file: Path) -> None:
    """Add the core areas of a file that the trust does not have, keeping its own names."""
    _add_missing(CoreArea, file)


@transaction.atomic
def load_stream(*, file: Path, approved_from: dt.date) -> Stream:
    """Make the version of a stream that a file describes, in use from that day on.

    Needs `in_trust`. The version that was in use before ends the day before. A version that was
    approved before stays as it is. Raises `StreamFileError`.
    """
    stream_file = read_stream(file)
    stream = store_stream(stream_file=stream_file, source=file.name)
    if stream.approved_from is not None:
        return stream
    routes = {route.code: route.pk for route in Route.objects.all()}
    try:
        put_in_use(
            stream=stream,
            starts_on=approved_from,
            expected={
                routes[code]: Expected(points, stream_file.better)
                for code, points in stream_file.expected.items()
            },
        )
    except ApprovalRefused as error:
        raise StreamFileError(f"{file.name}: version: {error}") from error
    return stream


@transaction.atomic
def store_stream(*, stream_file: StreamFile, source: str) -> Stream:
    """Keep a version of a stream, not in use yet; `source` names its file in errors.

    Needs `in_trust`. A version is frozen: the same content again is the version there is, and
    other content under its number is refused. Raises `StreamFileError`.
    """
    routes = {route.code: route for route in Route.objects.all()}
    areas = {area.code: area for area in CoreArea.objects.all()}
    _check_references(source, stream_file, routes, areas)
    versions = {each.version: each for each in Stream.objects.filter(code=stream_file.code)}
    known = versions.get(stream_file.version)
    if known is not None:
        if _content(known) != _content_of_file(stream_file):
            raise StreamFileError(
                f"{source}: version: {stream_file.code} {stream_file.version} is already"
                " loaded with other content, and a version never changes."
                " Give the changed stream a new version."
            )
        return known
    before = None
    if stream_file.replaces is not None:
        before = versions.get(stream_file.replaces.version)
        if before is None:
            raise StreamFileError(
                f"{source}: replaces.version: the trust has no {stream_file.code}"
                f" {stream_file.replaces.version}, only {', '.join(versions) or 'none'}"
            )
    stream = _create(stream_file, before, areas)
    if before is not None:
        _map(source, stream_file, before, stream)
    return stream


def _create(
    stream_file: StreamFile, before: Stream | None, areas: Mapping[str, CoreArea]
) -> Stream:
    stream = Stream.objects.create(
        code=stream_file.code,
        version=stream_file.version,
        name=stream_file.name,
        description=stream_file.about,
        replaces=before,
        proposed=stream_file.proposed,
    )
    Point.objects.bulk_create(
        Point(stream=stream, **entry.model_dump()) for entry in stream_file.scale
    )
    Strand.objects.bulk_create(
        Strand(
            stream=stream,
            code=entry.code,
            name=entry.name,
            area=entry.area,
            core_area=areas[entry.core_area] if entry.core_area else None,
            position=position,
        )
        for position, entry in enumerate(stream_file.strands, start=1)
    )
    return stream


def _map(source: str, stream_file: StreamFile, before: Stream, after: Stream) -> None:
    """Store how the version goes on from the one before it."""
    told = stream_file.replaces
    if told is None:
        return
    _map_strands(source, told.strands, before, after)
    _map_points(source, told.points, before, after)


def _map_strands(
    source: str, told: Mapping[str, str | None], before: Stream, after: Stream
) -> None:
    old_strands = {each.code: each for each in before.strands.all()}
    new_strands = {each.code: each for each in after.strands.all()}
    for code, old_code in told.items():
        if code not in new_strands:
            raise StreamFileError(
                f"{source}: replaces.strands.{code}: this file has no such strand"
            )
        if old_code is not None and old_code not in old_strands:
            raise StreamFileError(
                f"{source}: replaces.strands.{code}: {before} has no strand '{old_code}',"
                f" only {', '.join(old_strands)}"
            )
    for code, strand in new_strands.items():
        old = old_strands.get(told.get(code, code) or "")
        if old is not None:
            StrandMapping.objects.create(before=old, after=strand)


def _map_points(source: str, told: Mapping[str, str], before: Stream, after: Stream) -> None:
    new_points = {each.code: each for each in after.points.all()}
    old_points = list(before.points.order_by("value"))
    for code in told.keys() - {each.code for each in old_points}:
        raise StreamFileError(f"{source}: replaces.points.{code}: {before} has no such point")
    last: Decimal | None = None
    for old_point in old_points:
        code = told.get(old_point.code, old_point.code)
        point = new_points.get(code)
        if point is None:
            raise StreamFileError(
                f"{source}: replaces.points.{old_point.code}: say which point of this file"
                f" the {old_point.code} of {before} becomes; there is no '{code}'"
            )
        if last is not None and point.value < last:
            raise StreamFileError(
                f"{source}: replaces.points.{old_point.code}: {code} is below what the point"
                " before it becomes, and who stood higher must not come to stand lower"
            )
        last = point.value
        PointMapping.objects.create(before=old_point, after=point)


def _check_references(
    source: str,
    stream_file: StreamFile,
    routes: Mapping[str, Route],
    areas: Mapping[str, CoreArea],
) -> None:
    for number, strand in enumerate(stream_file.strands, start=1):
        if strand.core_area is not None and strand.core_area not in areas:
            raise StreamFileError(
                f"{source}: strands.{number}.core_area: the trust has no core area"
                f" '{strand.core_area}', only {', '.join(areas) or 'none'}"
            )
    for code in stream_file.expected:
        if code not in routes:
            raise StreamFileError(
                f"{source}: expected.{code}: the trust has no route '{code}',"
                f" only {', '.join(routes) or 'none'}"
            )


def _content_of_file(stream_file: StreamFile) -> tuple[object, ...]:
    return (
        stream_file.name,
        stream_file.about,
        stream_file.proposed,
        stream_file.replaces.version if stream_file.replaces else None,
        [(entry.code, entry.label, entry.value) for entry in stream_file.scale],
        [(entry.code, entry.name, entry.area, entry.core_area) for entry in stream_file.strands],
    )


def _content(stream: Stream) -> tuple[object, ...]:
    return (
        stream.name,
        stream.description,
        stream.proposed,
        stream.replaces.version if stream.replaces else None,
        list(stream.points.order_by("value").values_list("code", "label", "value")),
        list(
            stream.strands.order_by("position").values_list(
                "code", "name", "area", "core_area__code"
            )
        ),
    )


def _add_missing(model: type[Route] | type[CoreArea], file: Path) -> None:
    for position, entry in enumerate(read_codes_and_names(file), start=1):
        model.objects.get_or_create(
            code=entry.code, defaults={"name": entry.name, "position": position}
        )
