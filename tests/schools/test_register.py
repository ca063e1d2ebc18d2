"""Importing a trust and its schools from the register of schools."""

import csv
import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from parrcs.core.tenancy import in_trust
from schools.choices import SchoolKind
from schools.models import School, Trust
from tests.factories.schools import SchoolFactory, TrustFactory

EXTRACT = Path(__file__).resolve().parents[1] / "data" / "gias_two_trusts.csv"
ENDEAVOUR, DIXONS = "16930", "2939"

pytestmark = pytest.mark.django_db


def rows_of_the_extract():
    """Read it with nothing of ours: the heading and the rows as lists."""
    heading, *rows = csv.reader(StringIO(EXTRACT.read_text("cp1252"), newline=""))
    return heading, rows


def extract(*changes, rows=None, encoding="cp1252"):
    """Return the extract with changes: (row counted from 1, column, value)."""
    heading, all_rows = rows_of_the_extract()
    rows = all_rows if rows is None else rows
    for row, column, value in changes:
        rows[row - 1][heading.index(column)] = value
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.fixture
def run(tmp_path, capsys):
    """Run the command on a file; returns its exit status, what it said, and what it complained."""

    def ran(content, uid=ENDEAVOUR):
        file = tmp_path / "edubasealldata.csv"
        if content is not None:
            file.write_bytes(content)
        status: object = 0
        try:
            call_command("import_gias", str(file), trust=uid)
        except SystemExit as ended:
            status = ended.code
        said = capsys.readouterr()
        return status, said.out.strip(), said.err.strip()

    return ran


def schools_of(uid):
    trust = Trust.objects.get(uid=uid)
    with in_trust(trust.pk):
        return {school.urn: school for school in School.objects.all()}


def day(text):
    return dt.datetime.strptime(text, "%d/%m/%Y").date() if text else None  # noqa: DTZ007


@pytest.mark.parametrize(
    ("uid", "name"), [(ENDEAVOUR, "ENDEAVOUR ACADEMIES TRUST"), (DIXONS, "DIXONS ACADEMIES TRUST")]
)
def test_the_real_extract_imports_whole(run, uid, name):
    heading, rows = rows_of_the_extract()
    named = [dict(zip(heading, row, strict=True)) for row in rows]
    expected = {row["URN"]: row for row in named if row["Trusts (code)"] == uid}
    status, said, complained = run(EXTRACT.read_bytes(), uid)
    assert (status, complained) == (0, "")
    assert said == f"{name}: {len(expected)} new, 0 changed, 0 unchanged, 0 refused"
    found = schools_of(uid)
    assert found.keys() == expected.keys()
    for urn, school in found.items():
        row = expected[urn]
        assert school.name == row["EstablishmentName"]
        assert school.kind == SchoolKind.MAINSTREAM  # academies, all of these
        assert (school.la_code, school.establishment_number) == (
            row["LA (code)"],
            row["EstablishmentNumber"],
        )
        assert school.phase == row["PhaseOfEducation (name)"]
        assert (school.opened_on, school.closed_on) == (day(row["OpenDate"]), day(row["CloseDate"]))
        assert school.of_trust


def test_both_trusts_of_one_file_keep_to_themselves(run):
    run(EXTRACT.read_bytes(), ENDEAVOUR)
    before = schools_of(ENDEAVOUR)
    run(EXTRACT.read_bytes(), DIXONS)
    assert schools_of(ENDEAVOUR) == before
    assert not before.keys() & schools_of(DIXONS).keys()
    assert len(before) + len(schools_of(DIXONS)) == 18


