"""The worker's half of a report: one run, made once, whatever is killed in the middle of it.

The row of the run is the truth. A message only says that there is something to do, so each
function here may be called again for the same run, or twice at once, and does it once.
"""

import hashlib
import logging
from dataclasses import dataclass
from typing import Any, cast

import pghistory
from django.utils import timezone

from parrcs.core.access import Access, Permission
from parrcs.core.jobs import MOST_ATTEMPTS, REPORT_RUNS, TIME_TO_HEAR, only_here, someone_is_at
from parrcs.core.tenancy import in_trust
from reporting.choices import Purpose, ReportStatus, RunState
from reporting.models import Report, ReportRun
from reporting.reports.ht import Snapshot, ht_report
from reporting.services.bells import ring
from reporting.services.pdf import make_pdf, pictures
from schools.models import Trust
from schools.selectors.people import workplaces

logger = logging.getLogger(__name__)

STEPS = ("Reading judgements", "Charts", "Laying out pages", "Checking and storing")


class Stopped(Exception):
    """The run was cancelled, or someone else has finished it."""


class CannotMake(Exception):
    """The report cannot be made; the message says why, in the reader's words."""


def make(*, trust_id: int, run_id: int) -> None:
    """Make the report that a run asks for, unless that is done or is being done elsewhere."""
    with only_here(REPORT_RUNS, run_id) as mine:
        if not mine:
            return
        run = _start(trust_id, run_id)
        if run is None:
            return
        with pghistory.context(person=run.asked_by_id, run=run_id):
            try:
                _Making(trust_id, run).make()
            except Stopped:
                logger.info("report run %s was stopped", run_id)
            except CannotMake as reason:
                _fail(trust_id, run_id, str(reason))
            except Exception:
                # Should the database itself be away, this fails too: the run then still counts
                # as running, and `ring_for_waiting` finds it when the database is back.
                logger.exception("report run %s failed", run_id)
                _fail(
                    trust_id,
                    run_id,
                    "Something went wrong while the report was made. The fault is ours and has"
                    " been written down. No numbers were lost or changed.",
                )


def ring_for_waiting() -> None:
    """Ring again for every run that waits or runs although no worker is at it.

    A killed worker takes its message along: the file broker has already moved it away, and
    Redis gives it out again only after an hour. Ends a run that has been tried too often.
    """
    # The trusts themselves have no policy: they are what the register of schools says.
    for trust_id in Trust.objects.values_list("id", flat=True):
        with in_trust(trust_id):
            for run in ReportRun.objects.unfinished().order_by("asked_at"):
                if someone_is_at(REPORT_RUNS, run.pk) or _just_asked(run):
                    continue
                if run.attempts >= MOST_ATTEMPTS:
                    _give_up(run)
                else:
                    ring(trust_id=trust_id, run_id=run.pk)


def _just_asked(run: ReportRun) -> bool:
    return run.state == RunState.QUEUED and run.asked_at > timezone.now() - TIME_TO_HEAR


def _start(trust_id: int, run_id: int) -> ReportRun | None:
    """Count an attempt and return the run; None when it has ended, or now has to."""
    with in_trust(trust_id):
        run = ReportRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None or not run.unfinished:
            return None
        if run.attempts >= MOST_ATTEMPTS:
            _give_up(run)
            return None
        run.state = RunState.RUNNING
        run.attempts += 1
        run.started_at = timezone.now()
        run.step, run.done_steps, run.all_steps = STEPS[0], 0, len(STEPS)
        run.save()
        return run


def _give_up(run: ReportRun) -> None:
    """End a run that was tried too often, unless it has ended in the meantime."""
    ReportRun.objects.unfinished().filter(pk=run.pk, attempts__gte=MOST_ATTEMPTS).update(
        state=RunState.FAILED,
        finished_at=timezone.now(),
        problem=f"The report was started {run.attempts} times and each time the worker stopped"
        " before the end. Whoever looks after this server can find out why.",
    )


def _access_still_held(run: ReportRun) -> Access:
    """Return what the asker may do now, or stop a run that they lost the right to meanwhile."""
    access = next(
        (
            place.access
            for place in workplaces(run.asked_by_id)
            if place.access.trust_id == run.trust_id
        ),
        None,
    )
    if access is None or not access.reach(Permission.MAKE_REPORTS).covers(school_id=run.school_id):
        raise CannotMake(
            "Whoever asked for this report may no longer make it. Ask for it yourself."
        )
    return access


