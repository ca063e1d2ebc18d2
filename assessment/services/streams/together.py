"""What of a stream does not hold together, though each part of it may be right."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

type _Place = tuple[str | int, ...]


def between(found: Any) -> list[tuple[_Place, str]]:
    """Find what does not hold together, also where something else is wrong."""
    faults: list[tuple[_Place, str]] = []
    if not isinstance(found, Mapping):
        return faults
    before = None
    for part in ("scale", "strands"):
        seen: set[str] = set()
        entries = found.get(part)
        for number, entry in enumerate(entries if isinstance(entries, list | tuple) else ()):
            if not isinstance(entry, Mapping):
                continue
            value = _decimal(entry.get("value")) if part == "scale" else None
            if value is not None and before is not None and value <= before:
                faults.append(
                    ((part, number, "value"), f"{value} is not more than the {before} before it")
                )
            before = before if value is None else value
            code = entry.get("code")
            if isinstance(code, str) and code.strip():
                if code.strip().casefold() in seen:
                    faults.append(((part, number, "code"), f"{code.strip()} is there twice"))
                seen.add(code.strip().casefold())
    replaces, version = found.get("replaces"), found.get("version")
    if isinstance(replaces, Mapping) and version and replaces.get("version") == version:
        faults.append((("replaces", "version"), "a version cannot replace itself"))
    return faults


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value)[:40])
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
