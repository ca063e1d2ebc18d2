"""What every correction shares: it takes the place of what the person saw, and of nothing else."""

from collections.abc import Mapping
from typing import Any, Protocol


class Marked(Protocol):
    """A row with a mark of what it says."""

    @property
    def words_seen(self) -> str:
        """The mark: another one, and somebody has changed the row since."""
        ...


class ChangedMeanwhile(Exception):
    """Somebody changed a row since the person saw it; `stands` is the row as it is now."""

    def __init__(self, stands: Marked) -> None:
        super().__init__("Somebody changed this meanwhile.")
        self.stands: Any = stands  # a row of what was to be changed


def correct(row: Marked, facts: Mapping[str, object], *, seen: str) -> bool:
    """Put facts into a row that is held against other changes; it is not saved yet.

    `seen` is the mark of what the person saw. Returns False where all of it stands already, as
    after a form that was sent twice. Raises `ChangedMeanwhile` where something else does.
    """
    if all(getattr(row, name) == value for name, value in facts.items()):
        return False
    if row.words_seen != seen:
        raise ChangedMeanwhile(row)
    for name, value in facts.items():
        setattr(row, name, value)
    return True
