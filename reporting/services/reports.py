"""What people ask of reports: a draft, its review, its publication, another attempt, an end."""

from functools import partial
from typing import cast

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from parrcs.core.access import Access, Permission
from reporting.choices import Purpose, ReportKind, ReportStatus, RunState
from reporting.models import Report, ReportBatch, ReportRun
from reporting.models.reports import ReportQuerySet
from reporting.reports.words import told_in_words
from reporting.selectors.concerns import concerns_in
from reporting.selectors.reports import Reported, draft_content, schools_with_pupils
from reporting.selectors.runs import latest_runs
from reporting.services.bells import ring
from reporting.services.telling import tell_of_batch, tell_of_review
from schools.models import Term


class CannotPublish(Exception):
    """The draft that was read cannot be published now; the message says why, in words."""


class ReadyStands(Exception):  # the person decides, nothing went wrong
    """A draft that was called ready would be replaced, which nobody has said it may be."""

    def __init__(self, draft: Report) -> None:
        super().__init__("A draft is ready for review. To replace it, make a new one here.")
        self.draft = draft


def ask_for_draft(*, by: Access, of: Reported, replaces: int | None = None) -> ReportRun:
    """Have the draft of a report made; while a run is at it, return that one.

    `replaces` is the draft of which the person has said that it may be replaced although it was
    called ready. Raises `ReadyStands` for any other that is.
    """
    _may_make(by, of.school.pk if of.school else None)
    return _ask_anew(by, of, replaces=replaces)


def _ask_anew(
    by: Access, of: Reported, *, replaces: int | None = None, batch: ReportBatch | None = None
) -> ReportRun:
    mine = {"kind": of.kind, "school": of.school}
    found = _ready(by, of.term).filter(**mine).select_related("made_by").first()
    going = ReportRun.objects.visible_to(by).unfinished().filter(**mine, term=of.term)
    if found is not None and found.pk != replaces and not going.exists():
        raise ReadyStands(found)
    return _ask(by, of, Purpose.DRAFT, batch=batch)


def _ready(by: Access, term: Term) -> ReportQuerySet:
    """Return the drafts of a term that were called ready."""
    reports = Report.objects.visible_to(by).without_content()
    return reports.filter(term=term, status=ReportStatus.READY)


def ask_for_all(*, by: Access, term: Term) -> ReportBatch:
    """Have the drafts of all schools made that have pupils in a term, each by a run of its own.

    A school whose report is being made already keeps that run, which joins the batch; a draft that
    is ready for review stays as it is. While a batch is being made, it is returned, and nothing
    is asked for twice.
    """
    _may_make(by, None)
    going = ReportRun.objects.visible_to(by).unfinished().filter(batch__term=term)
    if found := going.select_related("batch").first():
        return cast("ReportBatch", found.batch)
    batch = ReportBatch.objects.create(term=term, asked_by_id=by.person_id)
    reviewed = set(_ready(by, term).values_list("school", flat=True))
    for school in schools_with_pupils(by, term=term):
        if school.pk in reviewed:
            continue
        run = _ask(by, Reported(school, term), Purpose.DRAFT, batch=batch)
        if run.batch_id is None:
            ReportRun.objects.visible_to(by).filter(pk=run.pk).update(batch=batch)
    return batch


def cancel_all(*, by: Access, batch: ReportBatch) -> None:
    """End all runs of a batch that wait or run."""
    for run in ReportRun.objects.visible_to(by).unfinished().filter(batch=batch):
        cancel_run(by=by, run=run)


def retry_all(*, by: Access, batch: ReportBatch) -> None:
    """Ask again for each school of a batch whose latest run failed or was cancelled.

    A draft that is ready for review by now stays as it is.
    """
    _may_make(by, None)
    reviewed = set(_ready(by, batch.term).values_list("school", flat=True))
    for run in latest_runs(by, batch=batch):
        if run.state in (RunState.FAILED, RunState.CANCELLED) and run.school_id not in reviewed:
            _ask(by, Reported(run.school, run.term), Purpose.DRAFT, batch=batch)


def ask_to_publish(*, by: Access, of: Reported, draft_id: int) -> ReportRun:
    """Have the draft that the person has read published, with the numbers it has.

    Refuses when another draft has replaced it since, when nobody has called it ready, or while
    one is being made.
    """
    _may_make(by, of.school.pk if of.school else None)
    draft = (
        Report.objects.visible_to(by)
        .without_content()
        .filter(
            pk=draft_id,
            kind=of.kind,
            school=of.school,
            term=of.term,
            status=ReportStatus.READY,
        )
        .first()
    )
    if draft is None:
        raise CannotPublish(
            "The draft that you read has been replaced, or is not ready any more. Read the one"
            " that is here now."
        )
    run = _ask(by, of, Purpose.PUBLISH, draft)
    if run.purpose != Purpose.PUBLISH:
        raise CannotPublish("A new draft is being made at the moment. Read it before you publish.")
    return run


