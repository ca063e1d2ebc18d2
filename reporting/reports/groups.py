"""How a report divides the pupils on roll: into years, needs, and who has a characteristic."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable

from pupils.choices import PrimaryNeed, Sex
from pupils.models.pupils import national_year
from reporting.selectors.ht import PupilOnRoll, TermRows


def parted[K: Hashable](
    pupils: Iterable[PupilOnRoll], key: Callable[[PupilOnRoll], K]
) -> dict[K, list[PupilOnRoll]]:
    """Part the pupils by something about them."""
    parts: dict[K, list[PupilOnRoll]] = defaultdict(list)
    for pupil in pupils:
        parts[key(pupil)].append(pupil)
    return parts


def _year_name(year: int) -> str:
    if year < 0:
        return "Nursery"
    return f"Year {year}" if year else "Reception"


def by_year(term: TermRows) -> dict[str, list[PupilOnRoll]]:
    """Return the pupils of each year group, the youngest first."""
    parts = parted(
        term.pupils, lambda pupil: max(-1, national_year(pupil.born_on, term.year_starts_on))
    )
    return {_year_name(year): parts[year] for year in sorted(parts)}


def by_need(term: TermRows) -> dict[str, list[PupilOnRoll]]:
    """Return the pupils of each primary need, the most frequent first."""
    parts = parted(term.pupils, lambda pupil: pupil.primary_need)
    names = {need: str(PrimaryNeed(need).label) for need in parts}
    order = sorted(parts, key=lambda need: (-len(parts[need]), names[need]))
    return {names[need]: parts[need] for need in order}


def flags(term: TermRows) -> dict[str, tuple[str, str, list[PupilOnRoll]]]:
    """Return, by title, the words for those who have a characteristic and not, and who has."""
    pupils = term.pupils
    return {
        "Pupil premium": (
            "Pupil premium",
            "Not pupil premium",
            [each for each in pupils if each.pupil_premium],
        ),
        "Looked-after children": (
            "Looked after",
            "Not looked after",
            [each for each in pupils if each.looked_after],
        ),
        "First language": (
            "English as an additional language",
            "English as first language",
            [each for each in pupils if each.eal],
        ),
    }


def sexes(term: TermRows) -> dict[str, list[PupilOnRoll]]:
    """Return the pupils of each sex."""
    parts = parted(term.pupils, lambda pupil: pupil.sex)
    return {str(sex.label): parts[sex] for sex in Sex if sex in parts}
