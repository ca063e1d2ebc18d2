"""A pupil's termly targets: by term, beside those of the term before, and under their outcomes."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from parrcs.core.access import Access
from pupils.choices import TargetOutcome
from pupils.measures import Hint, TargetSuccess, target_hints, target_success
from pupils.models import Outcome, TermlyTarget
from pupils.selectors.plans import outcomes_of
from pupils.selectors.pupils import PupilFile
from schools.models import Term
from schools.selectors.calendar import current_term
from schools.selectors.windows import windows


@dataclass(frozen=True)
class TermTargets:
    """A pupil's targets of one term, in their order; `every` has the retired ones too."""

    term: Term
    every: Sequence[TermlyTarget]

    @property
    def targets(self) -> list[TermlyTarget]:
        """Those that count: not retired, or judged all the same."""
        return [target for target in self.every if target.is_due]

    @property
    def retired(self) -> list[TermlyTarget]:
        """Those that were retired and never judged: they are due no more."""
        return [target for target in self.every if not target.is_due]

    @property
    def judged(self) -> int:
        """How many have been judged."""
        return self.success.judged

    @property
    def success(self) -> TargetSuccess:
        """How many are met of those judged."""
        return target_success(target.judged for target in self.targets)


def targets_of(access: Access, *, file: PupilFile) -> QuerySet[TermlyTarget]:
    """Return a pupil's termly targets of all terms, as far as the file is seen."""
    return (
        TermlyTarget.objects.visible_to(access)
        .filter(pupil=file.pupil, term__starts_on__lte=file.seen_until or dt.date.max)
        .select_related("outcome__plan", "term", "judged_by")
        .order_by("-term__starts_on", "position")
    )


def targets_by_term(access: Access, *, file: PupilFile) -> list[TermTargets]:
    """Return a pupil's targets by term, the latest term first."""
    by_term: dict[Term, list[TermlyTarget]] = defaultdict(list)
    for target in targets_of(access, file=file):
        by_term[target.term].append(target)
    return [TermTargets(term, targets) for term, targets in by_term.items()]


def terms_to_plan(file: PupilFile) -> list[Term]:
    """Return the terms that a target may be written for: not over, or with an open window.

    And begun by the last day on which the person sees the pupil: what they write they also read.
    """
    today, held = file.today, windows()
    school = file.placement.school_id if file.placement else None
    terms = Term.objects.filter(starts_on__lte=file.seen_until or dt.date.max)
    return [
        term
        for term in terms.order_by("starts_on")
        if term.ends_on >= today
        or ((window := held.of(term.pk, school)) is not None and window.is_open(today))
    ]


@dataclass(frozen=True)
class ShownTarget:
    """A target with where it came from and what became of it, as far as the file is seen.

    `now` is what goes on from it in the term that is shown.
    """

    target: TermlyTarget
    came_from: TermlyTarget | None
    became: Sequence[TermlyTarget]
    now: Sequence[TermlyTarget] = ()

    @property
    def hints(self) -> list[Hint]:
        """How its words could say more, until it is judged or retired."""
        if self.target.judged is not None or self.target.retired_on is not None:
            return []
        return target_hints(self.target.walt, self.target.wilf)

    @property
    def was_split(self) -> bool:
        """Whether two or more go on from it in one term: they take its place."""
        terms = [each.term_id for each in self.became]
        return len(terms) > len(set(terms))

    @property
    def may_go(self) -> bool:
        """Whether it may be removed: never judged, nothing goes on from it."""
        return not (self.target.was_judged or self.became)

    @property
    def is_unmet(self) -> bool:
        """Whether there may be something left of it: not retired, and not judged to be met."""
        met = (self.target.judged or 0) >= TargetOutcome.MET
        return self.target.retired_on is None and not met


@dataclass(frozen=True)
class OutcomeTargets:
    """An outcome with the targets towards it: of the term, and of the term before."""

    outcome: Outcome
    in_force: bool
    targets: Sequence[ShownTarget]
    before: Sequence[ShownTarget]


