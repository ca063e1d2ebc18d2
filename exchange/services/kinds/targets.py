"""Termly targets, from a list: each as if it were written under its outcome by hand."""

from collections.abc import Hashable
from typing import Any, ClassVar
from uuid import uuid4

from django.core.exceptions import PermissionDenied

from exchange.choices import ImportKind
from exchange.models import Import, ImportLine
from exchange.services.files.headings import UPN, Column
from exchange.services.kinds.base import (
    Cells,
    Change,
    Done,
    Kind,
    LineRefused,
    NothingToUndo,
    Problem,
)
from exchange.services.kinds.recorded import TERM, RecordedWork
from exchange.services.kinds.values import one_of
from parrcs.core.access import Access, Permission
from pupils.choices import TargetOutcome
from pupils.forms.targets import TargetForm
from pupils.models import Outcome, TermlyTarget
from pupils.selectors.plans import outcomes_of
from pupils.selectors.pupils import PupilFile
from pupils.selectors.targets import targets_of
from pupils.services.operations import Conflict, Refused
from pupils.services.taking_back import CannotTakeBack, take_back_target
from pupils.services.target_writing import (
    TargetChanged,
    TargetRefused,
    TargetTexts,
    add_target,
    change_target,
)
from pupils.services.targets import class_to_judge_in, judge_target
from schools.models import Term

COLUMNS = (
    UPN,
    TERM,
    Column(
        "outcome",
        "Outcome",
        "The outcome of the pupil's plan, in its words. Empty where the pupil has only one.",
        ("EHCP Outcome", "Plan Outcome", "Long Term Outcome", "Outcome Text"),
    ),
    Column(
        "walt",
        "WALT",
        "We are learning to: the end point of the term. Says which target the line is about.",
        ("We are learning to", "Target", "Termly Target", "Learning Intention"),
        needed=True,
    ),
    Column(
        "wilf",
        "WILF",
        "What I'm looking for: how anyone can tell that it is met.",
        ("What I'm looking for", "Success Criteria", "Success Criterion"),
    ),
    Column("starting_point", "Starting point", "Where the pupil begins.", ("Start", "Baseline")),
    Column("next_step", "Next step", "What comes after.", ("Next Steps",)),
    Column(
        "judged",
        "Judgement",
        "Not yet, Partly, Met or Exceeded.",
        ("Judged", "Result", "Outcome Judgement", "Achieved"),
    ),
)
HEADINGS = {column.code: column.heading for column in COLUMNS}
_TEXTS = ("walt", "wilf", "starting_point", "next_step")
_JUDGED = [(str(value), str(label)) for value, label in TargetOutcome.choices]


class TargetsKind(Kind):
    """Termly targets, with their judgements."""

    code = ImportKind.TARGETS
    name = "termly targets"
    permission = Permission.RECORD
    columns: ClassVar = COLUMNS
    words = (
        "One line for each target of a pupil in a term. A target is known by its WALT: a new one is"
        " written under its outcome, of another what differs is changed. An empty cell changes"
        " nothing. What holds by hand holds here: nothing new is written for a term that is over,"
        " and a judgement takes an open window or leave for late entry."
    )

    def work(self, by: Access, run: Import, *, doing: bool) -> "TargetsWork":
        """Return the work of one import for one person."""
        return TargetsWork(by, run, doing=doing)


