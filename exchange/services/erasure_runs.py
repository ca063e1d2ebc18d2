"""The worker's half of an erasure: all of it in one transaction, or nothing.

The row of the decision is the truth, and a message only a bell, as with imports.
"""

import logging

import pghistory
from django.db import DatabaseError, connection
from django.utils import timezone

from exchange.choices import ErasureState, RecordKind
from exchange.models import Erasure
from exchange.models.erase_function import NAMED_IN_REPORT
from exchange.selectors.retention import due_records
from exchange.services.bells import ring_to_erase
from exchange.services.erasing import may_erase_due
from parrcs.core.access import Access, Permission
from parrcs.core.jobs import (
    ERASURES,
    LINES_OF_IMPORTS,
    MOST_ATTEMPTS,
    TIME_TO_HEAR,
    alone_until_the_end,
    only_here,
    someone_is_at,
)
from parrcs.core.tenancy import in_trust
from pupils.selectors.pupils import pupil_file
from reporting.models import Report
from schools.models import Trust
from schools.selectors.people import workplaces

logger = logging.getLogger(__name__)

_UNFINISHED = (ErasureState.WAITING, ErasureState.ERASING)


class CannotErase(Exception):
    """It cannot be done; says why, in the reader's words and with nobody's name."""


class _NamedInReport(Exception):
    """A report names whoever is to be erased."""

    def __init__(self, report_id: int) -> None:
        super().__init__(report_id)
        self.report_id = report_id


def erase(*, trust_id: int, erasure_id: int) -> None:
    """Carry a decision out, unless that is done or is being done elsewhere."""
    with only_here(ERASURES, erasure_id) as mine:
        if not mine or not _start(trust_id, erasure_id):
            return
        try:
            _carry_out(trust_id, erasure_id)
        except CannotErase as reason:
            _fail(trust_id, erasure_id, str(reason))
        except _NamedInReport as named:
            _fail(trust_id, erasure_id, _which_report(trust_id, named.report_id))
        except Exception:
            # Should the database itself be away, this fails too: the decision then still counts
            # as under way, and is found when the database is back.
            logger.exception("erasure %s failed", erasure_id)
            _fail(
                trust_id,
                erasure_id,
                "Something went wrong in the middle, so nothing was erased. The fault is ours and"
                " has been written down.",
            )


def ring_for_waiting() -> None:
    """Ring again for every decision at which no worker is, or give it up."""
    # The trusts themselves have no policy: they are what the register of schools says.
    for trust_id in Trust.objects.values_list("id", flat=True):
        with in_trust(trust_id):
            for each in Erasure.objects.filter(state__in=_UNFINISHED).order_by("asked_at"):
                just_asked = each.attempts == 0 and each.asked_at > timezone.now() - TIME_TO_HEAR
                if not just_asked and not someone_is_at(ERASURES, each.pk):
                    ring_to_erase(trust_id=trust_id, erasure_id=each.pk)


def _start(trust_id: int, erasure_id: int) -> bool:
    """Count an attempt, in a transaction of its own; say no when there is nothing to do."""
    with in_trust(trust_id):
        found = Erasure.objects.select_for_update().filter(pk=erasure_id, state__in=_UNFINISHED)
        erasure = found.first()
        if erasure is None:
            return False
        if erasure.attempts >= MOST_ATTEMPTS:
            _end(
                erasure_id,
                f"This was started {erasure.attempts} times and each time the worker stopped"
                " before the end. Nothing was erased. Whoever looks after this server can find"
                " out why.",
            )
            return False
        erasure.state, erasure.attempts = ErasureState.ERASING, erasure.attempts + 1
        erasure.save(update_fields=["state", "attempts"])
        return True


def _carry_out(trust_id: int, erasure_id: int) -> None:
    with in_trust(trust_id):
        # First of all: who waits for an import that is being worked on holds nothing it needs.
        alone_until_the_end(LINES_OF_IMPORTS, trust_id)
        erasure = Erasure.objects.select_for_update().get(pk=erasure_id)
        with pghistory.context(person=erasure.asked_by_id, erasure=erasure_id):
            _check_still_right(erasure)
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT erase_records(%s)", [erasure_id])
            except DatabaseError as error:
                if getattr(error.__cause__, "sqlstate", None) == NAMED_IN_REPORT:
                    # A cause with a SQLSTATE is psycopg's error, which has a diagnosis.
                    raise _NamedInReport(int(error.__cause__.diag.message_detail)) from error  # type: ignore[union-attr]
                raise


def _which_report(trust_id: int, report_id: int) -> str:
    """Say which report names somebody who is to be erased, and what can be done."""
    with in_trust(trust_id):
        found = Report.objects.without_content().select_related("school", "trust", "term")
        report = found.get(pk=report_id)
        whose = str(report.school or report.trust)
        which = f"version {report.version}" if report.is_out else "the draft"
        todo = "Ask whoever looks after this server to see to it, then decide again."
        if not report.is_out:
            todo = "Take the name out of its words, make the draft again, then decide again."
        return (
            f"The report of {whose[:80]} for {str(report.term)[:60]} ({which}) names a pupil who"
            f" is to be erased. Reports are not changed unseen. {todo}"
        )


def _check_still_right(erasure: Erasure) -> None:
    """Ask that who decided may still decide it, and that what is due is still due."""
    access = next(
        (
            place.access
            for place in workplaces(erasure.asked_by_id)
            if place.access.trust_id == erasure.trust_id
        ),
        None,
    )
    if access is None or not access.may(Permission.ERASE):
        raise CannotErase("Whoever decided this may no longer erase records.")
    rows = set(erasure.items.values_list("kind", "row"))
    if erasure.reason == "retention":
        if not may_erase_due(access):
            raise CannotErase("Whoever decided this may no longer erase what is due.")
        due = due_records(access, today=timezone.localdate())
        if not rows <= {(str(each.kind), row) for each in due.kinds for row in each.rows}:
            raise CannotErase(
                "Something that was due is not any more, so nothing was erased. Look again at"
                " what is due."
            )
        return
    _check_may_erase(access, [row for kind, row in rows if kind == RecordKind.PUPIL])


def _check_may_erase(access: Access, pupil_ids: list[int]) -> None:
    for pupil_id in pupil_ids:
        file = pupil_file(access, pupil_id=pupil_id)
        if file is None or not file.may_for_school(Permission.ERASE):
            raise CannotErase(
                "This pupil's school is not that of whoever decided it any more, or the record"
                " was erased already."
            )


def _fail(trust_id: int, erasure_id: int, problem: str) -> None:
    with in_trust(trust_id):
        _end(erasure_id, problem)


def _end(erasure_id: int, problem: str) -> None:
    """Give a decision up; whom it was about is forgotten with it."""
    failed = Erasure.objects.filter(pk=erasure_id, state__in=_UNFINISHED)
    if failed.update(state=ErasureState.FAILED, problem=problem):
        Erasure.objects.get(pk=erasure_id).items.all().delete()
