"""Tells how far a long piece of work has come, and how long each step took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

EVERY = 1_000_000  # rows between two lines

type Say = Callable[[str], None]


@dataclass
class Steps:
    """The steps of the work: their names are known before, their seconds after."""

    names: tuple[str, ...]
    say: Say
    took: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Say which step begins, and keep how long it takes."""
        self.say(f"Step {self.names.index(name) + 1} of {len(self.names)}: {name}")
        begun = time.perf_counter()
        yield
        self.took[name] = time.perf_counter() - begun


@dataclass
class Counted:
    """Counts rows of one kind and says so every million."""

    name: str
    total: int
    say: Say
    done: int = 0

    def add(self, rows: int) -> None:
        """Count more rows."""
        before = self.done
        self.done += rows
        if rows and (before // EVERY != self.done // EVERY or self.done == self.total):
            self.say(f"{self.name}: {self.done:,} of {self.total:,}")
