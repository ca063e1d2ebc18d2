"""One level down: the classes of a school or an ARB, the pupils of a class, with the same sums."""

from dataclasses import dataclass

from parrcs.core.access import Access
from parrcs.core.planning import much_at_once
from pupils.models import Pupil
from pupils.selectors.cohorts import Cohort
from reporting.selectors.comparing.choices import Chosen
from reporting.selectors.comparing.rows import Row, row_of, total_row
from reporting.selectors.comparing.tallies import Part, Tallies, Tally
from reporting.selectors.comparing.units import (
    NoSuchUnit,
    Unit,
    no_class,
    unit_called,
    unit_of_class,
    within,
)
from schools.models import ClassGroup


@dataclass(frozen=True)
class Inside:
    """A school, an ARB or a class with its parts; the counts of the parts add up to its own."""

    chosen: Chosen
    unit: Unit
    rows: list[Row]
    total: Row
    trust: Row
    one_stream: bool

    @property
    def query(self) -> str:
        """The choice and the row as they stand in an address."""
        return self.chosen.query_with(unit=self.unit.key)

    @property
    def of_pupils(self) -> bool:
        """Whether the rows are pupils, who stand beside no limits."""
        return self.unit.kind == "class"


@much_at_once()
def inside(access: Access, *, chosen: Chosen, key: str) -> Inside:
    """Return the parts of a row of the comparison, counted as there.

    Raises `NoSuchUnit`, also for the trust, whose parts are the comparison itself.
    """
    everyone = chosen.cohort(access)
    unit = unit_called(access, key)
    if not unit.opens:
        raise NoSuchUnit
    part = within(everyone, unit=unit, lens=chosen.lens)
    of_pupils = unit.kind == "class"
    tallies = Tallies(part, chosen, by=("pupil",) if of_pupils else ("class_group",))
    tallies.count_targets()
    tallies.count_sessions()
    trust = total_row(Tallies(everyone, chosen), chosen)
    named = _pupils(part, unit) if of_pupils else _classes(access, tallies, unit)
    total, strands = tallies.within(lambda _: True)
    return Inside(
        chosen=chosen,
        unit=unit,
        rows=[_row(each, *tallies.alone(found), trust.tally) for found, each in named],
        total=row_of(unit, total, strands, trust=trust.tally),
        trust=trust,
        one_stream=len(tallies.streams) < 2,
    )


def _row(unit: Unit, tally: Tally, strands: dict[str, Tally], trust: Tally) -> Row:
    if unit.kind == "pupil":
        return Row(unit, tally, None, strands)
    return row_of(unit, tally, strands, trust=trust)


def _classes(access: Access, tallies: Tallies, unit: Unit) -> list[tuple[Part, Unit]]:
    """Return the classes that hold somebody, by name, those of ARBs last; and who is in none."""
    groups = (
        ClassGroup.objects.visible_to(access)
        .filter(pk__in=[number for (number,) in tallies.parts if number])
        .select_related("school", "arb__host", "year")
    )
    found: list[tuple[Part, Unit]] = [((each.pk,), unit_of_class(each)) for each in groups]
    found.sort(key=lambda each: (bool(each[1].of and each[1].of.arb_id), each[1].name))
    if (None,) in tallies.parts:
        found.append(((None,), no_class(unit)))
    return found


def _pupils(part: Cohort, unit: Unit) -> list[tuple[Part, Unit]]:
    """Return the pupils by name."""
    pupils = Pupil.objects.filter(pk__in=part.placements.values("pupil"))
    return [
        (
            (each.pk,),
            Unit(
                f"pupil-{each.pk}",
                each.marked_name,
                "pupil",
                pupil_id=each.pk,
                national=unit.national,
                of=unit,
            ),
        )
        for each in pupils
    ]
