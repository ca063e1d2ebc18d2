"""The lines of an import, tried out, carried out, and put back.

A check carries each line out and takes it back at once, so that what the preview shows is what
applying does: the same services, with the same checks, for the same person. Applying carries them
out once more, in one transaction, and keeps a line only if it does just what the preview said.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import batched
from typing import NoReturn

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from exchange.choices import ImportState, LineOutcome
from exchange.models import Import, ImportLine
from exchange.services.kinds import KINDS
from exchange.services.kinds.base import (
    Cells,
    Change,
    Done,
    LineRefused,
    NothingToUndo,
    Problem,
    Work,
    cells_of,
)
from parrcs.core.access import Access
from parrcs.core.jobs import LINES_OF_IMPORTS, share_until_the_end
from parrcs.core.tenancy import in_trust

# So many lines are checked between two looks at how far it is.
AT_ONCE = 50

type WhoAsked = Callable[[Import], Access]


class Stopped(Exception):
    """Someone else has ended what is done here."""


class CannotCarryOut(Exception):
    """It cannot be done; says why, in the reader's words."""


class _TakenBack(Exception):
    """Ends the savepoint of a line that was only tried, or does not do what it should."""

    def __init__(self, done: Done) -> None:
        super().__init__(done)
        self.done = done


def check(trust_id: int, run: Import, who_asked: WhoAsked) -> None:
    """Try each line and write down what it would do; nothing else changes."""
    with in_trust(trust_id):
        ids = list(
            ImportLine.objects.filter(run=run).order_by("position").values_list("pk", flat=True)
        )
    first: dict[Hashable, int] = {}
    for done, batch in enumerate(batched(ids, AT_ONCE, strict=False)):
        with in_trust(trust_id, person_id=run.sent_by_id):
            share_until_the_end(LINES_OF_IMPORTS, trust_id)
            _say(run, done * AT_ONCE)
            some = list(
                ImportLine.objects.select_for_update().filter(pk__in=batch).order_by("position")
            )
            work = KINDS[run.kind].work(who_asked(run), run, doing=False)
            cells = _cells(run, some)
            work.look_up(cells[line.pk] for line in some if line.pk in cells)
            for line in some:
                _try(work, line, cells.get(line.pk), first)
            ImportLine.objects.bulk_update(
                some, ["outcome", "about", "problems", "changes", "pupil"]
            )
    with in_trust(trust_id):
        _end(run, state=ImportState.CHECKED)


def apply(trust_id: int, run: Import, who_asked: WhoAsked) -> None:
    """Carry out each line that the preview showed as new or changed: all of it, or nothing."""
    with in_trust(trust_id, person_id=run.applied_by_id):
        share_until_the_end(LINES_OF_IMPORTS, trust_id)
        lines = list(
            ImportLine.objects.filter(
                run=run, outcome__in=(LineOutcome.NEW, LineOutcome.CHANGED)
            ).order_by("position")
        )
        work = KINDS[run.kind].work(who_asked(run), run, doing=True)
        cells = _cells(run, lines)
        work.look_up(cells.values())
        for line in lines:
            _carry_out(work, line, cells[line.pk])
        ImportLine.objects.bulk_update(
            lines, ["outcome", "problems", "changes", "traces", "pupil"], batch_size=500
        )
        _end(run, state=ImportState.APPLIED, applied_at=timezone.now())


def undo(trust_id: int, run: Import, who_asked: WhoAsked) -> None:
    """Put back what each line changed, the last first, and say what had to be left."""
    with in_trust(trust_id, person_id=run.undone_by_id):
        share_until_the_end(LINES_OF_IMPORTS, trust_id)
        lines = [
            line
            for line in ImportLine.objects.filter(run=run)
            .select_related("pupil")
            .order_by("-position")
            if line.traces and line.pupil
        ]
        for line in lines:
            # As it is by now: it may have been corrected.
            line.traces["upn"] = line.pupil.upn
        work = KINDS[run.kind].work(who_asked(run), run, doing=True)
        work.look_up({"upn": line.traces["upn"]} for line in lines)
        together = work.undo_together(lines)
        for line in lines:
            if line.pk in together:
                line.left = together[line.pk]
                continue
            try:
                with transaction.atomic():
                    line.left = work.undo(line)
            except NothingToUndo as reason:
                line.left = str(reason)
        ImportLine.objects.bulk_update(lines, ["left"], batch_size=500)
        _end(
            run,
            state=ImportState.UNDONE,
            undone_at=timezone.now(),
            left_lines=sum(bool(line.left) for line in lines),
        )


