"""Files made to harm, or sent by mistake: refused in words, quickly, nothing kept."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from exchange.models import Import
from exchange.services.files.tables import MOST_LINES, read_table
from exchange.services.imports import FileRefused
from exchange.services.kinds.pupil_columns import COLUMNS
from tests.exchange.conftest import Desk, as_xlsx
from tests.exchange.hostile import FILES, LONGEST, many_sheets

# They take long to make; what reads the others reads them too, and nothing is stored before.
HEAVY = {"inflates.xlsx", "hides.xlsx", "cells.xlsx", "long.csv", "deep.xml"}


def test_they_are_refused_before_they_do_harm(tmp_path: Path) -> None:
    for _, name, made, _ in FILES:
        (tmp_path / name).write_bytes(made())
    (tmp_path / LONGEST).write_bytes(longest())
    reading = subprocess.run(
        [sys.executable, "-m", "tests.exchange.hostile", str(tmp_path)],
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )
    *told, (_, patience, _, _) = (json.loads(line) for line in reading.stdout.splitlines())
    assert [name for name, *_ in told] == [name for _, name, _, _ in FILES]
    for (_, name, _, words), (_, seconds, megabytes, said) in zip(FILES, told, strict=True):
        assert said.startswith(words), f"{name}: {said}"
        # The longest list is read in under two seconds where nothing else runs. It is the measure
        # here, as how busy the machine is with others is not the question.
        assert seconds < patience, name
        # Of the whole program, Django included, and of all files up to this one.
        assert megabytes < 250, name


def longest() -> bytes:
    words = [f"Column {number}" for number in range(len(COLUMNS))]
    return as_xlsx([words] * MOST_LINES, words)


def test_a_list_as_long_as_it_may_be_is_read() -> None:
    assert len(read_table(LONGEST, longest())) == MOST_LINES + 1


def test_of_a_workbook_no_sheet_but_the_first_is_read() -> None:
    lines = read_table("two.xlsx", many_sheets(2, then=b"no number"))
    assert len(lines) == 900


def test_nothing_of_them_is_stored(desk: Desk) -> None:
    for kind, name, made, _ in FILES:
        if name in HEAVY:
            continue
        with pytest.raises(FileRefused):
            desk.send(made(), kind, name=name, options={})
    assert not Import.objects.exists()
