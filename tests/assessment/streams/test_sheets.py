"""A stream as a workbook says the same as its file, and what is wrong in it is said by its cell."""

from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from assessment.models import Stream
from assessment.services.streams.content import as_yaml, content_of
from assessment.services.streams.files import (
    StreamFileError,
    read_stream,
    read_yaml,
    shipped_streams,
)
from assessment.services.streams.sheets import HELP, as_xlsx, read_xlsx
from assessment.services.streams.uploads import read_upload, upload_stream
from assessment.services.streams.versions import load_stream
from tests.assessment.streams.conftest import SEPTEMBER

ROUTES = ["pre-formal", "semi-formal", "formal", "early-years"]
AREAS = ["communication", "reading"]


def workbook(content: bytes) -> Workbook:
    return load_workbook(BytesIO(content))


def saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def filled(written) -> Callable[..., bytes]:
    """Fill the small stream into a workbook, with other values in the cells named."""

    def fill(cells=None, **changes) -> bytes:
        stream_file = read_stream(written(**changes))
        book = workbook(as_xlsx(stream_file, routes=ROUTES, areas=AREAS))
        for name, value in (cells or {}).items():
            sheet, cell = name.split("!")
            book[sheet][cell] = value
        return saved(book)

    return fill


def refusal(content: bytes) -> list[str]:
    with pytest.raises(StreamFileError) as caught:
        read_xlsx(source="swimming.xlsx", content=content)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("file", shipped_streams(), ids=lambda file: file.stem)
def test_a_stream_that_is_stored_leaves_as_it_came(trust, file):
    """As YAML and as a workbook, of each stream that is shipped."""
    stream = load_stream(file=file, approved_from=SEPTEMBER)
    said = read_stream(file)
    assert content_of(stream) == said
    again, _ = read_yaml(source=file.name, content=as_yaml(stream).encode())
    assert again == said
    sheet = as_xlsx(content_of(stream), routes=ROUTES, areas=AREAS)
    assert read_xlsx(source="x", content=sheet)[0] == said


def test_a_version_leaves_with_how_it_goes_on(trust, written):
    load_stream(file=written(), approved_from=SEPTEMBER)
    replaces = {
        "version": "1.0",
        "strands": {"pool": "water", "talk": None},
        "points": {"a": "x", "b": "c", "c": "c"},
    }
    changed = {
        "version": "2.0",
        "strands": [{"code": "pool", "name": "Pool"}, {"code": "talk", "name": "Talk"}],
        "scale": [
            {"code": "x", "label": "Begins", "value": 1},
            {"code": "c", "label": "=A width", "value": 4},
        ],
    }
    file = written(**changed, replaces=replaces)
    stream = load_stream(file=file, approved_from=SEPTEMBER.replace(year=2026))
    # "c" goes by its own code, so that it needs no word.
    told = {"version": "1.0", "strands": replaces["strands"], "points": {"a": "x", "b": "c"}}
    for again in (
        read_yaml(source="x", content=as_yaml(stream).encode())[0],
        read_xlsx(source="x", content=as_xlsx(content_of(stream), routes=ROUTES, areas=AREAS))[0],
    ):
        assert again.replaces.model_dump() == told
        assert again.scale[1].label == "=A width"
    # The same again is the same version, however many words it takes.
    same = load_stream(file=file, approved_from=SEPTEMBER)
    assert same == stream
    other = written(**changed, replaces=replaces | {"points": {"a": "x", "b": "x", "c": "c"}})
    with pytest.raises(StreamFileError, match=r"swimming 2\.0 is already loaded with other"):
        load_stream(file=other, approved_from=SEPTEMBER)


def test_the_template_says_how_to_fill_it_in_and_knows_the_trusts_routes():
    book = workbook(as_xlsx(None, routes=ROUTES, areas=AREAS))
    assert book.sheetnames == ["Stream", "Scale", "Strands", "Expected", "Replaces"]
    for sheet in book.worksheets:
        headings = [cell.value for cell in sheet[1]]
        assert headings[-1] == HELP
        assert sheet.cell(2, len(headings)).value
        assert sheet.freeze_panes == "A2"
    assert [row[0].value for row in book["Expected"].iter_rows(min_row=2)][:4] == ROUTES
    helped = [cell.value for cell in book["Strands"]["F"]]
    assert "Core areas of the trust: communication, reading." in helped


