"""In which order the rows of a comparison stand: as the trust is made up, or by a column."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reporting.selectors.comparing.rows import Row

# What a row stands by, None where it has nothing there: such rows come last either way.
type _By = Callable[[Row], float | None]


def _judged(row: Row) -> float | None:
    return row.tally.judged / row.tally.due if row.tally.due else None


def _share(row: Row) -> float | None:
    tally = row.tally
    return _of(row, tally.at_or_above, tally.compared, said=not tally.too_few)


def _change(row: Row) -> float | None:
    return row.change.moved.by if row.change else None


def _targets(row: Row) -> float | None:
    tally = row.tally
    return _of(row, tally.targets_met, tally.targets, said=tally.targets_shown is not None)


def _attendance(row: Row) -> float | None:
    tally = row.tally
    return _of(row, tally.attended, tally.possible, said=tally.attendance is not None)


def _of(row: Row, part: int, whole: int, *, said: bool) -> float | None:
    """Return a share where it is said of a row; a pupil's own "n of N" is one in any case."""
    return part / whole if whole and (said or row.unit.pupil_id) else None


def _standing(row: Row) -> float | None:
    return row.standing


_COLUMNS: dict[str, tuple[str, _By]] = {
    "judged": ("Judged", _judged),
    "share": ("At or above expected", _share),
    "change": ("Since last term", _change),
    "targets": ("Targets met", _targets),
    "attendance": ("Attendance", _attendance),
    "standing": ("Standing", _standing),
}


@dataclass(frozen=True)
class Order:
    """An order of rows: by a column, lowest first or, `down`, highest first; no column: by name."""

    column: str = ""
    down: bool = False

    @property
    def said(self) -> str:
        """The order as it stands in an address."""
        return f"-{self.column}" if self.down else self.column

    def of(self, column: str) -> str:
        """Return what a column's heading says to whoever hears the table."""
        if column != self.column:
            return "none"
        return "descending" if self.down else "ascending"

    def next(self, column: str) -> str:
        """Return the order that pressing a heading leads to: lowest first, then highest first."""
        return f"-{column}" if column == self.column and not self.down else column

    def headings(self) -> list[tuple[str, str, str, str]]:
        """Return code, title, present order and the next one of each column to sort by."""
        return [
            (code, title, self.of(code), self.next(code)) for code, (title, _) in _COLUMNS.items()
        ]


def order_of(said: str) -> Order:
    """Return the order that an address asks for; what does not exist is the order by name."""
    column = said.removeprefix("-")
    return Order(column, said.startswith("-")) if column in _COLUMNS else Order()


def in_order(rows: Iterable[Row], order: Order) -> list[Row]:
    """Return the rows in an order; by name they stay as they are, ARBs beneath their schools."""
    if not order.column:
        return list(rows)
    _, by = _COLUMNS[order.column]
    placed = [(by(row), row) for row in rows]
    known = [(value, row) for value, row in placed if value is not None]
    known.sort(key=lambda found: found[0], reverse=order.down)
    return [row for _, row in known] + [row for value, row in placed if value is None]
