"""What differs between two versions of a report, in words: a row and a column each."""

from collections.abc import Iterator

from reporting.reports.document import Cell, Document, cells_of

AT_MOST = 40
# Every cell by its place, with the words for that place.
type _Cells = dict[tuple[str, ...], tuple[str, Cell]]


def changes(before: Document, now: Document) -> list[str]:
    """Say what a later version of a report corrects, in the order of its tables.

    Of more than `AT_MOST` differences the rest are counted.
    """
    found = [*_figures(before, now), *_names(before, now), *_comments(before, now)]
    if len(found) <= AT_MOST:
        return found
    return [*found[:AT_MOST], f"And {len(found) - AT_MOST} more."]


def told(cell: Cell) -> str:
    """Say a cell in words, as it stands in a table."""
    found = cell.get("text", "")
    match cell["kind"]:
        case "count":
            found = f"{cell['n']:,}"
        case "part":
            found = f"{cell['n']:,} of {cell['of']:,}"
        case "share" if cell["percent"] is not None:
            found = f"{cell['percent']}\u00a0% ({cell['n']:,} of {cell['of']:,})"
        case "change":
            points = cell["points"]
            found = "none to show" if points is None else f"{points:+}".replace("-", "\u2212")
            found = "0" if points == 0 else found
        case "hidden":
            found = "hidden"
    return found


def _figures(before: Document, now: Document) -> Iterator[str]:
    was, is_now = _cells(before), _cells(now)
    for where, (name, _) in {**is_now, **was}.items():
        old, new = (_told_at(cells, where) for cells in (was, is_now))
        if old != new:
            yield f"{name}: {new}, was {old}."


def _told_at(cells: _Cells, where: tuple[str, ...]) -> str:
    return told(cells[where][1]) if where in cells else "not there"


def _cells(document: Document) -> _Cells:
    """Return every cell but the changes, which follow from others, by its place; and its name."""
    return {
        (section["code"], table["code"], row["code"], column): (
            f"{section['title']}, {row['name']}, {titles[column]}",
            cell,
        )
        for section in document["sections"]
        for table in section["tables"]
        for titles in [{each["code"]: each["title"] for each in table["columns"]}]
        for row in table["rows"]
        for column, cell in cells_of(table, row).items()
        if cell["kind"] != "change"
    }


def _names(before: Document, now: Document) -> Iterator[str]:
    """Tell of rows that are called otherwise: the words of a next step are its row's name."""
    was, is_now = dict(_rows(before)), dict(_rows(now))
    for place, name in is_now.items():
        if was.get(place, name) != name:
            yield f"{name}: was “{was[place]}”."


def _rows(document: Document) -> Iterator[tuple[tuple[str, ...], str]]:
    for section in document["sections"]:
        for table in section["tables"]:
            for row in table["rows"]:
                yield (section["code"], table["code"], row["code"]), row["name"]


def _comments(before: Document, now: Document) -> Iterator[str]:
    was = {each["code"]: each["comment"] for each in before["sections"]}
    here = {each["code"]: each["comment"] for each in now["sections"]}
    for section in {
        each["code"]: each for each in (*before["sections"], *now["sections"])
    }.values():
        code = section["code"]
        if here.get(code, "") != was.get(code, ""):
            yield f"{section['title']}: the comment has been changed."
