"""Celery's messages as files, for when no Redis is configured.

kombu brings this way of sending messages, but a reader of its folder may find a file that is
still empty, because its writer has made it and not yet written it; the worker dies of that.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, override
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A folder of messages that are there whole or not at all."""

    # The stubs of kombu's own two classes do not agree on the name of the second argument.
    @override
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000):015}_{uuid4()}"
        unfinished = folder / f"{name}.unfinished"
        unfinished.write_text(dumps(payload))
        unfinished.rename(folder / f"{name}.{queue}.msg")

    # Which queues hear of what stands in files of its own, read and rewritten in place.

    @override
    def get_table(self, exchange: str) -> Any:
        with self._alone():
            return super().get_table(exchange)

    @override
    def _queue_bind(self, *args: Any) -> None:
        with self._alone():
            super()._queue_bind(*args)

    @override
    def _delete(self, *args: Any, **kwargs: Any) -> None:
        with self._alone():
            super()._delete(*args, **kwargs)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.control_folder.mkdir(parents=True, exist_ok=True)
        with (self.control_folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """kombu's transport through files, with our folder."""

    Channel = Channel


def use_for_files() -> None:
    """Let every `filesystem://` address mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:{Transport.__name__}"