def test_the_empty_template_is_refused_by_its_cells():
    told = refusal(as_xlsx(None, routes=ROUTES, areas=AREAS))
    assert "swimming.xlsx: Stream!B2: this is missing" in told
    assert "swimming.xlsx: Scale: there are fewer than 2" in told
    assert "swimming.xlsx: Strands: there are fewer than 1" in told
    assert "swimming.xlsx: Expected: there are fewer than 1" in told


def test_no_text_runs_as_a_formula(filled):
    book = workbook(filled(name="=1+1", description="@SUM(A1)"))
    assert (book["Stream"]["B4"].value, book["Stream"]["B4"].data_type) == ("=1+1", "s")
    assert book["Stream"]["B5"].data_type == "s"
    assert book["Scale"]["C3"].value == 2.5


def test_numbers_may_be_numbers_and_rows_may_be_left_out(filled):
    content = filled({"Scale!A2": 1, "Scale!A3": 2.0, "Expected!B3": 0, "Expected!B4": "0.5"})
    book = workbook(content)
    book["Scale"].insert_rows(3)
    book["Strands"].insert_rows(2, amount=3)
    found, where = read_xlsx(source="x", content=saved(book))
    assert [each.code for each in found.scale] == ["1", "2", "c"]
    assert {code: float(points) for code, points in found.expected.items()} == {
        "semi-formal": 0,
        "formal": 0.5,
    }
    assert where(("scale", 1, "code")) == "Scale!A4"
    assert where(("strands", 0, "core_area")) == "Strands!D5"


