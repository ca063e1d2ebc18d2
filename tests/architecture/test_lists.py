"""Every list leaves as a file: the same rows in CSV and XLSX, to the same people, and no more."""

import csv
import datetime as dt
import re
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from itertools import takewhile
from typing import Any
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone
from openpyxl import load_workbook

from exchange.models import ImportLine
from parrcs.core.access import Role
from parrcs.core.sheets import as_csv
from pupils.models import Placement, Pupil
from schools.models import Term, Window
from tests.architecture.matrix import Address, Ids, asked, csv_files, ours
from tests.architecture.rows import a_row_everywhere
from tests.architecture.test_isolation import SCOPED, SignIn
from tests.architecture.things import ids_of, words_of
from tests.world import World

# Every page with a list. What is new here has a file; what has one and is not here fails.
LISTS = {
    "achievements",
    "annual_reviews",
    "arb_funding",
    "arb_requests",
    "arbs",
    "attendance",
    "attendance_schools",
    "calendar",
    "class_aims",
    "class_baselines",
    "class_list",
    "class_lists",
    "class_tracker",
    "classes",
    "compare",
    "compare_groups",
    "compare_terms",
    "compare_strands",
    "compare_gains",
    "compare_inside",
    "compare_learning",
    "compare_pupils",
    "compare_sizes",
    "compliance",
    "compliance_arb",
    "compliance_school",
    "downloads",
    "early_years",
    "import",
    "imports",
    "people",
    "people_past",
    "pupil_record",
    "pupil_tracker",
    "premium",
    "pupils",
    "reports",
    "school_year",
    "class_year",
    "ht_report_pupils",
    "trust_report_pupils",
    "retention",
    "school_window",
    "schools",
    "streams",
    "targets",
    "transfers",
    "windows",
}
# Pages with a table that is no list, or one that leaves otherwise.
NO_LISTS = {
    "arb": "one ARB; its years of funding are in the list of funding",
    "compare_kept": "a person's own ways to pages that leave as files",
    "grid": "a form to fill in; the tracker of the class has what is in it",
    "ht_report": "the report, which leaves as a PDF",
    "trust_report": "the report, which leaves as a PDF",
    "report_batch": "how far the drafts of all schools are",
    "pupil": "one pupil; trackers, notes and targets are lists of their own",
    "report": "the report as it was published, which leaves as a PDF",
    "stream": "one stream, which leaves as a workbook and as YAML",
    "stream_approve": "what an approval would change",
    "stream_expected": "what other figures would change",
    "next_steps": "the end of the report, whose workbook has it",
    "term_counts": "a form to fill in; the workbook of the report has what is in it",
    "trust_next_steps": "the end of the report, whose workbook has it",
    "trust_write_report": "the report while it is written",
    "write_report": "the report while it is written",
}


@pytest.fixture
def things(world: World, foreign: World) -> Ids:
    a_row_everywhere(foreign)
    a_row_everywhere(world)
    return ids_of(world, other_school=False)


def pages() -> Iterator[Address]:
    """Return the addresses of pages, those of files not among them."""
    return (each for each in ours() if "ending" not in each.ids and "token" not in each.ids)


def file_of(client: Client, name: str, ids: Ids, ending: str) -> Any:
    return client.get(address_of(name, ids).url({**ids, "ending": ending}))


def address_of(name: str, ids: Ids) -> Address:
    return next(each for each in ours() if each.name == f"{name}_file")


def read_csv(content: bytes) -> list[list[str]]:
    """Return the rows of a CSV file, or of the first one in a ZIP."""
    content = csv_files(content)[0]
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> list[list[Any]]:
    """Return the heading and the rows of the first sheet, not the totals apart below them."""
    return tables(content)[0]


