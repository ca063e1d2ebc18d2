"""The worker's half of a report: one run, made once, whatever is killed in the middle of it.

The row of the run is the truth. A message only says that there is something to do, so each
function here may be called again for the same run, or twice at once, and does it once.
"""

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any

import pghistory
from django.utils import timezone

from parrcs.core.access import Access, Permission
from parrcs.core.jobs import (
    MOST_ATTEMPTS,
    PUBLISHING,
    REPORT_RUNS,
    TIME_TO_HEAR,
    alone_until_the_end,
    only_here,
    someone_is_at,
)
from parrcs.core.tenancy import in_trust
from reporting.choices import UNPUBLISHED, Purpose, ReportStatus, RunState
from reporting.models import Report, ReportRun
from reporting.services.bells import ring
from reporting.services.editions import (
    Cover,
    Found,
    editions_of,
    laid_out,
    published_editions,
    published_since,
)
from reporting.services.telling import settle_draft, tell_of_end, tell_readers
from schools.models import Trust
from schools.selectors.people import workplaces

logger = logging.getLogger(__name__)

MOST_TIMES_OVERTAKEN = 5
READING, STORING = "Reading judgements", "Checking and storing"


class Stopped(Exception):
    """The run was cancelled, or someone else has finished it."""


class Overtaken(Exception):
    """Something was published meanwhile that this report was not reckoned against."""


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
        run.step, run.done_steps, run.all_steps = READING, 0, 3
        run.save()
        return run


def _give_up(run: ReportRun) -> None:
    """End a run that was tried too often, unless it has ended in the meantime."""
    ended = (
        ReportRun.objects.unfinished()
        .filter(pk=run.pk, attempts__gte=MOST_ATTEMPTS)
        .update(
            state=RunState.FAILED,
            finished_at=timezone.now(),
            problem=f"The report was started {run.attempts} times and each time the worker stopped"
            " before the end. Whoever looks after this server can find out why.",
        )
    )
    if ended:
        tell_of_end(_with_names(run.pk))


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
        failed = ReportRun.objects.filter(pk=run_id, state=RunState.RUNNING).update(
            state=RunState.FAILED, finished_at=timezone.now(), problem=problem
        )
        if failed:
            tell_of_end(_with_names(run_id))


def _with_names(run_id: int) -> ReportRun:
    return ReportRun.objects.select_related("school", "term__year", "term__trust").get(pk=run_id)