def _cells(run: Import, lines: Sequence[ImportLine]) -> dict[int, Cells]:
    """Return what the lines say, without those that have more columns than the headings."""
    found: dict[int, Cells] = {}
    for line in lines:
        try:
            found[line.pk] = cells_of(run, line)
        except LineRefused as refused:
            line.problems = [list(each) for each in refused.problems]
    return found


def _try(
    work: Work,
    line: ImportLine,
    cells: Cells | None,
    first: dict[Hashable, int],
) -> None:
    """Carry a line out, take it back, and write down what it did."""
    line.changes, line.pupil_id = [], None
    if cells is None:
        line.outcome = LineOutcome.REFUSED
        return
    line.problems = []
    line.about = work.about(cells)[:200]
    try:
        _check_once(work.key(cells), line, first, "is about the same already. Keep one of them.")
        _check_once(
            work.child(cells),
            line,
            first,
            "has a child of this name and day of birth. If it is another one, add it by hand.",
        )
        with transaction.atomic():
            _take_back(work.do(cells))
    except LineRefused as refused:
        line.outcome = LineOutcome.REFUSED
        line.problems = [list(each) for each in refused.problems]
    except _TakenBack as tried:
        _note(line, tried.done)
        # A pupil who is new was taken back with the line.
        line.pupil_id = None if tried.done.is_new else tried.done.pupil_id


def _carry_out(work: Work, line: ImportLine, cells: Cells) -> None:
    """Carry a line out to stay, if it still does what the preview showed."""
    try:
        with transaction.atomic():
            done = work.do(cells)
            if (done.outcome, _plain(done.changes)) != (line.outcome, line.changes):
                _take_back(done)
    except LineRefused as refused:
        line.outcome = LineOutcome.REFUSED
        line.problems = [list(each) for each in refused.problems]
    except _TakenBack as other:
        line.outcome = LineOutcome.REFUSED
        line.problems = [["", _changed_meanwhile(other.done)]]
    else:
        _note(line, done)
        line.traces = dict(done.traces)


def _check_once(key: Hashable, line: ImportLine, first: dict[Hashable, int], words: str) -> None:
    """Ask that no line above is about the same; `first` has the position of each."""
    if key == "" or (above := first.setdefault(key, line.position)) == line.position:
        return
    named = ImportLine.objects.get(run=line.run_id, position=above).where.capitalize()
    raise LineRefused(Problem("UPN", f"{named} {words}"))


def _take_back(done: Done) -> NoReturn:
    raise _TakenBack(done)


def _note(line: ImportLine, done: Done) -> None:
    line.outcome, line.about = done.outcome, done.about[:200]
    line.changes, line.pupil_id = _plain(done.changes), done.pupil_id


def _plain(changes: Sequence[Change]) -> list[list[str]]:
    return [list(each) for each in changes]


def _changed_meanwhile(done: Done) -> str:
    if not done.changes:
        return "Somebody has entered just this since the check."
    now = "; ".join(f"{each.what.lower()} is {each.before}" for each in done.changes if each.before)
    return f"Somebody changed this since the check, so nothing was done{f': {now}' if now else ''}."


def _say(run: Import, done: int) -> None:
    """Write down how far it is, where the page sees it at once, and stop if it was ended."""
    told = Import.objects.filter(pk=run.pk, state=run.state).update(done_lines=done)
    if not told:
        raise Stopped


def _end(run: Import, *, state: ImportState, **more: object) -> None:
    counted = Counter(
        dict(
            ImportLine.objects.filter(run=run)
            .order_by()
            .values_list("outcome")
            .annotate(Count("pk"))
        )
    )
    ended = Import.objects.filter(pk=run.pk, state=run.state).update(
        state=state,
        step="",
        done_lines=run.all_lines,
        new_lines=counted[LineOutcome.NEW],
        changed_lines=counted[LineOutcome.CHANGED],
        unchanged_lines=counted[LineOutcome.UNCHANGED],
        refused_lines=counted[LineOutcome.REFUSED],
        **more,
    )
    if not ended:
        raise Stopped