def tables(content: bytes) -> list[list[list[Any]]]:
    """Return the heading and the rows of each sheet of a workbook."""
    found = []
    for sheet in load_workbook(BytesIO(content)).worksheets:
        rows = [list(row) for row in sheet.values]
        apart = next(number for number, row in enumerate(rows) if not any(row))
        below = takewhile(lambda row: any(cell is not None for cell in row), rows[apart + 1 :])
        # What stands above the heading may be wider than it.
        width = sum(cell is not None for cell in rows[apart + 1])
        found.append([row[:width] for row in below])
    return found


def as_written(rows: list[list[Any]]) -> list[list[str]]:
    """Return the cells of a workbook as a CSV file has them."""
    (heading, *rest) = ([_in_london(cell) for cell in row] for row in rows)
    return read_csv(as_csv(heading, rest))


def _in_london(cell: Any) -> Any:
    return timezone.make_aware(cell) if isinstance(cell, dt.datetime) else cell


def like(cell: str) -> str:
    """Return a cell so that 7.50, 7.5 and a day at midnight are the same."""
    cell = cell.removesuffix(" 00:00:00")
    return f"{float(cell):.6f}" if re.fullmatch(r"-?\d+(\.\d+)?", cell) else cell


def squared(rows: list[list[str]]) -> list[list[str]]:
    width = len(rows[0])
    return [[like(cell) for cell in (*row, *[""] * width)][:width] for row in rows]


def test_the_inventory_names_every_list() -> None:
    files = {each.name.removesuffix("_file") for each in ours() if each.name.endswith("_file")}
    assert files == LISTS
    assert not LISTS & NO_LISTS.keys()


def test_a_page_with_a_table_offers_its_file(things: Ids, sign_in: SignIn) -> None:
    """A list to come is noticed here: give it a file, or say why it has none."""
    without, offered = set(), set()
    for role in (Role.TRUST_LEAD, Role.TRUST_ADMIN, Role.HEAD):
        client = sign_in(role)
        for address in pages():
            try:
                response = client.get(address.url(things))
            except NoReverseMatch:
                continue
            if response.status_code != 200 or "html" not in response.headers["Content-Type"]:
                continue
            page = response.content.decode()
            links = re.findall(r'href="([^"]*list\.(?:csv|xlsx))(?:\?[^"]*)?"', page)
            if links:
                files = [resolve(urljoin(address.url(things), each)) for each in links]
                assert [each.kwargs["ending"] for each in files] == ["csv", "xlsx"], address
                # Some pages show the list of another address, with a form in it.
                offered |= {each.url_name.removesuffix("_file") for each in files}
            elif "<table" in page and "<thead" in page:
                without.add(address.name)
    assert without - offered <= NO_LISTS.keys()
    assert offered == LISTS


@pytest.mark.parametrize("role", [Role.TRUST_LEAD, Role.TRUST_ADMIN, Role.HEAD, Role.TEACHER])
def test_both_files_hold_the_same_rows(things: Ids, sign_in: SignIn, role: Role) -> None:
    client, opened = sign_in(role), 0
    for name in sorted(LISTS):
        text, book = (file_of(client, name, things, ending) for ending in ("csv", "xlsx"))
        page = client.get(reverse(name, kwargs=ids_for(name, things)) + asked(name, things))
        assert text.status_code == book.status_code, name
        # Who goes on at once from a list of one has the file of it all the same.
        assert text.status_code == (200 if page.status_code == 302 else page.status_code), name
        if text.status_code != 200:
            continue
        opened += 1
        assert text.headers["Cache-Control"] == book.headers["Cache-Control"] == "no-store, private"
        files, sheets = csv_files(text.content), tables(book.content)
        ending = ".zip" if len(sheets) > 1 else ".csv"
        assert text.headers["Content-Disposition"].endswith(f'{ending}"'), name
        assert book.headers["Content-Disposition"].endswith('.xlsx"')
        if page.status_code == 200:
            assert ("CSV files (ZIP)" in page.content.decode()) is (len(sheets) > 1), name
        for file, sheet in zip(files, sheets, strict=True):
            rows = read_csv(file)
            assert len(set(rows[0])) == len(rows[0]), name
            assert squared(rows) == squared(as_written(sheet)), name
    assert opened >= {Role.TRUST_ADMIN: 4, Role.TEACHER: 12}.get(role, 20)


