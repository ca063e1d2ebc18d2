"""The pupils of England as they are thought up: nothing of them is saved yet."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import log

from pupils.choices import AreaOfNeed, PrimaryNeed
from pupils.measures import upn_check_letter
from pupils.models import Outcome, Pupil
from reporting.services.demo.calendar import Calendar
from reporting.services.demo.material import Ladder, Namer, ladders
from reporting.services.demo.plans import FILLINGS, FIRST_AREA
from reporting.services.demo.plans import Path as WayUp
from reporting.services.demo.progress import STARTS
from reporting.services.demo.roll import ROUTES, imagined_pupil
from reporting.services.england import growth
from reporting.services.england.copying import flag, text
from schools.models import School

# Where pupils start in streams other than the developmental one.
OTHER_STARTS = {"pre-formal": (1, 2), "semi-formal": (1, 3), "formal": (2, 4)}
# Special schools in England, 2025/26: 86.8 per cent attended, 36.1 per cent persistently absent.
MISSED, SPREAD = 0.07, 1.1


@dataclass(eq=False, slots=True)
class Child:
    """A pupil: what the tables say of them, as fields of lines, and how they come on.

    `starts` and `paths` are by strand. `steps` are the words of the targets up to the outcome,
    `step` is the one that is worked on, and `target_id` the target before.
    """

    details: str
    route: str
    sorted_by: tuple[int, dt.date, str]
    starts: tuple[int, ...]
    paths: tuple[growth.Path, ...]
    outcome: str
    steps: tuple[str, ...]
    attends: float
    id: int = 0
    step: int = 0
    target_id: int = 0


class Imagination:
    """Thinks up the pupils of one trust, so that no two are confused."""

    def __init__(
        self, strands: Sequence[growth.StrandOf], calendar: Calendar, terms: int, rng: random.Random
    ) -> None:
        self._strands = strands
        self._calendar = calendar
        self._terms = terms
        self._rng = rng
        self._namer = Namer(rng)
        self._serials: Counter[str] = Counter()

    def children(
        self,
        *,
        school: School,
        year_groups: tuple[int, int],
        needs: Mapping[str, int],
        pace: float,
        pupils: int,
    ) -> list[Child]:
        """Return the pupils of a place in the order in which classes are formed."""
        groups = range(year_groups[0], year_groups[1] + 1)
        made = [self._child(school, self._rng.choice(groups), needs, pace) for _ in range(pupils)]
        return sorted(made, key=lambda child: child.sorted_by)

    def _child(self, school: School, group: int, needs: Mapping[str, int], pace: float) -> Child:
        rng = self._rng
        this_year = self._calendar.years[-1].starts_on.year
        first_september = dt.date(this_year - 5 - group, 9, 1)
        pupil, route = imagined_pupil(
            rng,
            self._namer,
            needs=needs,
            first_september=first_september,
            upn=lambda: self._upn(school, first_september.year + 5),
        )
        starts, paths = self._progress(route, pace)
        area = FIRST_AREA.get(PrimaryNeed(pupil.primary_need), AreaOfNeed.COGNITION)
        ladder = rng.randrange(len(ladders()[area, route]))
        filling = tuple(rng.choice(ways) for ways in FILLINGS.values())
        return Child(
            details=_details(pupil),
            route=route,
            sorted_by=(ROUTES.index(route), pupil.born_on, pupil.upn),
            starts=starts,
            paths=paths,
            outcome=f"{area}\t{text(ladders()[area, route][ladder].outcome)}",
            steps=_steps(area, route, ladder, filling),
            # Most miss little and a few miss much.
            attends=1 - min(0.8, rng.lognormvariate(log(MISSED), SPREAD)),
        )

    def _progress(
        self, route: str, place_pace: float
    ) -> tuple[tuple[int, ...], tuple[growth.Path, ...]]:
        rng = self._rng
        pace = growth.pupil_pace(rng, place_pace=place_pace)
        about = rng.randint(*STARTS[route])
        starts, paths = [], []
        for strand in self._strands:
            if strand.stream == "developmental":
                start = max(1, about + rng.randint(-2, 2))
            else:
                start = rng.randint(*OTHER_STARTS[route])
            starts.append(start)
            paths.append(
                growth.strand_path(
                    rng, strand.scale(route), start=start, pace=pace, terms=self._terms
                )
            )
        return tuple(starts), tuple(paths)

    def _upn(self, school: School, start: int) -> str:
        """Make a number from the school and the year in which education began."""
        place = f"{school.la_code}{school.establishment_number}{start % 100:02}"
        self._serials[place] += 1
        rest = f"{place}{self._serials[place]:03}"
        return upn_check_letter(rest) + rest


def _details(pupil: Pupil) -> str:
    words = (pupil.upn, text(pupil.first_name), text(pupil.last_name), f"{pupil.born_on}")
    chosen = (pupil.sex, pupil.primary_need)
    flags = map(flag, (pupil.pupil_premium, pupil.looked_after, pupil.eal))
    return "\t".join((*words, *chosen, *flags))


@cache
def _steps(area: AreaOfNeed, route: str, ladder: int, filling: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of all targets on a ladder, as the fields of a line."""
    chosen: Ladder = ladders()[area, route][ladder]
    words = dict(zip(FILLINGS, filling, strict=True))
    return tuple(
        "\t".join(map(text, WayUp(Outcome(), chosen, words, step).target().values()))
        for step in range(len(chosen.steps))
    )
