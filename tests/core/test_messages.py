"""Messages as files: whole or not there, and heard once."""

from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection
from kombu.utils.json import loads

from parrcs import messages

MANY = 300


@pytest.fixture
def options(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "messages").mkdir()
    return {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "control_folder": str(tmp_path / "control"),
    }


@pytest.fixture
def channel(options: dict[str, str]) -> Iterator[messages.Channel]:
    messages.use_for_files()
    with Connection("filesystem://", transport_options=options) as connection:
        channel = connection.default_channel
        assert isinstance(channel, messages.Channel)
        yield channel


def test_a_message_that_is_being_written_is_not_there_yet(
    channel: messages.Channel, monkeypatch: pytest.MonkeyPatch
):
    put_in_place = Path.rename
    seen_before: list[object] = []

    def look_first(file: Path, target: Path) -> Path:
        assert loads(file.read_text()) == {"body": "bell"}, "it is whole by now"
        with pytest.raises(Empty):
            channel._get("celery")
        seen_before.append(channel._size("celery"))
        return put_in_place(file, target)

    monkeypatch.setattr(Path, "rename", look_first)
    channel._put("celery", {"body": "bell"})
    assert seen_before == [0]
    assert channel._get("celery") == {"body": "bell"}
    with pytest.raises(Empty):
        channel._get("celery")


def send_many(options: dict[str, str]) -> None:
    messages.use_for_files()
    with Connection("filesystem://", transport_options=options) as connection:
        channel: Any = connection.default_channel
        for number in range(MANY):
            channel._put("celery", {"number": number})


def test_a_reader_that_never_rests_gets_every_message_once(
    channel: messages.Channel, options: dict[str, str]
):
    sender = get_context("spawn").Process(target=send_many, args=(options,))
    sender.start()
    got: list[int] = []
    while len(got) < MANY:
        over = not sender.is_alive()
        try:
            got.append(channel._get("celery")["number"])
        except Empty:
            assert not over, f"only {len(got)} came"
    sender.join()
    assert sorted(got) == list(range(MANY))


def bind_many(options: dict[str, str], name: str) -> None:
    messages.use_for_files()
    with Connection("filesystem://", transport_options=options) as connection:
        channel: Any = connection.default_channel
        for number in range(50):
            channel._queue_bind("bells", "", "", f"{name}-{number}")
            channel.get_table("bells")


def test_two_workers_that_start_at_once_are_both_heard(
    channel: messages.Channel, options: dict[str, str]
):
    starting = [
        get_context("spawn").Process(target=bind_many, args=(options, name)) for name in "ab"
    ]
    for each in starting:
        each.start()
    for each in starting:
        each.join()
        assert each.exitcode == 0
    heard = {queue for _, _, queue in channel.get_table("bells")}
    assert heard == {f"{name}-{number}" for name in "ab" for number in range(50)}
