"""Files with faults, read as far as they go, so that all faults can be told at once."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from assessment.services.streams.files import (
    PointEntry,
    ReplacesEntry,
    StrandEntry,
    StreamFile,
)


def draft_of(found: Mapping[str, Any]) -> StreamFile:
    """Return what a file with faults says as far as it can be read, to look for more in it.

    Each point and strand keeps its place; what is no text is left out.
    """
    expected = found.get("expected")
    return StreamFile.model_construct(
        code=_text(found.get("code")),
        version=_text(found.get("version")),
        # Their values may be none: the lowest stands first.
        scale=tuple(
            PointEntry.model_construct(code=_text(each.get("code")), value=Decimal(number))
            for number, each in enumerate(_entries(found.get("scale")))
        ),
        strands=tuple(
            StrandEntry.model_construct(
                code=_text(each.get("code")), core_area=_text(each.get("core_area")) or None
            )
            for each in _entries(found.get("strands"))
        ),
        expected={
            code: Decimal(0)
            for code in (expected if isinstance(expected, Mapping) else ())
            if isinstance(code, str)
        },
        replaces=_replaces(found.get("replaces")),
    )


def _replaces(told: Any) -> ReplacesEntry | None:
    if not isinstance(told, Mapping) or not _text(told.get("version")):
        return None
    return ReplacesEntry.model_construct(
        version=_text(told["version"]),
        strands={
            code: old
            for code, old in _pairs(told.get("strands"))
            if old is None or isinstance(old, str)
        },
        points={code: new for code, new in _pairs(told.get("points")) if isinstance(new, str)},
    )


def _pairs(found: Any) -> list[tuple[str, Any]]:
    pairs = found.items() if isinstance(found, Mapping) else ()
    return [(code, value) for code, value in pairs if isinstance(code, str)]


def _entries(found: Any) -> list[Mapping[str, Any]]:
    listed = found if isinstance(found, list) else []
    return [each if isinstance(each, Mapping) else {} for each in listed]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
