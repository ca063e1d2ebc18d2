"""One term of a school, ready to be counted for any of its pupils and strands."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from assessment.measures import Indicator
from reporting.reports.figures import Tally
from reporting.selectors.report_rows import PupilOnRoll, ReportRows, TermRows

TRUST = "trust"
# Whether a strand, by its id and the id of its core area, counts in a figure.
type Counts = Callable[[int, int | None], bool]


class CountedTerm:
    """The judgements of one term."""

    def __init__(self, rows: TermRows) -> None:
        self.rows = rows
        self.id = rows.term_id
        self.pupils = rows.pupils
        self.made: dict[int, dict[int, Indicator | None]] = defaultdict(dict)
        for each in rows.progress:
            self.made[each.pupil_id][each.strand_id] = each.indicator

    def at(self, school_id: int) -> list[PupilOnRoll]:
        """Return the pupils registered at one school of the trust."""
        return [each for each in self.pupils if each.school_id == school_id]

    def tally(self, pupils: Iterable[PupilOnRoll], counts: Counts) -> Tally:
        """Count what was due and judged of these pupils in the strands that count."""
        tally = Tally()
        strands: dict[int, list[int]] = {}
        for pupil in pupils:
            route = pupil.route_id
            if route not in strands:
                strands[route] = [
                    each.strand_id
                    for each in self.rows.due.get(route, ())
                    if counts(each.strand_id, each.core_area_id)
                ]
            tally.due += len(strands[route])
            made = self.made.get(pupil.pupil_id, {})
            for strand in strands[route]:
                if strand in made:
                    tally.add(pupil.pupil_id, made[strand])
        return tally


class Counted:
    """The rows of a school or the trust with both terms counted.

    `place` is its part of every figure's name; `schools` are those of the trust whose figures add
    up to it, none for a school.
    """

    def __init__(self, rows: ReportRows) -> None:
        self.rows = rows
        self.place = rows.place
        self.schools = rows.schools if rows.place == TRUST else []
        self.this = CountedTerm(rows.this)
        self.last = CountedTerm(rows.last) if rows.last else None

    @property
    def last_name(self) -> str:
        """How the term before is called at the head of a column."""
        return self.rows.last.name if self.rows.last else "Last term"


def every(_strand_id: int, _area_id: int | None) -> bool:
    """Count every strand."""
    return True


def core(_strand_id: int, area_id: int | None) -> bool:
    """Count the strands of core areas."""
    return area_id is not None


def in_none(_strand_id: int, area_id: int | None) -> bool:
    """Count the strands of no core area."""
    return area_id is None


def in_area(wanted: int) -> Counts:
    """Count the strands of one core area."""
    return lambda _strand_id, area_id: area_id == wanted


def one_of(strand_ids: Iterable[int]) -> Counts:
    """Count these strands."""
    wanted = set(strand_ids)
    return lambda strand_id, _area_id: strand_id in wanted