@dataclass(frozen=True)
class TargetPage:
    """All that the editor of a pupil's targets shows for a term.

    `before` are the targets of the last term before that has any. `terms` are those to choose
    from, `open_terms` those for which targets may be written.
    """

    term: Term
    terms: Sequence[Term]
    open_terms: Sequence[Term]
    outcomes: Sequence[Outcome]
    now: TermTargets
    before: TermTargets | None
    shown: dict[int, ShownTarget]

    @property
    def is_open(self) -> bool:
        """Whether targets may be written for the term."""
        return self.term in self.open_terms

    @property
    def next_term(self) -> Term | None:
        """The next term for which targets may be written."""
        return next((t for t in self.open_terms if t.starts_on > self.term.starts_on), None)

    @cached_property
    def in_force(self) -> list[Outcome]:
        """The outcomes of the plans that hold in the term."""
        return [each for each in self.outcomes if holds_in(each, self.term)]

    @property
    def offered(self) -> list[Outcome]:
        """The outcomes that a new target may work towards, in this term or another open one."""
        return [
            each for each in self.outcomes if any(holds_in(each, term) for term in self.open_terms)
        ]

    @cached_property
    def groups(self) -> list[OutcomeTargets]:
        """The outcomes in force, then others that targets still work towards."""
        now = [self.shown[each.pk] for each in self.now.targets]
        before = [self.shown[each.pk] for each in (self.before.every if self.before else ())]
        used = {each.target.outcome_id: each.target.outcome for each in (*now, *before)}
        in_force = {each.pk for each in self.in_force}
        every = [*self.in_force, *(used[key] for key in used if key not in in_force)]
        return [
            OutcomeTargets(
                outcome,
                outcome.pk in in_force,
                [each for each in now if each.target.outcome_id == outcome.pk],
                [each for each in before if each.target.outcome_id == outcome.pk],
            )
            for outcome in every
        ]

    @property
    def retired(self) -> list[ShownTarget]:
        """The targets of the term that were retired and never judged."""
        return [self.shown[each.pk] for each in self.now.retired]

    @cached_property
    def to_carry(self) -> list[ShownTarget]:
        """The targets of the term before, not met or not judged, that nothing goes on from yet."""
        before = [self.shown[each.pk] for each in (self.before.targets if self.before else ())]
        return [each for each in before if each.is_unmet and not each.now]

    @property
    def split(self) -> set[int]:
        """Those of them that were split before: their parts go on in their place."""
        return {each.target.pk for each in self.to_carry if each.was_split}

    @property
    def unmet(self) -> int:
        """How many of those were judged and not met; one that was split goes on as its parts."""
        return sum(each.target.judged is not None and not each.was_split for each in self.to_carry)


def holds_in(outcome: Outcome, term: Term) -> bool:
    """Say whether an outcome's plan holds on some day of a term."""
    plan = outcome.plan
    return plan.starts_on <= term.ends_on and (
        plan.ends_on is None or plan.ends_on >= term.starts_on
    )


def target_page(access: Access, *, file: PupilFile, term_id: int | None) -> TargetPage | None:
    """Return the editor of a pupil's targets for a term; None where there is no such term.

    Without one it is the term that runs, or the first that targets may be written for. The
    queries do not depend on how many targets there are.
    """
    every = list(targets_of(access, file=file))
    open_terms = terms_to_plan(file)
    terms = {each.term_id: each.term for each in every} | {each.pk: each for each in open_terms}
    ordered = sorted(terms.values(), key=lambda term: term.starts_on)
    term = terms.get(term_id) if term_id is not None else _present(ordered, open_terms, file)
    if term is None:
        return None
    by_term: dict[int, list[TermlyTarget]] = defaultdict(list)
    children: dict[int | None, list[TermlyTarget]] = defaultdict(list)
    for each in every:
        by_term[each.term_id].append(each)
        children[each.carried_from_id].append(each)
    by_id = {each.pk: each for each in every}
    last = next(
        (t for t in reversed(ordered) if t.starts_on < term.starts_on and by_term.get(t.pk)), None
    )
    return TargetPage(
        term,
        ordered,
        open_terms,
        list(outcomes_of(access, file=file)),
        TermTargets(term, by_term.get(term.pk, [])),
        TermTargets(last, by_term[last.pk]) if last else None,
        {
            each.pk: ShownTarget(
                each,
                by_id.get(each.carried_from_id or 0),
                children.get(each.pk, []),
                [one for one in children.get(each.pk, []) if one.term_id == term.pk],
            )
            for each in every
        },
    )


def _present(terms: Sequence[Term], open_terms: Sequence[Term], file: PupilFile) -> Term | None:
    school_id = file.placement.school_id if file.placement else None
    now = current_term(file.today, school_id=school_id).term
    if now in terms:
        return now
    return next(iter(open_terms), terms[-1] if terms else None)
