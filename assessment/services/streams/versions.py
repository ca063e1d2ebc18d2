"""How a stream file becomes a version of a stream in the trust's data."""

import datetime as dt
from collections.abc import Collection, Mapping
from pathlib import Path

from django.db import IntegrityError, transaction

from assessment.models import (
    CoreArea,
    Point,
    PointMapping,
    Strand,
    StrandMapping,
    Stream,
)
from assessment.services.streams.approval import ApprovalRefused, Expected, put_in_use
from assessment.services.streams.content import content_of
from assessment.services.streams.drafts import draft_of
from assessment.services.streams.files import (
    FIXTURES,
    Place,
    Problem,
    StreamFile,
    StreamFileError,
    Where,
    dotted,
    in_order,
    read_codes_and_names,
    read_file,
    read_stream,
    refusal,
    shipped_streams,
)
from assessment.services.streams.mapping import GoesOn, as_told, goes_on
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
    stream_file, where = read_file(file)
    stream = store_stream(stream_file=stream_file, source=file.name, where=where)
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
        raise StreamFileError(file.name, [Problem(where(("version",)), str(error))]) from error
    stream.refresh_from_db()
    return stream


def store_stream(
    *,
    stream_file: StreamFile,
    source: str,
    where: Where = dotted,
    loaded_by: int | None = None,
) -> Stream:
    """Keep a version of a stream, not in use yet; `source` and `where` name places in errors.

    Needs `in_trust`. A version is frozen: the same content again is the version there is, and
    other content under its number is refused. Nothing is stored before all of it has been
    checked. Raises `StreamFileError`.
    """
    areas = {area.code: area for area in CoreArea.objects.all()}
    versions = {each.version: each for each in Stream.objects.filter(code=stream_file.code)}
    faults, before, going_on = _held_against_trust(stream_file, areas, versions)
    if faults:
        raise refusal(source, where, faults)
    known = versions.get(stream_file.version)
    if known is not None:
        if content_of(known) != _in_fewest_words(stream_file, before, going_on):
            raise refusal(source, where, [(("version",), _frozen(stream_file))])
        return known
    try:
        with transaction.atomic():
            return _create(stream_file, before, going_on, areas, loaded_by)
    except IntegrityError as error:
        # Somebody else has loaded the same version in this moment.
        raise refusal(source, where, [(("version",), _frozen(stream_file))]) from error


def more_faults(error: StreamFileError, *, source: str) -> StreamFileError:
    """Return the error of a file with what only the trust knows to be wrong in it as well.

    Needs `in_trust`. Who mends a file is not sent back a second time.
    """
    if not isinstance(error.found, Mapping):
        return error
    draft = draft_of(error.found)
    areas = {area.code: area for area in CoreArea.objects.all()}
    wrong = {place for place, _ in error.faults}
    # What has a wrong code is no stream that the trust could have.
    known = Stream.objects.filter(code=draft.code) if ("code",) not in wrong else ()
    faults, _, _ = _held_against_trust(draft, areas, {each.version: each for each in known})
    if ("code",) in wrong:
        faults = [each for each in faults if each[0][0] != "replaces"]
    elif any(
        place[:1] == ("replaces",)
        or (place[:1] in {("scale",), ("strands",)} and place[2:] in {(), ("code",)})
        for place in wrong
    ):
        # How it goes on can only be told of strands and points that have a code of their own.
        faults = [each for each in faults if each[0] == ("replaces", "version")] + [
            each for each in faults if each[0][0] != "replaces"
        ]
    return in_order(source, error.where, [*error.faults, *faults], error.found)


def _held_against_trust(
    stream_file: StreamFile, areas: Mapping[str, CoreArea], versions: Mapping[str, Stream]
) -> tuple[list[tuple[Place, str]], Stream | None, GoesOn | None]:
    """Find what the trust lacks, and how a version goes on from the one that it replaces."""
    faults = _unknown(stream_file, areas)
    told = stream_file.replaces
    if told is None:
        return faults, None, None
    before = versions.get(told.version)
    if before is None:
        words = f"the trust has no {stream_file.code} {told.version}, only "
        faults.append((("replaces", "version"), words + (", ".join(versions) or "none")))
        return faults, None, None
    going_on = goes_on(stream_file, told, before)
    return [*faults, *going_on.faults], before, going_on


def _create(
    stream_file: StreamFile,
    before: Stream | None,
    going_on: GoesOn | None,
    areas: Mapping[str, CoreArea],
    loaded_by: int | None,
) -> Stream:
    stream = Stream.objects.create(
        code=stream_file.code,
        version=stream_file.version,
        name=stream_file.name,
        description=stream_file.description,
        for_whom=stream_file.for_whom,
        replaces=before,
        proposed=stream_file.proposed,
        loaded_by_id=loaded_by,
    )
    points = Point.objects.bulk_create(
        Point(stream=stream, **entry.model_dump()) for entry in stream_file.scale
    )
    strands = Strand.objects.bulk_create(
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
    if before is not None and going_on is not None:
        new_strands = {each.code: each for each in strands}
        old_strands = {each.code: each for each in before.strands.all()}
        StrandMapping.objects.bulk_create(
            StrandMapping(before=old_strands[old], after=new_strands[new])
            for new, old in going_on.strands.items()
        )
        new_points = {each.code: each for each in points}
        old_points = {each.code: each for each in before.points.all()}
        PointMapping.objects.bulk_create(
            PointMapping(before=old_points[old], after=new_points[new])
            for old, new in going_on.points.items()
        )
    return stream


def _unknown(stream_file: StreamFile, areas: Mapping[str, CoreArea]) -> list[tuple[Place, str]]:
    """Find what the file names and the trust does not have."""
    routes = list(Route.objects.values_list("code", flat=True))
    faults: list[tuple[Place, str]] = [
        (
            ("strands", number, "core_area"),
            f"the trust has no core area '{strand.core_area}', only {', '.join(areas) or 'none'}",
        )
        for number, strand in enumerate(stream_file.strands)
        if strand.core_area is not None and strand.core_area not in areas
    ]
    faults += [
        (
            ("expected", code),
            f"the trust has no route '{code}', only {', '.join(routes) or 'none'}",
        )
        for code in stream_file.expected
        if code not in routes
    ]
    return faults


def _in_fewest_words(
    stream_file: StreamFile, before: Stream | None, going_on: GoesOn | None
) -> StreamFile:
    if before is None or going_on is None:
        return stream_file
    replaces = as_told(
        before.version,
        going_on,
        strands=[each.code for each in stream_file.strands],
        before=list(before.strands.values_list("code", flat=True)),
    )
    return stream_file.model_copy(update={"replaces": replaces})


def _frozen(stream_file: StreamFile) -> str:
    return (
        f"{stream_file.code} {stream_file.version} is already loaded with other content, and a"
        " version never changes. Give the changed stream a new version."
    )


def _add_missing(model: type[Route] | type[CoreArea], file: Path) -> None:
    for position, entry in enumerate(read_codes_and_names(file), start=1):
        model.objects.get_or_create(
            code=entry.code, defaults={"name": entry.name, "position": position}
        )
