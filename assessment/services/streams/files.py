"""Streams as YAML files: one strict schema, and errors that name their place."""

from collections.abc import Hashable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self, override

import yaml
from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

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
    area: str = Field(default="", max_length=80)
    core_area: Slug | None = None


class ReplacesEntry(_Entry):
    """How a version goes on from the one before it.

    `strands` says for a strand of this file which one before it goes on from, None for none;
    `points` says for a point before which one of this file it becomes. What is left out goes by
    the same code.
    """

    version: str = Field(min_length=1, max_length=12)
    strands: dict[Slug, Slug | None] = {}
    points: dict[str, str] = {}


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
    replaces: ReplacesEntry | None = None

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
        if self.replaces is not None and self.replaces.version == self.version:
            raise ValueError("replaces.version: a version cannot replace itself")
        return self

    @property
    def proposed(self) -> dict[str, Any]:
        """What the file proposes to expect, as it is kept with the version."""
        return {
            "better": str(self.better.normalize()),
            "expected": {code: str(points.normalize()) for code, points in self.expected.items()},
        }

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


def read_stream(file: Path) -> StreamFile:
    """Read a stream file and check all that can be checked without the trust."""
    return _read(file, StreamFile)


def read_codes_and_names(file: Path) -> tuple[CodeAndName, ...]:
    """Read a list of routes or core areas."""
    return _read(file, CodesAndNames).entries


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