def test_importing_again_updates_and_changes_nothing_else(run):
    _, rows = rows_of_the_extract()
    ours = [n for n, row in enumerate(rows, 1) if ENDEAVOUR in row]
    run(EXTRACT.read_bytes())
    trust = Trust.objects.get(uid=ENDEAVOUR)
    with in_trust(trust.pk):
        SchoolFactory(urn="999999", name="Made by hand")
        history = School.objects.get(urn="130908").events.count()
    status, said, _ = run(EXTRACT.read_bytes())
    assert (status, said.split(": ")[1]) == (
        0,
        f"0 new, 0 changed, {len(ours)} unchanged, 0 refused",
    )
    with in_trust(trust.pk):
        assert School.objects.get(urn="130908").events.count() == history
    changed = extract(
        (ours[0], "EstablishmentName", "Macmillan Special Academy"),
        (ours[0], "TypeOfEstablishment (code)", "44"),
        (ours[1], "CloseDate", "31-08-2026"),
    )
    status, said, _ = run(changed)
    assert said.split(": ")[1] == f"0 new, 2 changed, {len(ours) - 2} unchanged, 0 refused"
    found = schools_of(ENDEAVOUR)
    assert found["130908"].name == "Macmillan Special Academy"
    assert found["130908"].kind == SchoolKind.SPECIAL
    assert found[rows[ours[1] - 1][0]].closed_on == dt.date(2026, 8, 31)
    assert found["999999"].name == "Made by hand"
    assert Trust.objects.get(uid=ENDEAVOUR).pk == trust.pk


@pytest.mark.parametrize("code", ["7", "8", "10", "12", "33", "36", "44", "07"])
def test_special_schools_are_told_by_their_type(run, code):
    run(extract((1, "TypeOfEstablishment (code)", code)))
    assert schools_of(ENDEAVOUR)["130908"].kind == SchoolKind.SPECIAL


def test_a_host_that_joins_the_trust_becomes_its_school(run):
    trust = TrustFactory(uid=ENDEAVOUR, name="Old name")
    with in_trust(trust.pk):
        SchoolFactory(urn="130908", kind=SchoolKind.MAINSTREAM, of_trust=False)
    run(EXTRACT.read_bytes())
    assert schools_of(ENDEAVOUR)["130908"].of_trust
    trust.refresh_from_db()
    assert trust.name == "ENDEAVOUR ACADEMIES TRUST"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-8"])
def test_names_arrive_whole_in_the_encodings_the_register_uses(run, encoding):
    name = "St Mary\u2019s \u2013 Café"  # a curly quote and a dash, which differ in each of them
    content = extract((1, "EstablishmentName", name), encoding=encoding)
    assert run(content)[0] == 0
    assert schools_of(ENDEAVOUR)["130908"].name == name


BROKEN = [
    ("OpenDate", "31/02/2020", "OpenDate “31/02/2020” is not a date like 31/08/2026"),
    ("OpenDate", "2020-09-01", "OpenDate “2020-09-01” is not a date like 31/08/2026"),
    ("CloseDate", "01/09-2020", "CloseDate “01/09-2020” is not a date like 31/08/2026"),
    ("CloseDate", "soon", "CloseDate “soon” is not a date like 31/08/2026"),
    ("URN", "", "URN is missing"),
    ("URN", "13O908", "URN “13O908” is not a number of six digits"),
    ("EstablishmentName", " ", "EstablishmentName is missing"),
    ("EstablishmentName", "x" * 201, "is longer than 200 characters"),
    ("TypeOfEstablishment (code)", "", "TypeOfEstablishment (code) is missing"),
    ("TypeOfEstablishment (code)", "academy", "is not the code of a type"),
    ("LA (code)", "8066", "LA (code) “8066” is not a number of three digits"),
    ("EstablishmentNumber", "69", "is not a number of four digits"),
    ("PhaseOfEducation (name)", "x" * 41, "is longer than 40 characters"),
    ("URN", "130908", "URN 130908 stands in the file before"),
]


@pytest.mark.parametrize(("column", "value", "reason"), BROKEN)
def test_a_broken_row_is_reported_with_its_line_and_the_rest_imports(run, column, value, reason):
    _, rows = rows_of_the_extract()
    ours = [n for n, row in enumerate(rows, 1) if ENDEAVOUR in row]
    status, said, complained = run(extract((ours[-1], column, value)))
    assert status == 1
    assert complained.startswith(f"line {ours[-1] + 1}: ")
    assert complained.endswith(reason)
    assert said.endswith(f"{len(ours) - 1} new, 0 changed, 0 unchanged, 1 refused")
    assert rows[ours[-1] - 1][0] not in schools_of(ENDEAVOUR)


def test_broken_rows_of_another_trust_are_its_own_business(run):
    _, rows = rows_of_the_extract()
    theirs = next(n for n, row in enumerate(rows, 1) if DIXONS in row)
    assert run(extract((theirs, "OpenDate", "soon")))[0] == 0


