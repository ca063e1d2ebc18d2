"""Writing termly targets: new ones, changes, their order, and how they go on or end."""

from collections.abc import Collection, Sequence
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from parrcs.core.access import Access, Permission
from pupils.measures import TargetSaid, carried_on
from pupils.models import Outcome, Pupil, TermlyTarget
from pupils.selectors.plans import outcomes_of
from pupils.selectors.pupils import PupilFile
from pupils.selectors.targets import holds_in, targets_of, terms_to_plan
from schools.models import Term

MOST = 300  # characters in each text of a target


class TargetTexts(TypedDict):
    """What a termly target says."""

    walt: str
    wilf: str
    starting_point: str
    next_step: str


class TargetRefused(Exception):
    """Something that cannot be done with a target; says why in words."""


class TargetChanged(Exception):
    """Somebody changed a target since the person saw it; `target` is as it stands now."""

    def __init__(self, target: TermlyTarget) -> None:
        super().__init__(str(target))
        self.target = target


@transaction.atomic
def add_target(
    *,
    by: Access,
    file: PupilFile,
    outcome: Outcome,
    term: Term,
    texts: TargetTexts,
    carried_from: TermlyTarget | None = None,
) -> TermlyTarget:
    """Give a pupil a target for a term, at the first position that is free.

    The same one again, as a form that is sent twice asks for, is the one that stands. Raises
    `TargetRefused` for one that would go on from a later term.
    """
    _check(by, file)
    _lock(by, file)
    return _add(by, file, outcome, term, texts, carried_from)


@transaction.atomic
def change_target(
    *,
    by: Access,
    file: PupilFile,
    target: TermlyTarget,
    outcome: Outcome,
    texts: TargetTexts,
    seen: str,
) -> None:
    """Correct what a target says, judged or not; the judgement stays, history keeps the words.

    `seen` is the mark of the words that the person saw. Raises `TargetChanged` where others
    stand by now, `TargetRefused` for a retired target.
    """
    target = _locked(by, file, target)
    if target.retired_on is not None:
        raise TargetRefused("This target is retired. Bring it back to change it.")
    outcome = outcomes_of(by, file=file).get(pk=outcome.pk)
    before, moved = target.words_seen, target.outcome_id != outcome.pk
    target.outcome = outcome
    for name, value in texts.items():
        setattr(target, name, value)
    if target.words_seen == before:
        return
    if seen != before:
        raise TargetChanged(targets_of(by, file=file).get(pk=target.pk))
    if moved and not holds_in(outcome, target.term):
        raise TargetRefused(f"The plan of this outcome does not hold in {target.term}.")
    target.save(update_fields=["outcome", *texts])


@transaction.atomic
def remove_target(*, by: Access, file: PupilFile, target: TermlyTarget) -> None:
    """Remove a target that nothing rests on. Raises `TargetRefused`."""
    target = _locked(by, file, target)
    if target.was_judged:
        raise TargetRefused("This target has been judged, so it stays on the record.")
    _check_not_counted(file, target)
    if target.carried_to.exists():
        raise TargetRefused("Another target goes on from this one, so it stays on the record.")
    if target.notes.exists():
        raise TargetRefused("There are notes on this target, so it stays on the record. Retire it.")
    target.delete()


@transaction.atomic
def move_target(*, by: Access, file: PupilFile, target: TermlyTarget, up: bool) -> None:
    """Put a target before or after its neighbour towards the same outcome; at the end, nothing."""
    _lock(by, file)
    target = _locked(by, file, target)
    beside = [
        each
        for each in targets_of(by, file=file).filter(term=target.term, outcome=target.outcome)
        if each.is_due
    ]
    place = next((n for n, each in enumerate(beside) if each == target), None)
    other = None if place is None else place + (-1 if up else 1)
    if other is None or not 0 <= other < len(beside):
        return
    # No two targets of a term stand at one position, not even between two statements.
    positions = target.position, beside[other].position
    _put(target, _free(file, target.term))
    _put(beside[other], positions[0])
    _put(target, positions[1])


@transaction.atomic
def retire_target(*, by: Access, file: PupilFile, target: TermlyTarget, because: str) -> None:
    """Retire a target: never judged, it is due no more; judged, it keeps its judgement.

    Raises `TargetRefused`.
    """
    target = _locked(by, file, target)
    _check_not_counted(file, target)
    if target.retired_on is None:
        _retire(target, because)


@transaction.atomic
def restore_target(*, by: Access, file: PupilFile, target: TermlyTarget) -> None:
    """Bring a retired target back. Raises `TargetRefused`."""
    target = _locked(by, file, target)
    _check_not_counted(file, target)
    target.retired_on, target.retired_because = None, ""
    target.save(update_fields=["retired_on", "retired_because"])


