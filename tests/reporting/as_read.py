"""What governors and trustees are to read of a reckoning, and what may not be told them.

Written down here once more, and not taken from the report: which columns they read, how these are
put, and which figures are too small by the words of the domain. That no more can be worked out
from the rest is tried elsewhere.
"""

from collections.abc import Mapping

from reporting.measures.small_numbers import Rules
from tests.reporting.by_the_book import in_words
from tests.reporting.counting import Row
from tests.reporting.reading import Words
from tests.reporting.reckoning import Table, Tables

type Columns = Mapping[str, Mapping[str, tuple[str, ...]]]

EVERY = ("every",)
PROGRESS = {
    "core": ("coverage", "share", "last", "change"),
    "coverage": ("coverage",),
}
STEPS = ("owner", "due_on", "done_on")
# Of the sections and tables of a report ("": any), the columns that are read.
GOVERNORS: Columns = {
    "roll": {"": ("pupils",)},
    "standards": PROGRESS,
    "groups": {"": ("pupils", "share")},
    "places": {"places": ("pupils", "share", "targets")},
    "targets": {"areas": ("share", "last", "change")},
    "wider": {"main": ("this", "last"), "all": ("this", "last")},
    "attendance": {"main": ("this", "last", "national")},
    "behaviour": {"main": ("this", "last")},
    "safeguarding": {"main": ("this", "last")},
    "compliance": {"main": ("this",)},
    "celebrations": {"": ("this", "last")},
    "next": {"next": STEPS},
}
TRUSTEES: Columns = {
    "schools": {"schools": ("pupils", "coverage", "share", "last", "change", "targets")},
    "areas": {"areas": EVERY},
    "standards": PROGRESS,
    "groups": {"": ("pupils", "share")},
    "targets": {"areas": ("share", "last", "change")},
    "attendance": {"attendance": EVERY},
    "compliance": {"compliance": EVERY},
    "next": {"next": STEPS},
}
# Rows and columns in which papers are counted, and no children.
PAPERS = ("Statutory assessments", "Premium statements", "assessments", "premiums")


def as_read(numbers: Tables, columns: Columns, rules: Rules) -> Tables:
    """Return what is read, were nothing hidden but tables that part a few pupils."""
    found: Tables = {}
    for (section, code), table in numbers.items():
        tables = columns.get(section, {})
        wanted = tables.get(code, tables.get("", ()))
        if wanted and not 0 < _parted(table) <= rules.largest_small:
            found[section, code] = _narrowed(table, wanted)
        if code == "need" and (section, code) in found:  # the order of their size tells much
            found[section, code] = dict(sorted(found[section, code].items()))
    return found


def _parted(table: Table) -> int:
    """Count the pupils in the rows of a table, but the last or first of all of them."""
    rows = (line for name, line in table.items() if not name.startswith("All "))
    return sum(line["pupils"]["n"] for line in rows if "pupils" in line)


def _narrowed(table: Table, columns: tuple[str, ...]) -> Table:
    return {
        name: {
            code: _in_per_cent(cell) if code == "coverage" else cell
            for code, cell in line.items()
            if code in columns or columns == EVERY
        }
        for name, line in table.items()
    }


def _in_per_cent(cell: Row) -> Row:
    """Say how much is judged in whole per cent, rounded down: 100 is all."""
    return in_words(f"{100 * cell['n'] // cell['of']} %" if cell["of"] else "none due")


def check_read(kept: Words, wanted: Tables, rules: Rules) -> Tables:
    """Hold every cell that is shown against the reckoning, and that nothing small is.

    Returns the reckoning as readers see it: what is hidden is only a word in it.
    """
    assert {place: list(rows) for place, rows in kept.items()} == {
        place: list(rows) for place, rows in wanted.items()
    }
    seen: Tables = {}
    for place, table in wanted.items():
        seen[place] = {}
        for name, line in table.items():
            cells = kept[place][name]
            assert list(cells) == list(line), (place, name)
            seen[place][name] = {
                code: in_words("hidden") if cells[code] == "hidden" else cell
                for code, cell in line.items()
            }
            for code, cell in line.items():
                at = (*place, name, code)
                if code == "coverage" and "pupils" in line:
                    # It goes with the number of pupils, which it would tell of.
                    assert (cells[code] == "hidden") == (cells["pupils"] == "hidden"), at
                elif cells[code] == "hidden":
                    assert "n" in cell or "points" in cell, f"no figure is hidden at {at}"
                if cells[code] != "hidden":
                    assert cells[code] == cell["words"], at
                    assert not _is_small(at, cell, line, rules), f"{cell} is shown at {at}"
    return seen


def _is_small(at: tuple[str, ...], cell: Row, line: Mapping[str, Row], rules: Rules) -> bool:
    """Say whether a cell may not be shown whatever stands beside it."""
    if at[-1] == "change":
        return any(_is_small((*at[:-1], of), line[of], line, rules) for of in ("share", "last"))
    if "n" not in cell or (at[0] == "compliance" and any(w in part for w in PAPERS for part in at)):
        return False
    of_pupils = at[0] in ("roll", "wider", "celebrations") and "of" in cell
    if of_pupils and cell["n"] in (0, cell["of"]):
        # Of pupils all or none, as in the only group that there is: known from what it is of.
        return 0 < cell["of"] <= rules.largest_small
    return (
        0 < cell["n"] <= rules.largest_small
        or 0 < cell.get("of", 0) < rules.fewest_of
        or (cell.get("of", 0) > 0 and 0 < cell.get("behind", rules.fewest_of) < rules.fewest_of)
    )
