"""What a move of pupils changes in what is judged: who enters what, and what is expected."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count

from assessment.measures import exact
from assessment.models import Baseline, Judgement
from assessment.selectors.progress import DueStrand, strands_due
from parrcs.core.access import Access
from pupils.models import Pupil, Route, TermlyTarget
from pupils.models.plans import target_is_due
from pupils.selectors.moves import Move, TermLine, class_words, named
from schools.models import ClassGroup, Term
from schools.selectors.windows import EntryDays, entry_days_of, windows


class _Made(NamedTuple):
    """What is judged of what is due of some pupils in a term."""

    judged: int
    due: int


def judged_words(access: Access, lines: Sequence[TermLine], today: dt.date) -> list[str]:
    """Say what is judged in the terms begun, that it stays with the pupils, and who goes on.

    And, where the class changes, whether its window still lets anybody enter the rest.
    """
    begun = [line for line in lines if line.term.starts_on <= today]
    if not begun:
        return ["Nothing is judged yet in the terms from that day on."]
    made = _made(access, begun)
    days = _days(begun)
    said = []
    for line in begun:
        count = _sum(made, line)
        who = named(line.pupils)
        said.append(
            f"{count.judged} of {count.due} judgements and targets of {who} in {line.term}"
            " are made. They stay with who they are of, with all earlier ones, notes and files."
        )
        said += _goes_on(line, count, days[line.term.pk], today)
    return said


def _goes_on(
    line: TermLine, count: _Made, days: Mapping[int, EntryDays], today: dt.date
) -> list[str]:
    """Say which grid has the pupils from now on, and until when it can be filled."""
    was, will = line.before.judged, line.after.judged
    if was and will and was.class_group_id == will.class_group_id:
        return [f"{class_words(will)} goes on entering them in {line.term}."]
    said = []
    if was and was.class_group:
        said.append(
            f"The grid of {was.class_group.name} for {line.term} no longer has {named(line.pupils)}"
            " as soon as this is saved."
        )
    if will is None or will.class_group is None:
        return [*said, f"No class has them in {line.term}, so nobody can enter anything."]
    new = days.get(will.class_group_id or 0, EntryDays())
    said.append(f"{will.class_group.name} enters what is left: {new.words(today)}.")
    old = days.get(was.class_group_id or 0, EntryDays()) if was else EntryDays()
    left = count.due - count.judged
    if left and not new.lets_enter(today) and (old.lets_enter(today) or new.opens_on is None):
        are = "is" if left == 1 else "are"
        said.append(f"{left} {are} left that could not be entered there now.")
    return said


def _made(access: Access, lines: Sequence[TermLine]) -> dict[tuple[int, int], _Made]:
    """Count by term and pupil, in the strands that are due after the move."""
    pupils = {pupil.pk for line in lines for pupil in line.pupils}
    terms = {line.term.pk: line.term for line in lines}
    due = {pk: strands_due(term) for pk, term in terms.items()}
    judged: dict[tuple[int, int], set[int]] = defaultdict(set)
    for term, pupil, strand in (
        Judgement.objects.visible_to(access)
        .filter(term__in=terms, pupil__in=pupils)
        .values_list("term", "pupil", "strand")
    ):
        judged[term, pupil].add(strand)
    targets = {
        (term, pupil): (done, held)
        for term, pupil, done, held in TermlyTarget.objects.visible_to(access)
        .filter(target_is_due(), term__in=terms, pupil__in=pupils)
        .order_by()
        .values_list("term", "pupil")
        .annotate(done=Count("judged"), held=Count("id"))
    }
    found = {}
    for line in lines:
        strands = {s.strand_id for s in due[line.term.pk].get(line.after.route_id or 0, ())}
        for each in line.pupils:
            key = (line.term.pk, each.pk)
            done, held = targets.get(key, (0, 0))
            found[key] = _Made(len(strands & judged[key]) + done, len(strands) + held)
    return found


def _sum(made: Mapping[tuple[int, int], _Made], line: TermLine) -> _Made:
    parts = [made[line.term.pk, pupil.pk] for pupil in line.pupils]
    return _Made(sum(each.judged for each in parts), sum(each.due for each in parts))


def _days(lines: Sequence[TermLine]) -> dict[int, dict[int, EntryDays]]:
    """Return when the classes concerned enter judgements, by term and class."""
    known = windows()
    groups: dict[int, dict[int, ClassGroup]] = defaultdict(dict)
    terms = {}
    for line in lines:
        terms[line.term.pk] = line.term
        for standing in (line.before, line.after):
            if standing.judged and standing.judged.class_group:
                group = standing.judged.class_group
                groups[line.term.pk][group.pk] = group
    return {pk: entry_days_of(term, groups[pk].values(), known=known) for pk, term in terms.items()}


class _Change(NamedTuple):
    """That pupils are judged by another route from a term on."""

    term: Term
    old: int | None
    new: int


def expected_words(
    moves: Sequence[Move], lines: Sequence[TermLine], last_term: Term | None
) -> list[str]:
    """Say which streams become due or stop with another route, from when, and what is missing.

    A term under way goes on by the route of its census day. `last_term` is that of the calendar,
    by which the figures are told where no term to come is set up.
    """
    names = {each.pk: each.name.lower() for each in Route.objects.all()}
    changed = [
        each for each in moves if each.was is None or each.was.route_id != each.will.route_id
    ]
    if not changed:
        return ["The route stays, so the same streams stay due and the same is expected in them."]
    changes = _changes(lines)
    moved = {pupil.pk for pupils in changes.values() for pupil in pupils}
    later = [each for each in changed if each.file.pupil.pk not in moved]
    said = []
    if last_term is not None:
        for move in later:
            old = move.was.route_id if move.was else None
            changes[_Change(last_term, old, move.will.route_id)].append(move.file.pupil)
    due: dict[int, dict[int, list[DueStrand]]] = {}
    for change, pupils in changes.items():
        held = due.setdefault(change.term.pk, strands_due(change.term))
        due_old, due_new = held.get(change.old or 0, []), held.get(change.new, [])
        instead = f", until then by the {names[change.old]} route" if change.old else ""
        after = "the term after " if pupils[0].pk not in moved else ""
        said.append(
            f"From {after}{change.term} on {named(pupils)} {_is(pupils)} judged by the"
            f" {names[change.new]} route{instead}."
        )
        said += _streams(due_old, due_new)
        said += _baselines(pupils, due_new, due_old)
    return said


def _changes(lines: Sequence[TermLine]) -> defaultdict[_Change, list[Pupil]]:
    """Return from which term on each pupil is judged by another route."""
    changes: defaultdict[_Change, list[Pupil]] = defaultdict(list)
    told = set[int]()
    for line in lines:
        old, new = line.before.route_id, line.after.route_id
        if old == new or new is None:
            continue
        for pupil in line.pupils:
            if pupil.pk not in told:
                told.add(pupil.pk)
                changes[_Change(line.term, old, new)].append(pupil)
    return changes


def _streams(old: Sequence[DueStrand], new: Sequence[DueStrand]) -> list[str]:
    """Say which streams become due, stop, or expect something else."""
    was, will = _by_stream(old), _by_stream(new)
    said = [
        f"Becomes due: {will[code].name} ({_strands(will[code].strands)}, {_points(will[code])})."
        for code in will
        if code not in was
    ]
    said += [f"Stops: {was[code].name}." for code in was if code not in will]
    for code in was:
        if code in will and was[code].points != will[code].points:
            said.append(
                f"{will[code].name}: {_points(will[code])} expected, instead of"
                f" {exact(was[code].points)}."
            )
        elif code in will:
            said.append(f"{will[code].name}: {_points(will[code])} expected, as before.")
    return said


class _Stream(NamedTuple):
    name: str
    points: Decimal
    strands: int


def _by_stream(strands: Sequence[DueStrand]) -> dict[str, _Stream]:
    counts = Counter(each.stream_code for each in strands)
    return {
        each.stream_code: _Stream(each.stream, each.points_a_term, counts[each.stream_code])
        for each in strands
    }


def _baselines(
    pupils: Sequence[Pupil], new: Sequence[DueStrand], old: Sequence[DueStrand]
) -> list[str]:
    """Say in how many strands that become due somebody lacks a baseline."""
    begins = {each.strand_id for each in new} - {each.strand_id for each in old}
    if not begins:
        return []
    held = Baseline.objects.filter(
        pupil__in=pupils, strand__in=begins, replaced_on__isnull=True
    ).count()
    missing = len(begins) * len(pupils) - held
    if not missing:
        return []
    return [f"Baselines to set in what becomes due: {missing}, on the class's page for baselines."]


def _points(stream: _Stream) -> str:
    return f"{exact(stream.points)} point{'' if stream.points == 1 else 's'} a term"


def _strands(count: int) -> str:
    return f"{count} strand{'' if count == 1 else 's'}"


def _is(pupils: Sequence[Pupil]) -> str:
    return "is" if len(pupils) == 1 else "are"