def test_columns_may_stand_in_another_order(filled):
    book = workbook(filled())
    for row in book["Scale"].iter_rows(max_col=3):
        values = [cell.value for cell in row]
        for cell, value in zip(row, reversed(values), strict=True):
            cell.value = value
    found, where = read_xlsx(source="x", content=saved(book))
    assert [each.code for each in found.scale] == ["a", "b", "c"]
    assert where(("scale", 2, "value")) == "Scale!A4"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Scale!C4": None}, "Scale!C4: this is missing"),
        ({"Scale!C4": 1}, "Scale!C4: 1 is not more than the 2.5 before it"),
        ({"Scale!A4": "a"}, "Scale!A4: a is there twice"),
        ({"Scale!C4": "four"}, "Scale!C4: this has to be a number"),
        ({"Scale!A3": SEPTEMBER}, "Scale!A3: Excel has made something else of this"),
        ({"Scale!C1": "Number"}, "Scale: the heading 'Value' is missing in the first row"),
        ({"Stream!B3": 1.0}, "Stream!B3: write an apostrophe in front, such as '1"),
        ({"Stream!B2": "Swim club"}, "Stream!B2: use lower-case letters"),
        ({"Stream!B7": 0.5}, "Stream!B7: this has to be 1 or more"),
        ({"Strands!A3": "water"}, "Strands!A3: water is there twice"),
        ({"Strands!B2": "W" * 81}, "Strands!B2: this has more than 80 characters"),
        ({"Expected!B4": -1}, "Expected!B4: this has to be 0 or more"),
        ({"Expected!A3": "formal", "Expected!B3": 1}, "Expected!A4: formal is there twice"),
        ({"Expected!A4": None}, "Expected!A4: this is missing"),
        ({"Replaces!A2": "stream"}, "Replaces!A2: write version, strand or point here"),
        ({"Replaces!A2": "point", "Replaces!C2": "a"}, "Replaces!B2: this is missing"),
        ({"Replaces!A2": "point", "Replaces!B2": "a"}, "Replaces!C2: this is missing"),
        ({"Replaces!A2": "strand", "Replaces!B2": "a"}, "Replaces!C2: this is missing"),
        (
            {"Replaces!A2": "point", "Replaces!B2": "a", "Replaces!C2": "a"},
            "Replaces: this is missing",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_said_with_its_cell(filled, cells, said):
    (told,) = refusal(filled(cells))
    assert told.startswith(f"swimming.xlsx: {said}")


def test_everything_that_is_wrong_is_said_at_once(filled):
    told = refusal(filled({"Stream!B5": None, "Scale!B2": None, "Strands!A2": "Ü"}))
    assert [each.split(": ")[1] for each in told] == ["Stream!B5", "Scale!B2", "Strands!A2"]


def test_what_only_the_trust_knows_is_said_with_its_cell_too(filled, lead):
    content = filled({"Strands!D2": "swimming", "Expected!A2": "forest", "Expected!B2": 1})
    with pytest.raises(StreamFileError) as caught:
        upload_stream(by=lead, name="swimming.xlsx", content=content)
    first, second = map(str, caught.value.problems)
    assert first.startswith("Strands!D2: the trust has no core area 'swimming', only communicat")
    assert second.startswith("Expected!B2: the trust has no route 'forest', only pre-formal,")
    assert not Stream.objects.exists()


def test_faults_of_all_sheets_and_those_only_the_trust_knows_are_said_at_once(filled, lead):
    """What is read, what the schema asks, what holds together, and what the trust has."""
    content = filled(
        {
            "Stream!B3": 1.1,
            "Stream!B7": 0.5,
            "Scale!A4": "a",
            "Scale!C3": "two",
            "Scale!C4": 1,
            "Strands!A2": "Ü",
            "Strands!D3": "swimming",
            "Expected!A2": "forest",
            "Expected!B2": 1,
            "Replaces!A2": "version",
            "Replaces!B2": "0.9",
        }
    )
    with pytest.raises(StreamFileError) as caught:
        upload_stream(by=lead, name="swimming.xlsx", content=content)
    said = [str(each) for each in caught.value.problems]
    assert [each.split(": ")[0] for each in said] == [
        "Stream!B3",
        "Stream!B7",
        "Scale!C3",
        "Scale!C4",
        "Scale!A4",
        "Strands!A2",
        "Strands!D3",
        "Expected!B2",
        "Replaces!B2",
    ]
    assert not Stream.objects.exists()


def test_how_a_version_goes_on_is_looked_at_in_the_same_go(filled, written, lead):
    load_stream(file=written(), approved_from=SEPTEMBER)
    cells = {"Stream!B5": None, "Scale!C3": "x", "Scale!A4": "d", "Expected!B4": -1}
    replaces = {"version": "1.0"}
    content = filled(cells, version="2.0", replaces=replaces)
    with pytest.raises(StreamFileError) as caught:
        upload_stream(by=lead, name="swimming.xlsx", content=content)
    said = [str(each) for each in caught.value.problems]
    assert [each.split(": ")[0] for each in said[:3]] == ["Stream!B5", "Scale!C3", "Expected!B4"]
    assert "say which point of this file the c of Swimming 1.0 becomes" in said[3]


def test_what_excel_would_make_numbers_of_is_text_in_every_cell(written):
    """Also in those still empty: in the first row of a part, and below the last one."""
    empty = workbook(as_xlsx(None, routes=ROUTES, areas=AREAS))
    for cell in ("B2", "B3", "B4"):
        assert empty["Stream"][cell].number_format == "@"
    assert empty["Stream"]["B7"].number_format == "General"
    for sheet, columns in (("Scale", "AB"), ("Strands", "ABCD"), ("Replaces", "ABC")):
        for column in columns:
            assert empty[sheet].column_dimensions[column].number_format == "@"
    assert empty["Scale"].column_dimensions["C"].number_format == "General"
    filled = workbook(as_xlsx(read_stream(written()), routes=ROUTES, areas=AREAS))
    assert filled["Strands"]["D2"].number_format == "@"  # no core area yet
    assert filled["Expected"]["B2"].number_format == "General"


def test_a_sheet_that_is_missing_is_named(filled):
    book = workbook(filled())
    del book["Expected"]
    del book["Replaces"]
    assert refusal(saved(book)) == [
        "swimming.xlsx: Expected: there is no sheet 'Expected'. Start from the template"
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xlsx", b"code: a", "is not an Excel workbook, whatever its name says. A stream is"),
        ("a.yaml", b"%PDF-1.7", "is a PDF. A stream is a workbook made from the template"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + bytes(500), "is an old Excel file, or one with a pass"),
        ("a.yaml", b"\x89PNG\r\n", "is a picture"),
        ("a.yaml", b"ab\x00cd", "is neither a workbook nor text"),
        ("a.xlsx", b"PK\x03\x04" + bytes(100), "is damaged or locked with a password"),
        ("a.yaml", b" \n ", "is empty"),
        ("a.txt", b"Swimming: three steps\n- a\n", "is text, but not a stream. A stream is a work"),
        ("a.txt", b"Water, width, length", "is text, but not a stream. A stream is a workbook"),
        ("a.csv", b"code,label,value\n1,A,1\n", "is a table of text, which has no sheets, and is"),
        ("a.yaml", b"x" * 70_000, "is larger than 64 KB"),
        ("a.xlsx", b"PK\x03\x04" + bytes(1_100_000), "is larger than 1 MB"),
    ],
)
def test_a_file_of_another_kind_is_known_by_its_content(name, content, said):
    with pytest.raises(StreamFileError) as caught:
        read_upload(name=name, content=content)
    assert str(caught.value).startswith(f"{name}: {said}")
