"""How the demo's termly targets go on and end: carried over terms, commented on, split, retired."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pupils.choices import TargetOutcome
from pupils.models import TermlyTarget
from reporting.services.demo.calendar import Calendar
from reporting.services.demo.plans import Plans

COMMENTED = 0.6
SPLIT = 0.06
ENDED = 0.02  # of the targets of this term that nobody judged
RETIRED = 0.25  # of the targets of past terms that nobody judged

COMMENTS = {
    TargetOutcome.NOT_YET: (
        "Not ready for this yet; the step before needs more time.",
        "Away for a part of the term, so hardly practised.",
        "Manages it only with a hand to guide.",
    ),
    TargetOutcome.PARTLY: (
        "With one adult, not yet with others.",
        "Good days and tired days; mornings work best.",
        "In the classroom, not yet in the hall.",
    ),
    TargetOutcome.MET: (
        "Secure in class; ready for new places.",
        "Reached in the last three weeks of term.",
        "Every adult in the class has seen it.",
    ),
    TargetOutcome.EXCEEDED: (
        "Does it without being asked, at home too.",
        "Shows others how to do it.",
    ),
}
REASONS = (
    "The group it was practised in has ended.",
    "After the review another outcome comes first.",
    "Reached at home before the term began.",
)
PLACES = ("in a quiet place", "in the classroom")


def go_on(plans: Plans, calendar: Calendar, rng: random.Random) -> None:
    """Let each target go on from the one before, comment on some, split and retire a few."""
    lines: dict[tuple[int, int], list[TermlyTarget]] = defaultdict(list)
    for target in plans.targets:
        lines[id(target.pupil), target.position].append(target)
    for line in lines.values():
        for before, after in pairwise(line):
            after.carried_from = before
    current = calendar.terms[calendar.current]
    now = [target for target in plans.targets if target.term is current]
    for target in plans.targets:
        if target.judged is not None and rng.random() < COMMENTED:
            target.comment = rng.choice(COMMENTS[TargetOutcome(target.judged)])
        elif target.judged is None and target.term is not current and rng.random() < RETIRED:
            _retire(target, rng.choice(REASONS), target.term.ends_on - dt.timedelta(days=30))
    plans.targets += _split(now, calendar.on, rng)


def _split(now: Sequence[TermlyTarget], day: dt.date, rng: random.Random) -> list[TermlyTarget]:
    """Split or retire a few targets that nobody has judged, and return the parts."""
    taken: dict[int, int] = defaultdict(int)
    for target in now:
        taken[id(target.pupil)] += 1
    added = []
    for target in now:
        if target.judged is None and rng.random() < SPLIT:
            first = taken[id(target.pupil)] + 1
            parts = _parts(target, first)
            taken[id(target.pupil)] += len(parts)
            _retire(target, f"Split into targets {first} and {first + 1}.", day)
            added += parts
        elif target.judged is None and rng.random() < ENDED:
            _retire(target, rng.choice(REASONS), day)
    return added


def in_order_of_time(targets: Sequence[TermlyTarget]) -> Iterator[list[TermlyTarget]]:
    """Return targets so that each comes after the one it goes on from, whose id it needs."""
    waiting = list(targets)
    while waiting:
        unsaved = {id(target) for target in waiting}
        ready = [each for each in waiting if id(each.carried_from) not in unsaved]
        yield ready
        saved = {id(target) for target in ready}
        waiting = [each for each in waiting if id(each) not in saved]


def _parts(target: TermlyTarget, first: int) -> list[TermlyTarget]:
    return [
        TermlyTarget(
            outcome=target.outcome,
            pupil=target.pupil,
            term=target.term,
            position=position,
            walt=f"{target.walt}, {place}",
            wilf=f"{target.wilf}, {place}",
            starting_point=target.starting_point,
            next_step=target.next_step,
            carried_from=target,
        )
        for position, place in enumerate(PLACES, start=first)
    ]


def _retire(target: TermlyTarget, because: str, day: dt.date) -> None:
    target.retired_on, target.retired_because = day, because
