"""What was judged in one place, term by term: who, when, and what stood there before."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from assessment.models import Judgement
from assessment.selectors.cells import when_said
from assessment.selectors.entries import carried_to
from assessment.selectors.progress import strands_due
from assessment.selectors.versions import ancestors
from parrcs.core.access import Access
from pupils.choices import TargetOutcome
from pupils.models import Pupil, SavedOperation, TermlyTarget
from pupils.selectors.registers import registers
from schools.models import ClassGroup, Term, User


@dataclass(frozen=True)
class State:
    """What stood for a while; without a code nothing did: a judgement was taken back."""

    code: str
    label: str
    by: str
    at: dt.datetime | None

    @property
    def said(self) -> str:
        """Say who made it so, and when."""
        who = f"by {self.by}" if self.by else ""
        return " ".join(part for part in (who, when_said(self.at)) if part)


@dataclass(frozen=True)
class TermStates:
    """All that stood in one term, the latest first; `version` is that of the stream."""

    term: Term
    version: str
    states: Sequence[State]


@dataclass(frozen=True)
class CellHistory:
    """What was judged of a pupil in a strand, or of a target and those it was carried from."""

    pupil: Pupil
    class_group: ClassGroup
    term: Term
    name: str
    terms: Sequence[TermStates]


def cell_history(
    access: Access,
    *,
    class_group: ClassGroup,
    term: Term,
    pupil_id: int,
    strand_id: int | None,
    target_id: int | None,
) -> CellHistory | None:
    """Return the history of a cell of this class's grid up to this term; None if there is none.

    Terms of the pupil in other classes belong to it, as they do to the cell itself.
    """
    placement = (
        registers(access, term=term)
        .filter(class_group=class_group, pupil=pupil_id)
        .select_related("pupil")
        .first()
    )
    if placement is None:
        return None
    if target_id is not None:
        found = _of_target(access, placement.pupil, term, target_id)
    else:
        due = strands_due(term).get(placement.judged_route, [])
        strand = next((each for each in due if each.strand_id == strand_id), None)
        found = strand and (
            strand.name,
            _of_strand(access, placement.pupil, term, strand.strand_id),
        )
    if not found:
        return None
    name, terms = found
    return CellHistory(placement.pupil, class_group, term, name, terms)


def _of_strand(access: Access, pupil: Pupil, term: Term, strand_id: int) -> list[TermStates]:
    strands = [strand_id, *(each.strand_id for each in ancestors([strand_id]).get(strand_id, ()))]
    states: dict[Term, list[State]] = defaultdict(list)
    versions: dict[Term, str] = {}
    for each in (
        Judgement.objects.visible_to(access)
        .filter(pupil=pupil, strand__in=strands, term__starts_on__lte=term.starts_on)
        .select_related("term", "point", "judged_by", "strand__stream")
    ):
        states[each.term].append(_state(each))
        versions[each.term] = each.strand.stream.version
    events = list(
        apps.get_model("assessment", "JudgementEvent")
        .objects.filter(pupil=pupil.pk, strand__in=strands, term__starts_on__lte=term.starts_on)
        .select_related("term", "point", "judged_by", "strand__stream")
        .order_by("-pgh_id")
    )
    people = _people(event.pgh_context for event in events if event.pgh_label == "deleted")
    for event in events:
        if event.pgh_label == "deleted":
            who = people.get(_person(event.pgh_context), "")
            states[event.term].append(State("", "", who, event.pgh_created_at))
        states[event.term].append(_state(event))
        versions.setdefault(event.term, event.strand.stream.version)
    return [
        TermStates(each, versions[each], tuple(states[each]))
        for each in sorted(states, key=lambda each: each.starts_on, reverse=True)
    ]


def _state(judged: Any) -> State:
    """Say what a judgement is, or was: an event has the same fields."""
    who = judged.judged_by.name if judged.judged_by else ""
    return State(judged.point.code, judged.point.label, who, judged.judged_at)


def _person(context: dict[str, int] | None) -> int:
    """Return whose request made an event; 0 where none did."""
    return (context or {}).get("person", 0)


def _people(contexts: Iterable[dict[str, int] | None]) -> dict[int, str]:
    ids = {_person(context) for context in contexts} - {0}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _of_target(
    access: Access, pupil: Pupil, term: Term, target_id: int
) -> tuple[str, list[TermStates]] | None:
    """Return the history of a target and of those that it was carried from."""
    targets = list(
        TermlyTarget.objects.visible_to(access)
        .filter(pupil=pupil, term__starts_on__lte=term.starts_on)
        .select_related("term", "judged_by")
        .order_by("-term__starts_on")
    )
    now = next((each for each in targets if (each.pk, each.term_id) == (target_id, term.pk)), None)
    if now is None:
        return None
    line = [now, *carried_to(now, {each.pk: each for each in targets})]
    events: dict[int, list[Any]] = defaultdict(list)
    for event in (
        apps.get_model("pupils", "TermlyTargetEvent")
        .objects.filter(pgh_obj__in=[each.pk for each in line])
        .select_related("judged_by")
        .order_by("-pgh_id")
    ):
        events[event.pgh_obj_id].append(event)
    saves = _saves({each.version for each in (*line, *(e for es in events.values() for e in es))})
    terms = [
        TermStates(target.term, "", _states_of([target, *events[target.pk]], saves))
        for target in line
    ]
    return f"Target {now.position}", [each for each in terms if each.states]


def _saves(versions: Collection[int]) -> dict[int, SavedOperation]:
    rows = SavedOperation.objects.filter(pk__in=versions).select_related("person")
    return {each.pk: each for each in rows}


def _states_of(rows: Sequence[Any], saves: dict[int, SavedOperation]) -> list[State]:
    """Return what a target was judged to be, the latest first: one state for each save.

    A change of its words makes an event of its own, under the same save.
    """
    states = []
    for row in {each.version: each for each in reversed(rows) if each.version}.values():
        if row.judged:
            who = row.judged_by.name if row.judged_by else ""
            states.append(State(TargetOutcome(row.judged).label, "", who, row.judged_at))
        elif row.version in saves:
            save = saves[row.version]
            states.append(State("", "", save.person.name, save.made_at))
    states.reverse()
    return states
