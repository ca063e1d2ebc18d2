"""Faults that a test lays down for the server to suffer: each is a file, named after a choice."""

from pathlib import Path
from typing import Any

FAULTS = ("before commit", "after commit", "reply dropped", "session expired")


def fault_file(folder: Path, choice: dict[str, Any], fault: str) -> Path:
    """Return where a fault for a choice lies until it happens."""
    parts = [str(choice[name]) for name in ("person", "pupil", "strand", "point")]
    return folder / f"{'-'.join(parts)}.{fault}"