@transaction.atomic
def split_target(
    *,
    by: Access,
    file: PupilFile,
    target: TermlyTarget,
    outcome: Outcome,
    term: Term,
    parts: Sequence[TargetTexts],
) -> list[TermlyTarget]:
    """Go on from a target with several; in its own term it is retired unless it is judged."""
    _lock(by, file)
    target = _locked(by, file, target)
    if term.pk == target.term_id:
        # How it went in this very term is no place to start from in it.
        start = proposal(target)["starting_point"]
        parts = [
            {**each, "starting_point": target.starting_point}
            if each["starting_point"] == start
            else each
            for each in parts
        ]
    added = [_add(by, file, outcome, term, texts, target) for texts in parts]
    if target.term_id == term.pk and target.judged is None and target.retired_on is None:
        *others, last = (str(each.position) for each in added)
        _retire(target, f"Split into targets {', '.join(others)} and {last}.")
    return added


@transaction.atomic
def carry_targets(
    *, by: Access, file: PupilFile, term: Term, target_ids: Collection[int]
) -> list[TermlyTarget]:
    """Carry some targets into a term as `proposal` says; who goes on there already is left."""
    _check(by, file)
    _lock(by, file)
    taken = targets_of(by, file=file).filter(pk__in=target_ids, retired_on=None)
    return [
        _add(by, file, target.outcome, term, proposal(target), target)
        for target in taken.exclude(carried_to__term=term).order_by("term__starts_on", "position")
    ]


def proposal(target: TermlyTarget) -> TargetTexts:
    """Return what a target could say as it goes on, by how it was judged."""
    said = carried_on(
        TargetSaid(target.walt, target.wilf, target.starting_point, target.next_step),
        judged=target.judged,
        comment=target.comment,
        term=str(target.term),
        most=MOST,
    )
    return TargetTexts(
        walt=said.walt,
        wilf=said.wilf,
        starting_point=said.starting_point,
        next_step=said.next_step,
    )


def _add(
    by: Access,
    file: PupilFile,
    outcome: Outcome,
    term: Term,
    texts: TargetTexts,
    carried_from: TermlyTarget | None,
) -> TermlyTarget:
    outcome = outcomes_of(by, file=file).get(pk=outcome.pk)
    if term not in terms_to_plan(file):
        raise TargetRefused(f"{term} is over, so nothing can be planned for it any more.")
    if not holds_in(outcome, term):
        raise TargetRefused(f"The plan of this outcome does not hold in {term}.")
    if carried_from is not None:
        carried_from = targets_of(by, file=file).get(pk=carried_from.pk)
        if carried_from.term.starts_on > term.starts_on:
            raise TargetRefused(f"A target of {carried_from.term} does not go back to {term}.")
    same = TermlyTarget.objects.filter(
        outcome=outcome,
        pupil=file.pupil,
        term=term,
        carried_from=carried_from,
        retired_on=None,
        **texts,
    ).first()
    return same or TermlyTarget.objects.create(
        outcome=outcome,
        pupil=file.pupil,
        term=term,
        carried_from=carried_from,
        position=_free(file, term),
        **texts,
    )


def _free(file: PupilFile, term: Term) -> int:
    taken = set(
        TermlyTarget.objects.filter(term=term, pupil=file.pupil).values_list("position", flat=True)
    )
    return next(n for n in range(1, len(taken) + 2) if n not in taken)


def _put(target: TermlyTarget, position: int) -> None:
    target.position = position
    target.save(update_fields=["position"])


def _retire(target: TermlyTarget, because: str) -> None:
    target.retired_on, target.retired_because = timezone.localdate(), because
    target.save(update_fields=["retired_on", "retired_because"])


def _lock(by: Access, file: PupilFile) -> None:
    """Lock the pupil, so that targets take their positions one after the other."""
    Pupil.objects.visible_to(by).select_for_update(of=("self",)).get(pk=file.pupil.pk)


def _locked(by: Access, file: PupilFile, target: TermlyTarget) -> TermlyTarget:
    _check(by, file)
    return targets_of(by, file=file).select_for_update(of=("self",)).get(pk=target.pk)


def _check_not_counted(file: PupilFile, target: TermlyTarget) -> None:
    """Ask that "n of N judged" of a term that is over stays what it was.

    A target that is judged counts whether it is retired or not.
    """
    if target.judged is None and target.term not in terms_to_plan(file):
        raise TargetRefused(
            f"{target.term} is over, so this target stays as it is: the term's numbers count it."
        )


def _check(by: Access, file: PupilFile) -> None:
    if not file.lets(by, Permission.RECORD):
        raise PermissionDenied
