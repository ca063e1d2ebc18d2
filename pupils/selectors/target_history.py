"""One target's story: what it came from, what became of it, and how its words changed."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.formats import date_format

from parrcs.core.access import Access
from pupils.choices import TargetOutcome
from pupils.models import TermlyTarget
from pupils.selectors.pupils import PupilFile
from pupils.selectors.targets import targets_of
from schools.models import User

_NAMES = {
    "walt": "WALT",
    "wilf": "WILF",
    "starting_point": "Starting point",
    "next_step": "Next step",
    "comment": "Comment",
    "judged": "Judgement",
    "retired": "Retired",
}


@dataclass(frozen=True)
class Difference:
    """A part of a target that was changed."""

    part: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What somebody changed at one time; nobody is named for what the system did."""

    at: dt.datetime
    who: str
    differences: Sequence[Difference]


@dataclass(frozen=True)
class TargetStory:
    """A target in its line: those it goes on from, oldest first, and those that go on from it."""

    target: TermlyTarget
    before: Sequence[TermlyTarget]
    after: Sequence[TermlyTarget]
    changes: Sequence[Change]


def target_story(access: Access, *, file: PupilFile, target: TermlyTarget) -> TargetStory:
    """Return a target's story, by the same queries however long it is; the last change first."""
    every = {each.pk: each for each in targets_of(access, file=file)}
    before: list[TermlyTarget] = []
    seen = {target.pk}
    parent = every.get(target.carried_from_id or 0)
    while parent is not None and parent.pk not in seen:
        before.insert(0, parent)
        seen.add(parent.pk)
        parent = every.get(parent.carried_from_id or 0)
    after: list[TermlyTarget] = []
    lines = {target.pk}
    for each in sorted(every.values(), key=lambda one: (one.term.starts_on, one.pk)):
        if each.carried_from_id in lines:
            after.append(each)
            lines.add(each.pk)
    changes = changes_of(target, names=_NAMES, said=_said)
    return TargetStory(target, before, after, changes)


def changes_of(
    row: Any, *, names: Mapping[str, str], said: Callable[[Any], Mapping[str, str]]
) -> list[Change]:
    """Return how a row of which history is kept was changed, the last change first.

    `said` tells of a state what it says part by part, `names` what each part is called.
    """
    # Each event is a state that was replaced, with who replaced it and when.
    states = list(row.events.order_by("pgh_id"))
    people = {_person(state) for state in states}
    known = dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
    # One save may write twice; what was there before it is its first state.
    firsts = [next(saved) for _, saved in groupby(states, _save)]
    found = []
    for state, later in zip(firsts, [*firsts[1:], row], strict=False):
        was, became = said(state), said(later)
        differences = [
            Difference(name, was[part], became[part])
            for part, name in names.items()
            if was[part] != became[part]
        ]
        if differences:
            who = known.get(_person(state), "")
            found.append(Change(state.pgh_created_at, who, differences))
    return found[::-1]


def _save(state: Any) -> tuple[dt.datetime, Any]:
    """Return what the states have in common that one save replaced: its moment and its request."""
    return state.pgh_created_at, state.pgh_context


def _person(state: Any) -> int:
    """Return who replaced a state; 0 for nobody."""
    person: int = (state.pgh_context or {}).get("person") or 0
    return person


def _said(state: Any) -> dict[str, str]:
    """Return what a state says, part by part, as people read it."""
    retired = ""
    if state.retired_on:
        retired = f"on {date_format(state.retired_on, 'j F Y')}: {state.retired_because}"
    return {
        "walt": state.walt,
        "wilf": state.wilf,
        "starting_point": state.starting_point,
        "next_step": state.next_step,
        "comment": state.comment,
        "judged": str(TargetOutcome(state.judged).label) if state.judged else "",
        "retired": retired,
    }
