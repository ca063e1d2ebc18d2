"""The plans of the demo's pupils: outcomes, and each term's steps towards them."""

import datetime as dt
import random
from dataclasses import dataclass

from pupils.choices import AreaOfNeed, PlanKind, PrimaryNeed, TargetOutcome
from pupils.models import Outcome, Plan, TermlyTarget
from reporting.services.demo.calendar import Calendar
from reporting.services.demo.material import Ladder, ladders
from reporting.services.demo.people import Staff
from reporting.services.demo.progress import Progress
from reporting.services.demo.roll import Child, Roll, Room

TERMS = 3  # this one and the two before it

# The area of need that a plan of this primary need begins with; the others follow in any order.
FIRST_AREA = {
    PrimaryNeed.ASD: AreaOfNeed.COMMUNICATION,
    PrimaryNeed.SLCN: AreaOfNeed.COMMUNICATION,
    PrimaryNeed.SEMH: AreaOfNeed.SEMH,
    PrimaryNeed.PMLD: AreaOfNeed.SENSORY,
    PrimaryNeed.MSI: AreaOfNeed.SENSORY,
    PrimaryNeed.PD: AreaOfNeed.SENSORY,
    PrimaryNeed.VI: AreaOfNeed.SENSORY,
    PrimaryNeed.HI: AreaOfNeed.SENSORY,
}

FILLINGS = {
    "times": (
        "three times out of five",
        "four times out of five",
        "in three of five sessions",
        "in four of five sessions",
        "on three days of a week",
    ),
    "place": ("in the classroom", "in the hall", "at snack time", "outside"),
    "adult": ("a familiar adult", "the class teacher", "a teaching assistant"),
}


@dataclass(eq=False)
class Path:
    """A pupil's way up one ladder, with the words filled in."""

    outcome: Outcome
    ladder: Ladder
    filling: dict[str, str]
    step: int

    def target(self) -> dict[str, str]:
        """Return the words of the target for the step that the pupil is on."""
        steps = [[words.format_map(self.filling) for words in step] for step in self.ladder.steps]
        walt, wilf = steps[self.step]
        start = self.ladder.start
        if self.step:
            reached = steps[self.step - 1][1]
            start = f"{reached[0].upper()}{reached[1:]}."
        last = self.step == len(steps) - 1
        return {
            "walt": walt,
            "wilf": wilf,
            "starting_point": start,
            "next_step": self.ladder.then if last else steps[self.step + 1][0],
        }

    def go_on(self) -> None:
        """Take the next step, where there is one."""
        self.step = min(self.step + 1, len(self.ladder.steps) - 1)


class Plans:
    """Writes a plan for every child, and targets for this term and the two before."""

    def __init__(
        self,
        roll: Roll,
        calendar: Calendar,
        progress: Progress,
        staff: Staff,
        rng: random.Random,
    ) -> None:
        self.plans: list[Plan] = []
        self.outcomes: list[Outcome] = []
        self.targets: list[TermlyTarget] = []
        self._calendar = calendar
        self._progress = progress
        self._staff = staff
        self._rng = rng
        for child in roll.children:
            self._targets(child, self._plan(child))

    def _plan(self, child: Child) -> list[Path]:
        rng = self._rng
        kinds = list(PlanKind)
        plan = Plan(
            pupil=child.pupil,
            kind=rng.choices(kinds, (95, 2, 2, 1))[0],
            starts_on=child.joined_on - dt.timedelta(days=rng.randint(15, 600)),
            ends_on=child.stays[-1].ends_on,
        )
        self.plans.append(plan)
        areas = rng.sample(list(AreaOfNeed), 3)
        first = FIRST_AREA.get(PrimaryNeed(child.pupil.primary_need), AreaOfNeed.COGNITION)
        areas = [first, *(area for area in areas if area != first)]
        paths = []
        for area in areas[: rng.choice((2, 2, 3))]:
            ladder = rng.choice(ladders()[area, child.route])
            outcome = Outcome(plan=plan, area=area, text=ladder.outcome)
            self.outcomes.append(outcome)
            filling = {word: rng.choice(ways) for word, ways in FILLINGS.items()}
            paths.append(Path(outcome, ladder, filling, rng.randint(0, 1)))
        return paths

    def _targets(self, child: Child, paths: list[Path]) -> None:
        current = self._calendar.current
        for term in range(max(0, current - TERMS + 1), current + 1):
            stay = child.on(self._calendar.judged_by(term))
            if stay is None:
                continue
            for position, path in enumerate(paths, start=1):
                target = TermlyTarget(
                    outcome=path.outcome,
                    pupil=child.pupil,
                    term=self._calendar.terms[term],
                    position=position,
                    **path.target(),
                )
                self.targets.append(target)
                done = self._rng.random() < 0.965
                if done and (term < current or child in self._progress.finished):
                    self._judge(target, stay.room, term)
                    if target.judged in {TargetOutcome.MET, TargetOutcome.EXCEEDED}:
                        path.go_on()

    def _judge(self, target: TermlyTarget, room: Room, term: int) -> None:
        met = room.unit.entry.met
        weights = ((100 - met) * 0.3, (100 - met) * 0.7, met * 0.84, met * 0.16)
        target.judged = self._rng.choices(list(TargetOutcome), weights)[0]
        target.judged_by = self._staff.teacher(room)
        target.judged_at = self._progress.moment(room, term)