def ids_for(name: str, things: Ids) -> Ids:
    return {each: things[each] for each in address_of(name, things).ids if each != "ending"}


# CSV files stand in the matrix of isolation, for every role.
@pytest.mark.parametrize("role", [Role.TEACHER, Role.HEAD, Role.HOST_LINK, Role.TRUST_LEAD])
def test_no_file_holds_what_is_not_theirs(
    things: Ids, sign_in: SignIn, role: Role, world: World, foreign: World
) -> None:
    client = sign_in(role)
    words = words_of(foreign)
    if role in SCOPED:
        words = words | words_of(world, other_school=True)
    for name in sorted(LISTS):
        response = file_of(client, name, things, "xlsx")
        if response.status_code == 200:
            sheets = load_workbook(BytesIO(response.content)).worksheets
            text = "\n".join(str(cell) for sheet in sheets for row in sheet.values for cell in row)
            assert not [word for word in words if word in text], (role, name)


# Who sees pupils, and who works for them without knowing one by name.
@pytest.mark.parametrize("role", [Role.HEAD, Role.TEACHER, Role.GOVERNOR, Role.TRUSTEE])
def test_a_protected_pupil_is_marked_in_lists_of_staff_and_is_in_no_others(
    things: Ids, sign_in: SignIn, world: World, role: Role
) -> None:
    Pupil.objects.filter(pk=world.pupils[0].pk).update(
        first_name="Zaphira", last_name="Quillfeather", protected=True
    )
    ImportLine.objects.filter(pupil=world.pupils[0]).update(about="Zaphira Quillfeather")
    client, told = sign_in(role), set()
    for name in sorted(LISTS):
        for ending, read in (("csv", read_csv), ("xlsx", all_cells)):
            response = file_of(client, name, things, ending)
            if response.status_code != 200:
                continue
            for row in read(response.content):
                line = " ".join(str(cell) for cell in row)
                if "Quillfeather" in line:
                    told.add(name)
                    assert "protected" in line, (name, ending, line)
    staff = {"pupils", "class_list", "class_aims", "class_tracker", "class_baselines"}
    assert staff <= told if role in {Role.HEAD, Role.TEACHER} else not told


def all_cells(content: bytes) -> list[Any]:
    return [row for sheet in load_workbook(BytesIO(content)).worksheets for row in sheet.values]


@pytest.mark.parametrize("role", [Role.TRUST_LEAD, Role.TRUST_ADMIN])
def test_a_list_without_rows_is_a_file_with_its_heading(
    world: World, sign_in: SignIn, role: Role, emptied: Callable[[], None]
) -> None:
    ids: Ids = {
        "arb_id": world.arb.pk,
        "class_group_id": world.class_group.pk,
        "school_id": world.school.pk,
        "term_id": world.term.pk,
        "pupil_id": world.pupils[0].pk,
        "year_id": world.term.year_id,
        "premium": "pupil",
    }
    emptied()
    client = sign_in(role)
    for name in sorted(LISTS - {"import"}):
        for ending in ("csv", "xlsx"):
            response = file_of(client, name, ids, ending)
            assert response.status_code in {200, 403, 404}, name
            if response.status_code == 200:
                read = read_csv if ending == "csv" else read_xlsx
                assert len(read(response.content)[0]) >= 2, name


@pytest.fixture
def emptied(world: World) -> Callable[[], None]:
    """Take the calendar away, so that there is nothing to list."""

    def empty() -> None:
        Placement.objects.all().delete()
        Window.objects.all().delete()
        Term.objects.all().delete()

    return empty