def set_ready(*, by: Access, draft: Report, ready: bool) -> None:
    """Say that a draft is ready for review, or is not; the governors' version goes along.

    Refuses when another draft has replaced it since, while another is being made, or while its
    words name a pupil or tell a number that its tables hide.
    """
    if not by.reach(Permission.WRITE_REPORTS).covers(school_id=draft.school_id):
        raise PermissionDenied
    before, after = ReportStatus.DRAFT, ReportStatus.READY
    if not ready:
        before, after = after, before
    drafts = Report.objects.visible_to(by).filter(
        school=draft.school_id,
        term=draft.term_id,
        status=before,
        kind__in=_WITH[ReportKind(draft.kind)],
    )
    # Held until the end: a worker that stores another draft meanwhile waits, or was first.
    if draft.pk not in drafts.held():
        raise CannotPublish("The draft has been replaced or changed. Read the one that is here.")
    if ready:
        _refuse_while_another_is_made(by, draft)
        _refuse_names(by, draft)
        _refuse_hidden_numbers(by, draft)
    drafts.update(status=after)
    if ready:
        tell_of_review(Reported(draft.school, draft.term), by_id=by.person_id)


def _refuse_while_another_is_made(by: Access, draft: Report) -> None:
    runs = ReportRun.objects.visible_to(by).unfinished()
    if runs.filter(kind=draft.kind, school=draft.school_id, term=draft.term_id).exists():
        raise CannotPublish(
            "A new draft is being made at the moment. Read that one before you call it ready."
        )


def _refuse_names(by: Access, draft: Report) -> None:
    """Refuse a draft in whose words a pupil is named: governors read them too."""
    sections = draft_content(by, draft=draft)["sections"]
    named = [each for each in concerns_in(by, school=draft.school, sections=sections) if each.must]
    if named:
        raise CannotPublish(
            f"{named[0].title}: {named[0].words} Then make the draft again."
            + (f" There are {len(named) - 1} more of these." if len(named) > 1 else "")
        )


def _refuse_hidden_numbers(by: Access, draft: Report) -> None:
    """Refuse a draft whose words tell what governors or trustees do not see in its tables."""
    read = (
        Report.objects.visible_to(by)
        .filter(school=draft.school_id, term=draft.term_id, status=draft.status)
        .exclude(kind=ReportKind.HT)
    )
    hidden = {key for each in read.values_list("figures__hidden", flat=True) for key in each}
    told = told_in_words(draft_content(by, draft=draft)["sections"], hidden)
    if told:
        raise CannotPublish(
            f"{told[0].title}: \u201c{told[0].words}\u201d is hidden from governors"
            " and trustees, as it is small or would give a small one away. Write it without, then"
            " make the draft again."
            + (f" There are {len(told) - 1} more of these." if len(told) > 1 else "")
        )


# What is made, read and published together with a report.
_WITH = {
    ReportKind.HT: (ReportKind.HT, ReportKind.LGB),
    ReportKind.TRUSTEE: (ReportKind.TRUSTEE,),
}


def cancel_run(*, by: Access, run: ReportRun) -> None:
    """End a run; a worker that is at it stops at its next step. A finished run stays as it is."""
    _may_make(by, run.school_id)
    ended = (
        ReportRun.objects.visible_to(by)
        .unfinished()
        .filter(pk=run.pk)
        .update(state=RunState.CANCELLED, finished_at=timezone.now())
    )
    if ended and run.batch_id:
        tell_of_batch(run.batch_id)


def retry_run(*, by: Access, run: ReportRun) -> ReportRun:
    """Ask for the same again; the run that failed stays on record.

    Raises `ReadyStands` where that would replace a draft that is ready by now.
    """
    _may_make(by, run.school_id)
    of = Reported(run.school, run.term)
    if run.purpose == Purpose.DRAFT:
        return _ask_anew(by, of, batch=run.batch)
    return ask_to_publish(by=by, of=of, draft_id=run.report_id or 0)


def _may_make(by: Access, school_id: int | None) -> None:
    """Refuse who may not make reports of the whole school, or, without one, of the trust."""
    if not by.reach(Permission.MAKE_REPORTS).covers(school_id=school_id):
        raise PermissionDenied


def _ask(
    by: Access,
    of: Reported,
    purpose: Purpose,
    draft: Report | None = None,
    batch: ReportBatch | None = None,
) -> ReportRun:
    mine = {"kind": of.kind, "school": of.school, "term": of.term}
    unfinished = ReportRun.objects.visible_to(by).unfinished().filter(**mine)
    if running := unfinished.first():
        return running
    try:
        with transaction.atomic():
            run = ReportRun.objects.create(
                **mine, purpose=purpose, asked_by_id=by.person_id, report=draft, batch=batch
            )
    except IntegrityError:
        # Someone else asked in the same moment; the constraint lets one of us in.
        return unfinished.get()
    # Only a committed row may be rung for. Should the broker be away, `resume_runs` rings later.
    transaction.on_commit(partial(ring, trust_id=by.trust_id, run_id=run.pk), robust=True)
    return run