def test_the_line_is_that_of_the_file_though_fields_span_lines(run):
    """The first row's address takes three lines, and so the row after begins on line 5."""
    heading, rows = rows_of_the_extract()
    ragged = rows[2][:-1]
    content = extract(
        (1, "Street", "Stockton Road\r\nnear the park\r\nat the back"),
        (12, "OpenDate", "31/02/2020"),
        rows=[rows[0], rows[1], ragged, *rows[3:]],
    )
    assert rows[11][heading.index("Trusts (code)")] == ENDEAVOUR
    status, _, complained = run(content)
    assert status == 1
    assert complained.splitlines() == [
        f"line 6: has {len(heading) - 1} columns, not {len(heading)}",
        "line 15: OpenDate “31/02/2020” is not a date like 31/08/2026",
    ]
    assert "130908" in schools_of(ENDEAVOUR)


def test_a_ragged_row_is_reported_and_not_guessed(run):
    heading, rows = rows_of_the_extract()
    status, _, complained = run(extract(rows=[rows[0], [*rows[11], ""], *rows[12:], ["x"]]))
    assert status == 1
    assert complained.splitlines() == [
        f"line 3: has {len(heading) + 1} columns, not {len(heading)}",
        f"line {len(rows[12:]) + 4}: has 1 columns, not {len(heading)}",
    ]
    assert schools_of(ENDEAVOUR).keys() == {"130908"}


@pytest.mark.parametrize("at", [1, 5, 18])
def test_a_quotation_mark_never_closed_costs_its_own_row_only(run, at):
    lines = EXTRACT.read_bytes().splitlines(keepends=True)
    lines[at] = lines[at].replace(b",", b',"', 1)
    _, rows = rows_of_the_extract()
    expected = {row[0] for n, row in enumerate(rows, 1) if DIXONS in row and n != at}
    status, _, complained = run(b"".join(lines), DIXONS)
    assert status == 1
    assert complained == f"line {at + 1}: has a quotation mark out of place"
    assert schools_of(DIXONS).keys() == expected


def test_blank_lines_are_nothing(run):
    lines = EXTRACT.read_bytes().splitlines(keepends=True)
    lines.insert(2, b"\r\n")
    lines.append(b"\r\n")
    assert run(b"".join(lines))[0] == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \r\n", "the file is empty"),
        (b"URN,EstablishmentName\r\n1,x\r\n", "the file has no column TypeOfEstablishment (code)"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "the file has no column URN"),
        (b'"never closed\nURN', "the file has no column URN"),
        ("URN,LA".encode("utf-16"), "not text in the encoding cp1252 or UTF-8"),
        (b"URN\r\n\r\n\x81\x8d", "line 3 is not text in the encoding cp1252 or UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_refused_whole(run, content, reason):
    status, said, complained = run(content)
    assert (status, said) == (2, "")
    assert "edubasealldata.csv is not an extract of the register of schools: " in complained
    assert reason in complained
    assert not Trust.objects.exists()


def test_a_column_that_is_missing_is_named(run):
    status, _, complained = run(
        EXTRACT.read_bytes().replace(b"CloseDate", b"Closed").replace(b"Trusts (code)", b"Trust")
    )
    assert status == 2
    assert complained.endswith("the file has no column CloseDate, Trusts (code).")


def test_a_file_that_is_not_there_is_said(run):
    status, _, complained = run(None)
    assert status == 2
    assert complained.endswith("cannot be read: No such file or directory.")


def test_a_trust_that_is_not_in_the_file_is_told_which_are(run):
    status, _, complained = run(EXTRACT.read_bytes(), "404")
    assert status == 2
    assert "has no school of the trust 404." in complained
    assert "16930 (ENDEAVOUR ACADEMIES TRUST), 2939 (DIXONS ACADEMIES TRUST)" in complained
    assert not Trust.objects.exists()
    assert "It names no trust at all." in run(extract(rows=[]), "404")[2]


def test_it_is_all_or_nothing(run, monkeypatch):
    """Something fails after the schools were written: the trust is not made either."""

    def fails(*_):
        raise RuntimeError("power cut")

    monkeypatch.setattr("schools.services.register._keep", fails)
    with pytest.raises(RuntimeError):
        run(EXTRACT.read_bytes())
    assert not Trust.objects.exists()
