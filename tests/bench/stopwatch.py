"""Tells which part of some work took how long, by standing before the functions that do it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pkgutil import resolve_name
from typing import Any

import pytest


class Stopwatch:
    """Seconds by what is made and by part; what runs inside a part counts for itself alone."""

    def __init__(self, making: str) -> None:
        self.making = making
        self.taken: dict[str, dict[str, float]] = {making: {}}
        self._inside: list[float] = []

    def turn_to(self, making: str) -> None:
        """Count from now on for something else."""
        self.making = making
        self.taken.setdefault(making, {})

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        """Time a part of the work."""
        begun = time.perf_counter()
        self._inside.append(0.0)
        try:
            yield
        finally:
            took = time.perf_counter() - begun
            taken = self.taken[self.making]
            taken[part] = taken.get(part, 0) + took - self._inside.pop()
            if self._inside:
                self._inside[-1] += took

    def stand_before(self, patch: pytest.MonkeyPatch, place: str, part: str) -> None:
        """Time a function, given by the name under which it is called."""
        within, _, name = place.rpartition(".")
        owner = resolve_name(within)
        work: Callable[..., Any] = getattr(owner, name)

        @wraps(work)
        def timed(*args: Any, **kwargs: Any) -> Any:
            with self.on(part):
                return work(*args, **kwargs)

        patch.setattr(owner, name, timed)
