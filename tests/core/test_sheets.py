"""Tables that leave as files: any text comes back harmless, and every number as a number."""

import csv
import datetime as dt
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from parrcs.core.lists import sent_list
from parrcs.core.sheets import as_csv, list_sheet, plain, workbook

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
TEXTS = st.text(max_size=40) | st.builds(
    str.__add__, st.sampled_from(RUNS), st.text(max_size=20)
).filter(lambda text: "\ud800" not in text)
NUMBERS = (
    st.integers(-(10**9), 10**9)
    | st.decimals(-(10**6), 10**6, places=2)
    | st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 4))
)


def csv_rows(content):
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def cells(sheet):
    page = load_workbook(BytesIO(workbook([sheet]))).worksheets[0]
    return list(page.iter_rows(min_row=len(sheet.about) + 3))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example([("=1+1", -5), ("-7", -7), ("@SUM(A1)", Decimal("-0.50")), ("'=1", 0)])
@example([("\t=cmd|' /C calc'!A0", -1.5), ("a\r\nb", 1), ("", 2)])
@given(st.lists(st.tuples(TEXTS, NUMBERS), min_size=1, max_size=4))
def test_any_text_comes_back_harmless_and_every_number_as_a_number(rows):
    read = csv_rows(as_csv(["Text", "Number"], rows))[1:]
    assert len(read) == len(rows)
    for (text, number), (said, figure) in zip(rows, read, strict=True):
        assert not said.startswith(RUNS)
        assert said.removeprefix("'" if text.startswith(RUNS) else "") == text
        assert Decimal(figure) == Decimal(str(number))
    sheet = list_sheet("List", ["Text", "Number"], rows)
    for (text, number), (said, figure) in zip(rows, cells(sheet), strict=False):
        if kept := ILLEGAL_CHARACTERS_RE.sub("", text):
            assert said.data_type == "s"
            assert said.quotePrefix == kept.startswith(RUNS)
            # XML has one way to end a line, and an XLSX file is XML.
            assert ends(said.value) == ends(kept)
        else:
            assert said.value is None
        assert figure.data_type == "n"
        assert Decimal(str(figure.value)) == pytest.approx(Decimal(str(number)))


def ends(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_days_are_days_and_times_those_of_london():
    at = dt.datetime(2026, 7, 1, 8, 30, 5, 99, tzinfo=dt.UTC)
    row = [dt.date(2026, 9, 1), at, True, None, "x" * 40_000]
    (line,) = csv_rows(as_csv([], [row]))[1:]
    assert line[:4] == ["2026-09-01", "2026-07-01 09:30:05", "yes", ""]
    sheet = list_sheet("A: list/of [what]?", ["Day", "At", "Is", "None", "Long"], [row])
    ((day, moment, holds, nothing, long),) = cells(sheet)
    assert (day.value, day.number_format) == (dt.datetime(2026, 9, 1), "d mmmm yyyy")  # noqa: DTZ001
    assert moment.value == timezone.make_naive(at).replace(microsecond=0)
    assert (holds.value, nothing.value, len(long.value)) == ("yes", None, 32_767)
    book = load_workbook(BytesIO(workbook([sheet])))
    assert book.sheetnames == ["A- list-of -what--"]


def test_what_is_no_text_is_made_harmless_as_text():
    class Odd:
        def __str__(self):
            return "=1+1"

    assert plain(Odd()) == "=1+1"
    assert csv_rows(as_csv(["What"], [[Odd()]]))[1] == ["'=1+1"]
    ((cell, _),) = cells(list_sheet("Odd", ["What"], [[Odd()]]))
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_a_list_without_rows_has_its_heading_and_its_name_is_plain():
    sheet = list_sheet("Pupils", ["A", "B"], [], about=[("Class", "Łąka"), ("Need", "")])
    assert [each for each, _ in sheet.about] == ["Pupils", "Class", "Made on"]
    made = sent_list("csv", "Żółw & co: 2026/27", sheet)
    assert csv_rows(made.content) == [["A", "B"]]
    assert made["Content-Disposition"] == 'attachment; filename="zow-co-202627.csv"'
    assert made["Cache-Control"] == "no-store, private"
    book = load_workbook(BytesIO(sent_list("xlsx", "…", sheet).content))
    assert [cell.value for cell in book.worksheets[0][5]] == ["A", "B"]


def test_a_list_of_several_tables_is_a_zip_of_csv_files_without_totals():
    first = list_sheet("Żółw & co", ["A", "B"], [["=1", 2]], totals=[["All", 2]])
    second = list_sheet("?", ["C"], [])
    alone = sent_list("csv", "one", first)
    assert alone["Content-Disposition"] == 'attachment; filename="one.csv"'
    assert csv_rows(alone.content) == [["A", "B"], ["'=1", "2"]]
    made = sent_list("csv", "both", first, second)
    assert made["Content-Type"] == "application/zip"
    assert made["Content-Disposition"] == 'attachment; filename="both.zip"'
    with ZipFile(BytesIO(made.content)) as files:
        found = {each: csv_rows(files.read(each)) for each in files.namelist()}
    assert found == {"1-zow-co.csv": [["A", "B"], ["'=1", "2"]], "2-sheet.csv": [["C"]]}
    assert sent_list("csv", "both", first, second).content == made.content
    (page, other) = load_workbook(BytesIO(sent_list("xlsx", "both", first, second).content))
    assert [cell.value for cell in page[page.max_row]] == ["All", 2]
    assert other.title == "-"