class TargetsWork(RecordedWork):
    """The lines of one list of termly targets."""

    def key(self, cells: Cells) -> Hashable:
        """Return pupil, term and WALT."""
        whose = self.same(cells)
        return "" if whose == "" else (whose, _same_words(cells.get("walt", "")))

    def do(self, cells: Cells) -> Done:
        """Write or correct the target of a line, and judge it if the line says how it went."""
        file, term = self.pupil(cells, Permission.RECORD), self.term_of(cells)
        target = self._known(cells, file, term)
        outcome = self._outcome(cells, file, target)
        texts = self._texts(cells, target, outcome, term)
        judged = self._judged(cells)
        before = _facts(target) if target else {}
        try:
            target = self._write(file, target, outcome, term, texts)
            if judged is not None and judged != target.judged:
                self._judge(file, target, judged)
        except (TargetRefused, Refused) as refused:
            raise LineRefused(Problem("", str(refused))) from refused
        except (TargetChanged, Conflict) as changed:
            raise LineRefused(
                Problem("", "Somebody changed this target at the same moment.")
            ) from changed
        except PermissionDenied as denied:
            raise LineRefused(Problem("UPN", "You do not write this pupil's targets.")) from denied
        target = targets_of(self.by, file=file).get(pk=target.pk)
        after = _facts(target)
        return Done(
            about=f"{file.pupil}, {target.walt}, {term}",
            changes=_changes(before, after),
            is_new=not before,
            pupil_id=file.pupil.pk,
            traces={
                "upn": file.pupil.upn,
                "target": target.pk,
                "is_new": not before,
                "before": before,
                "seen": target.words_seen,
                "version": target.version,
            },
        )

    def undo(self, line: ImportLine) -> str:
        """Remove a new target that nothing rests on, or put back what was changed."""
        traces = line.traces
        file = self.files.get(traces["upn"])
        if file is None:
            raise NothingToUndo("The pupil is not among those whom you see any more.")
        try:
            self.check_theirs(file, Permission.RECORD)
            if traces["is_new"]:
                take_back_target(
                    by=self.by,
                    file=file,
                    target_id=traces["target"],
                    seen=traces["seen"],
                    version=traces["version"],
                )
                return ""
            return self._put_back(traces, file)
        except CannotTakeBack as reason:
            raise NothingToUndo(f"The target was left: {reason}.") from reason
        except LineRefused as refused:
            raise NothingToUndo(" ".join(each.words for each in refused.problems)) from refused
        except (Refused, TargetRefused) as refused:
            raise NothingToUndo(str(refused)) from refused
        except PermissionDenied as denied:
            raise NothingToUndo("You do not write this pupil's targets.") from denied

    def _put_back(self, traces: dict[str, Any], file: PupilFile) -> str:
        target = targets_of(self.by, file=file).filter(pk=traces["target"]).first()
        if target is None or (target.words_seen, target.version) != (
            traces["seen"],
            traces["version"],
        ):
            raise NothingToUndo("It was changed since, and stays as it is now.")
        before = traces["before"]
        outcome = outcomes_of(self.by, file=file).filter(pk=before["outcome"]).first()
        if outcome is None:
            raise NothingToUndo("Its outcome is not there any more.")
        texts = TargetTexts(**{name: before[name] for name in _TEXTS})  # type: ignore[typeddict-item]
        self._write(file, target, outcome, target.term, texts)
        if before["judged"] != target.judged:
            self._judge(file, target, before["judged"])
        return ""

    def _known(self, cells: Cells, file: PupilFile, term: Term) -> TermlyTarget | None:
        """Return the target that a line is about, by its WALT."""
        wanted = _same_words(cells.get("walt", ""))
        found = [
            each
            for each in targets_of(self.by, file=file).filter(term=term, retired_on=None)
            if _same_words(each.walt) == wanted
        ]
        if len(found) > 1:
            raise LineRefused(
                Problem(HEADINGS["walt"], f"{file.pupil} has {len(found)} such targets in {term}.")
            )
        return next(iter(found), None)

    def _outcome(self, cells: Cells, file: PupilFile, target: TermlyTarget | None) -> Outcome:
        every = list(outcomes_of(self.by, file=file))
        wanted = _same_words(cells.get("outcome", ""))
        if not wanted and target is not None:
            held: Outcome = target.outcome
            return held
        found = [each for each in every if wanted in ("", _same_words(each.text))]
        if len(found) != 1:
            words = (
                f"{file.pupil} has no plan with outcomes yet. Write it first."
                if not every
                else f"{file.pupil} has {len(found)} outcomes of these words."
                if wanted and found
                else f"{file.pupil} has no outcome of these words."
                if wanted
                else f"{file.pupil} has {len(every)} outcomes. Write which one."
            )
            raise LineRefused(Problem(HEADINGS["outcome"], words))
        return found[0]

    def _texts(
        self,
        cells: Cells,
        target: TermlyTarget | None,
        outcome: Outcome,
        term: Term,
    ) -> TargetTexts:
        """Return what the target says with this line, checked as the form checks it."""
        data: dict[str, Any] = {"term": str(term.pk), "outcome": str(outcome.pk)}
        for name in _TEXTS:
            stands = getattr(target, name) if target else ""
            # The same words but for case or a full stop are the same target.
            data[name] = stands if name == "walt" and target else cells.get(name) or stands
        form = TargetForm(data, outcomes=[outcome], terms=[term])
        if not form.is_valid():
            raise LineRefused(
                *(
                    Problem(HEADINGS.get(name, ""), " ".join(map(str, errors)))
                    for name, errors in form.errors.items()
                )
            )
        return form.texts

    @staticmethod
    def _judged(cells: Cells) -> int | None:
        text = cells.get("judged", "")
        try:
            return int(one_of(text, _JUDGED, {})) if text else None
        except ValueError as error:
            names = ", ".join(label for _, label in _JUDGED)
            raise LineRefused(
                Problem(HEADINGS["judged"], f"“{text}” is none of {names}.")
            ) from error

    def _write(
        self,
        file: PupilFile,
        target: TermlyTarget | None,
        outcome: Outcome,
        term: Term,
        texts: TargetTexts,
    ) -> TermlyTarget:
        if target is None:
            return add_target(by=self.by, file=file, outcome=outcome, term=term, texts=texts)
        change_target(
            by=self.by,
            file=file,
            target=target,
            outcome=outcome,
            texts=texts,
            seen=target.words_seen,
        )
        return target

    def _judge(self, file: PupilFile, target: TermlyTarget, outcome: int | None) -> None:
        judge_target(
            by=self.by,
            class_group=class_to_judge_in(self.by, file=file, term=target.term),
            term=target.term,
            pupil=file.pupil,
            target_id=target.pk,
            outcome=outcome,
            base_version=target.version if target.judged else None,
            operation_id=uuid4(),
        )


def _same_words(text: str) -> str:
    """Return a text to compare it by: case, blanks and a full stop at its end do not count.

    Other signs do: 2.5 metres are not 25.
    """
    plain = " ".join(text.casefold().split())
    return plain.removesuffix(".").rstrip() or plain


def _facts(target: TermlyTarget) -> dict[str, Any]:
    """Return what a target says, and how it was judged."""
    texts = {name: getattr(target, name) for name in _TEXTS}
    return {
        **texts,
        "outcome": target.outcome_id,
        "judged": target.judged,
        "of": str(target.outcome),
    }


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Say what differs, in the order of the columns."""
    words = []
    for column in COLUMNS[2:]:
        was, now = (_in_words(column.code, facts) for facts in (before, after))
        if was != now:
            words.append(Change(column.heading, was, now))
    return words


def _in_words(code: str, facts: dict[str, Any]) -> str:
    if code == "outcome":
        return str(facts.get("of", ""))
    value = facts.get(code)
    if code == "judged":
        return str(TargetOutcome(value).label) if value else ""
    return str(value or "")