def _fail(trust_id: int, run_id: int, problem: str) -> None:
    with in_trust(trust_id):
        ReportRun.objects.filter(pk=run_id, state=RunState.RUNNING).update(
            state=RunState.FAILED, finished_at=timezone.now(), problem=problem
        )


@dataclass(frozen=True)
class _Content:
    """What is to be laid out, and what its row will say."""

    snapshot: Snapshot
    cover: dict[str, str]
    row: dict[str, Any]


class _Making:
    """One attempt at one run."""

    def __init__(self, trust_id: int, run: ReportRun) -> None:
        self.trust_id = trust_id
        self.run = run

    def make(self) -> None:
        """Read, draw, lay out and store, telling of each step as it begins."""
        publish = self.run.purpose == Purpose.PUBLISH
        content = self._from_the_draft() if publish else self._from_the_data()
        self._say(1)
        charts = pictures(content.snapshot)
        self._say(2)
        pdf = make_pdf(
            content.snapshot,
            content.cover,
            charts=charts,
            on_page=lambda page: self._say(2, f"Laying out page {page}"),
        )
        self._say(3)
        self._store(content, pdf)

    def _say(self, done: int, step: str = "") -> None:
        """Write the step down where the page can see it at once, and stop if we were cancelled."""
        with in_trust(self.trust_id):
            told = ReportRun.objects.filter(pk=self.run.pk, state=RunState.RUNNING).update(
                step=step or STEPS[done], done_steps=done
            )
        if not told:
            raise Stopped

    def _from_the_data(self) -> _Content:
        """Read everything as of one moment, so that all tables agree."""
        made_at, asked_by = timezone.now(), self.run.asked_by_id
        with in_trust(self.trust_id, person_id=asked_by, one_moment=True):
            run = ReportRun.objects.select_related("school__trust", "term__year", "asked_by").get(
                pk=self.run.pk
            )
            snapshot = ht_report(_access_still_held(run), school=run.school, term=run.term)
        return _Content(
            snapshot,
            {
                "version": "Draft",
                "made": f"made on {timezone.localtime(made_at):%-d %B %Y at %H:%M}"
                f" by {run.asked_by.name}",
            },
            {"status": ReportStatus.DRAFT, "made_at": made_at, "made_by_id": asked_by},
        )

    def _from_the_draft(self) -> _Content:
        """Take the numbers that the head has read; only the cover is new."""
        published_at = timezone.now()
        with in_trust(self.trust_id):
            run = ReportRun.objects.select_related("asked_by").get(pk=self.run.pk)
            _access_still_held(run)
            draft = Report.objects.filter(runs=run, status=ReportStatus.DRAFT).first()
            if draft is None:
                raise CannotMake("The draft to publish is no longer there. Make a new one.")
            # Nobody else can take this number: a report has one unfinished run at a time.
            version = 1 + (
                Report.objects.filter(
                    kind=run.kind, school=run.school_id, term=run.term_id, version__isnull=False
                )
                .values_list("version", flat=True)
                .order_by("-version")
                .first()
                or 0
            )
        snapshot = dict(draft.snapshot)
        snapshot.pop("cover")
        return _Content(
            cast("Snapshot", snapshot),
            {
                "version": f"Version {version}",
                "made": f"published on {timezone.localtime(published_at):%-d %B %Y}"
                f" by {run.asked_by.name}",
            },
            {
                "status": ReportStatus.PUBLISHED,
                "version": version,
                "made_at": draft.made_at,
                "made_by_id": draft.made_by_id,
                "published_at": published_at,
                "published_by_id": run.asked_by_id,
            },
        )

    def _store(self, content: _Content, pdf: bytes) -> None:
        """Store the report, remove the draft it replaces, and end the run: all of it or nothing."""
        if not pdf.startswith(b"%PDF-"):
            raise CannotMake("What was laid out is not a PDF.")
        with in_trust(self.trust_id):
            run = ReportRun.objects.select_for_update().get(pk=self.run.pk)
            if run.state != RunState.RUNNING:
                raise Stopped
            mine = {"kind": run.kind, "school_id": run.school_id, "term_id": run.term_id}
            Report.objects.filter(**mine, status=ReportStatus.DRAFT).delete()
            run.report = Report.objects.create(
                **mine,
                **content.row,
                snapshot={**content.snapshot, "cover": content.cover},
                pdf=pdf,
                sha256=hashlib.sha256(pdf).hexdigest(),
            )
            run.state, run.step, run.done_steps = RunState.DONE, "", len(STEPS)
            run.finished_at = timezone.now()
            run.save()
