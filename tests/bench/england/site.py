"""A state folder with England in it, and a process of its own that measures there.

A process can only have one database; so each folder has its own process, which waits to be asked.
Nothing here may import Django's models: the process sets its environment first.
"""

import multiprocessing
import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from parrcs import embedded

PROJECT = Path(__file__).resolve().parents[3]
SETTINGS = {"DJANGO_SETTINGS_MODULE": "parrcs.settings", "HTTPS": "0", "STATIC_FROM_SOURCE": "1"}
# Set by the server of the other tests, which is not this one.
OTHERS = ("DATABASE_URL", "OWNER_DATABASE_URL", "SECRET_KEY")


class Site:
    """England with so many trusts, seeded where it is not; to be used in a `with`."""

    def __init__(self, state: Path, trusts: int) -> None:
        self.state = state
        self._trusts = trusts
        self._seed()
        if not self._is_current():
            print(f"\nThe term of {self.state} is over: it is made anew.")  # noqa: T201
            shutil.rmtree(self.state)
            self._seed()

    def __enter__(self) -> Self:
        self._process = self._begun()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._process.shutdown()

    def ask(self, function: str, *arguments: Any) -> Any:
        """Call a function of `tests.bench.england.measuring` in the process of this folder."""
        return self._process.submit(_call, function, arguments).result()

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to be told to work on this folder, besides its database."""
        rest = {name: value for name, value in os.environ.items() if name not in OTHERS}
        return {**rest, **SETTINGS, "STATE": str(self.state)}

    def _is_current(self) -> bool:
        with self._begun() as process:
            return bool(process.submit(_call, "has_open_window", ()).result())

    def _begun(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self.environment,),
        )

    def _seed(self) -> None:
        seed = ("seed_demo", "--scale", "england", "--trusts", str(self._trusts))
        for command in (("migrate", "--verbosity", "0"), seed):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=PROJECT,
                env=self.environment,
                check=True,
            )


def _begin(environment: dict[str, str]) -> None:
    """Make this process one of the state folder."""
    os.environ.clear()
    os.environ.update(environment)
    embedded.STATE_FOLDER = Path(environment["STATE"])
    embedded.start_if_needed()
    import django  # noqa: PLC0415  # once its settings are known

    django.setup()


def _call(function: str, arguments: tuple[Any, ...]) -> Any:
    from tests.bench.england import measuring  # noqa: PLC0415  # once Django is set up

    return getattr(measuring, function)(*arguments)
