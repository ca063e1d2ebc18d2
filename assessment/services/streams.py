"""Streams as YAML files: one strict schema, and how a file becomes a version of a stream."""

import datetime as dt
from collections.abc import Hashable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self, override

import yaml
from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assessment.models import (
    Baseline,
    CoreArea,
    Expectation,
    Judgement,
    Point,
    Strand,
    Stream,
)
from pupils.models import Route

FIXTURES: Path = settings.BASE_DIR / "fixtures"

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=30)]


class StreamFileError(Exception):
    """A stream file cannot be loaded; the message names the file and the place in it."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class PointEntry(_Entry):
    """A point of the scale."""

    code: str = Field(min_length=1, max_length=12)
    label: str = Field(min_length=1, max_length=120)
    value: Decimal = Field(max_digits=6, decimal_places=2)


class StrandEntry(_Entry):
    """Something that is judged, and the core area it counts for, if any."""

    code: Slug
    name: str = Field(min_length=1, max_length=80)
    core_area: Slug | None = None


class StreamFile(_Entry):
    """All that a stream file says."""

    code: Slug
    version: str = Field(min_length=1, max_length=12)
    name: str = Field(min_length=1, max_length=80)
    description: str = Field(min_length=1, max_length=250)
    for_whom: str = Field(min_length=1, max_length=140)
    better: Decimal = Field(ge=1, max_digits=4, decimal_places=2)
    scale: tuple[PointEntry, ...] = Field(min_length=2)
    strands: tuple[StrandEntry, ...] = Field(min_length=1)
    expected: dict[Slug, Annotated[Decimal, Field(ge=0, max_digits=5, decimal_places=2)]] = Field(
        min_length=1, description="Points a term, by code of the route"
    )

    @model_validator(mode="after")
    def _in_order_and_once(self) -> Self:
        for number, (lower, upper) in enumerate(
            zip(self.scale, self.scale[1:], strict=False), start=2
        ):
            if upper.value <= lower.value:
                raise ValueError(
                    f"scale.{number}.value: {upper.value} is not more than"
                    f" the {lower.value} before it"
                )
        for place in ("scale", "strands"):
            seen: set[str] = set()
            for number, entry in enumerate(getattr(self, place), start=1):
                if entry.code in seen:
                    raise ValueError(f"{place}.{number}.code: {entry.code} is there twice")
                seen.add(entry.code)
        return self

    @property
    def about(self) -> str:
        """What the stream is and for whom, as the pages show it."""
        return f"{self.description} For whom: {self.for_whom}"


class CodeAndName(_Entry):
    """A route or a core area."""

    code: Slug
    name: str = Field(min_length=1, max_length=60)


class CodesAndNames(_Entry):
    """A list of routes or core areas, in order."""

    entries: tuple[CodeAndName, ...]


def shipped_streams() -> list[Path]:
    """Return the stream files that come with the application, in order of their names."""
    return sorted((FIXTURES / "streams").glob("*.yaml"))


def load_shipped_streams(*, approved_from: dt.date) -> list[Stream]:
    """Load the routes, core areas and streams that come with the application.

    Needs `in_trust`. What the trust already has stays as it is.
    """
    load_routes(file=FIXTURES / "routes.yaml")
    load_core_areas(file=FIXTURES / "core_areas.yaml")
    return [load_stream(file=file, approved_from=approved_from) for file in shipped_streams()]


def load_routes(*, file: Path) -> None:
    """Add the routes of a file that the trust does not have; a name the trust gave one stays."""
    _add_missing(Route, file)


def load_core_areas(*, file: Path) -> None:
    """Add the core areas of a file that the trust does not have, keeping its own names."""
    _add_missing(CoreArea, file)


def load_stream(*, file: Path, approved_from: dt.date) -> Stream:
    """Make the version of a stream that a file describes, approved from that day on.

    Needs `in_trust`. The version that was open before ends the day before. A version is frozen:
    loading it again changes nothing, and other content under its number is refused. So is a
    new version while another one holds judgements or baselines: they would be lost to it.
    """
    stream_file = read_stream(file)
    routes = {route.code: route for route in Route.objects.all()}
    areas = {area.code: area for area in CoreArea.objects.all()}
    _check_references(file, stream_file, routes, areas)
    known = Stream.objects.filter(code=stream_file.code, version=stream_file.version).first()
    if known is not None:
        if _content(known) != _content_of_file(stream_file):
            raise StreamFileError(
                f"{file.name}: version: {stream_file.code} {stream_file.version} is already"
                " loaded with other content, and a version never changes."
                " Give the changed stream a new version."
            )
        return known
    _check_nothing_is_lost(file, stream_file)
    _close_open_version(file, stream_file, approved_from)
    stream = Stream.objects.create(
        code=stream_file.code,
        version=stream_file.version,
        name=stream_file.name,
        description=stream_file.about,
        better=stream_file.better,
        approved_from=approved_from,
    )
    Point.objects.bulk_create(
        Point(stream=stream, **entry.model_dump()) for entry in stream_file.scale
    )
    Strand.objects.bulk_create(
        Strand(
            stream=stream,
            code=entry.code,
            name=entry.name,
            core_area=areas[entry.core_area] if entry.core_area else None,
            position=position,
        )
        for position, entry in enumerate(stream_file.strands, start=1)
    )
    Expectation.objects.bulk_create(
        Expectation(stream=stream, route=routes[code], points_a_term=points)
        for code, points in stream_file.expected.items()
    )
    return stream


def read_stream(file: Path) -> StreamFile:
    """Read a stream file and check all that can be checked without the trust."""
    return _read(file, StreamFile)


def _check_references(
    file: Path,
    stream_file: StreamFile,
    routes: Mapping[str, Route],
    areas: Mapping[str, CoreArea],
) -> None:
    for number, strand in enumerate(stream_file.strands, start=1):
        if strand.core_area is not None and strand.core_area not in areas:
            raise StreamFileError(
                f"{file.name}: strands.{number}.core_area: the trust has no core area"
                f" '{strand.core_area}', only {', '.join(areas) or 'none'}"
            )
    for code in stream_file.expected:
        if code not in routes:
            raise StreamFileError(
                f"{file.name}: expected.{code}: the trust has no route '{code}',"
                f" only {', '.join(routes) or 'none'}"
            )


def _check_nothing_is_lost(file: Path, stream_file: StreamFile) -> None:
    """Refuse a new version of a stream in use: gains count from baselines in the same version."""
    versions = Stream.objects.filter(code=stream_file.code).order_by("-approved_from")
    for before in versions:
        if Judgement.objects.filter(strand__stream=before).exists():
            held = "judgements"
        elif Baseline.objects.filter(strand__stream=before).exists():
            held = "baselines"
        else:
            continue
        raise StreamFileError(
            f"{file.name}: version: {before} holds {held} in this trust."
            f" Moving them to {stream_file.version} needs a mapping between the versions,"
            " which is not there yet."
        )


def _close_open_version(file: Path, stream_file: StreamFile, approved_from: dt.date) -> None:
    before = Stream.objects.filter(code=stream_file.code, approved_until__isnull=True).first()
    if before is None:
        return
    if approved_from <= before.approved_from:
        raise StreamFileError(
            f"{file.name}: version: version {before.version} is approved from"
            f" {before.approved_from:%-d %B %Y}, so another one can start the day after"
            " that at the earliest"
        )
    before.approved_until = approved_from - dt.timedelta(days=1)
    before.save(update_fields=["approved_until"])


def _content_of_file(stream_file: StreamFile) -> tuple[object, ...]:
    return (
        stream_file.name,
        stream_file.about,
        stream_file.better,
        [(entry.code, entry.label, entry.value) for entry in stream_file.scale],
        [(entry.code, entry.name, entry.core_area) for entry in stream_file.strands],
        stream_file.expected,
    )


def _content(stream: Stream) -> tuple[object, ...]:
    return (
        stream.name,
        stream.description,
        stream.better,
        list(stream.points.order_by("value").values_list("code", "label", "value")),
        list(stream.strands.order_by("position").values_list("code", "name", "core_area__code")),
        dict(stream.expectations.values_list("route__code", "points_a_term")),
    )


def _add_missing(model: type[Route] | type[CoreArea], file: Path) -> None:
    for position, entry in enumerate(_read(file, CodesAndNames).entries, start=1):
        model.objects.get_or_create(
            code=entry.code, defaults={"name": entry.name, "position": position}
        )


class _OnceOnly(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error: by itself the last would win silently."""

    @override
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(
                    problem="a key must be plain text", problem_mark=key.start_mark
                )
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"'{key.value}' is there twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _read[Content: BaseModel](file: Path, schema: type[Content]) -> Content:
    try:
        # A subclass of the safe loader, which makes plain values only.
        found = yaml.load(file.read_text(encoding="utf-8"), Loader=_OnceOnly)  # noqa: S506
    except OSError as error:
        raise StreamFileError(f"{file.name}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise StreamFileError(f"{file.name}: is not text in UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise StreamFileError(f"{file.name}: line {line}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise StreamFileError(f"{file.name}: is not YAML: {error}") from error
    if schema is CodesAndNames:
        found = {"entries": found}
    try:
        return schema.model_validate(found)
    except ValidationError as error:
        raise StreamFileError(
            "\n".join(f"{file.name}: {_said(each)}" for each in error.errors())
        ) from error


def _said(error: Any) -> str:
    """Say what is wrong and where; entries of a list are counted from 1, as people do."""
    message = error["msg"].removeprefix("Value error, ")
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in error["loc"])
    return f"{place}: {message}" if place else message