class _Making:
    """One attempt at one run: what is read is laid out, edition by edition, and then stored."""

    def __init__(self, trust_id: int, run: ReportRun) -> None:
        self.trust_id = trust_id
        self.run = run
        self.steps = 2

    def make(self) -> None:
        """Read, lay out and store, telling of each step as it begins."""
        for _ in range(MOST_TIMES_OVERTAKEN):
            try:
                return self._make()
            except Overtaken:
                logger.info("report run %s begins again: another was published", self.run.pk)
        raise CannotMake(
            "Other reports of the trust were published at the same time, again and again. Publish"
            " this one once they are done."
        )

    def _make(self) -> None:
        publish = self.run.purpose == Purpose.PUBLISH
        content = self._from_the_drafts() if publish else self._from_the_data()
        self.steps = 2 + len(content.found.editions)
        rows = []
        for done, each in enumerate(content.found.editions, 1):
            title = each.document["title"]
            self._say(done, f"{title}: charts")
            rows.append(
                laid_out(
                    each,
                    content.cover,
                    on_page=partial(self._say_page, done, title),
                )
            )
        self._say(self.steps - 1, STORING)
        self._store(content, rows, publish=publish)

    def _say_page(self, done: int, title: str, page: int) -> None:
        self._say(done, f"{title}: page {page}")

    def _say(self, done: int, step: str) -> None:
        """Write the step down where the page can see it at once, and stop if we were cancelled."""
        with in_trust(self.trust_id):
            told = ReportRun.objects.filter(pk=self.run.pk, state=RunState.RUNNING).update(
                step=step[:80], done_steps=done, all_steps=self.steps
            )
        if not told:
            raise Stopped

    def _from_the_data(self) -> "_Content":
        """Read everything as of one moment, so that all tables agree."""
        made_at, asked_by = timezone.now(), self.run.asked_by_id
        with in_trust(self.trust_id, person_id=asked_by, one_moment=True):
            run = ReportRun.objects.select_related(
                "school__trust", "term__year", "term__trust", "asked_by"
            ).get(pk=self.run.pk)
            access = _access_still_held(run)
            found = editions_of(access, school=run.school, term=run.term)
        return _Content(
            found,
            Cover(
                "Draft",
                f"made on {timezone.localtime(made_at):%-d %B %Y at %H:%M} by {run.asked_by.name}",
            ),
            {"status": ReportStatus.DRAFT, "made_at": made_at, "made_by_id": asked_by},
        )

    def _from_the_drafts(self) -> "_Content":
        """Take the numbers that were read and called ready; only the cover is new."""
        published_at = timezone.now()
        with in_trust(self.trust_id):
            run = ReportRun.objects.select_related("asked_by").get(pk=self.run.pk)
            _access_still_held(run)
            draft = Report.objects.filter(runs=run, status=ReportStatus.READY).first()
            if draft is None:
                raise CannotMake("The draft to publish is no longer there. Make a new one.")
            version = _latest_version(draft) + 1
            found = published_editions(draft)
            if found.told:
                raise CannotMake(
                    f"{found.told[0].title}: \u201c{found.told[0].words}\u201d is hidden from"
                    " governors and trustees since other reports were published. Write it without,"
                    " then make the draft again."
                )
        return _Content(
            found,
            Cover(
                f"Version {version}",
                f"published on {timezone.localtime(published_at):%-d %B %Y} by {run.asked_by.name}",
            ),
            {
                "status": ReportStatus.PUBLISHED,
                "version": version,
                "made_at": draft.made_at,
                "made_by_id": draft.made_by_id,
                "published_at": published_at,
                "published_by_id": run.asked_by_id,
            },
        )

    def _store(self, content: "_Content", rows: list[dict[str, Any]], *, publish: bool) -> None:
        """Store the reports, remove the drafts they replace, and end the run: all or nothing.

        Of two reports that are published at once, each was reckoned without the other, and both
        together could give a hidden number away: the second begins again. Raises `Overtaken`.
        """
        with in_trust(self.trust_id):
            if publish:
                alone_until_the_end(PUBLISHING, self.trust_id)
                if published_since(self.run.term_id, content.found.seen):
                    raise Overtaken
            run = (
                ReportRun.objects.select_for_update(of=("self",))
                .select_related("school", "term__year", "term__trust")
                .get(pk=self.run.pk)
            )
            if run.state != RunState.RUNNING:
                raise Stopped
            if publish and not _still_ready(run):
                raise CannotMake("The draft was taken back while it was laid out.")
            mine = {"school_id": run.school_id, "term_id": run.term_id}
            kinds = [each["kind"] for each in rows]
            before = Report.objects.filter(**mine, kind__in=kinds)
            before.filter(pk__in=before.filter(status__in=UNPUBLISHED).held()).delete()
            if publish:
                before.filter(status=ReportStatus.PUBLISHED).update(status=ReportStatus.SUPERSEDED)
            made = [Report.objects.create(**mine, **content.row, **each) for each in rows]
            run.report = made[0]
            run.state, run.step, run.done_steps = RunState.DONE, "", self.steps
            run.finished_at = timezone.now()
            run.save()
            if publish:
                settle_draft(run)
            tell_of_end(run)
            for each in made if publish else ():
                tell_readers(each)


def _still_ready(run: ReportRun) -> bool:
    """Say whether the draft that a run publishes is there and ready, and keep it so."""
    draft = Report.objects.select_for_update(of=("self",)).without_content()
    return draft.filter(pk=run.report_id or 0, status=ReportStatus.READY).exists()


@dataclass(frozen=True)
class _Content:
    """What is to be laid out, and what the rows of all its reports will say."""

    found: Found
    cover: Cover
    row: dict[str, Any]


def _latest_version(draft: Report) -> int:
    """Return the number of the latest published version; nobody else can take the next one.

    A report has one unfinished run at a time.
    """
    versions = Report.objects.filter(
        kind=draft.kind, school=draft.school_id, term=draft.term_id, version__isnull=False
    )
    return versions.order_by("-version").values_list("version", flat=True).first() or 0
