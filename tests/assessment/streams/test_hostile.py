"""Files made to harm are refused in under two seconds and 150 MB, in words a teacher knows."""

import json
import subprocess
import sys

from tests.assessment.streams.hostile import FILES


def test_they_are_refused_before_they_do_harm(tmp_path):
    for name, (made, _) in FILES.items():
        content = made()
        assert len(content) < 1_000_000  # what it weighs as it arrives
        (tmp_path / name).write_bytes(content)
    reading = subprocess.run(
        [sys.executable, "-m", "tests.assessment.streams.hostile", *map(tmp_path.joinpath, FILES)],
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )
    told = [json.loads(line) for line in reading.stdout.splitlines()]
    assert [name for name, *_ in told] == list(FILES)
    for name, seconds, megabytes, said in told:
        # The time of its own processor: how busy the machine is with others is not the question.
        assert seconds < 2, name
        # Of the whole program, Django included, and of all files up to this one.
        assert megabytes < 150, name
        assert said.startswith(f"{name}: {FILES[name][1]}"), said
