"""The worker's half of an import: checked, applied and undone, whatever is killed in the middle.

The row of the import is the truth. A message only says that there is something to do, so each
function here may be called again for the same import, or twice at once, and does it once.
"""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta

import pghistory
from django.db.models import F, Q
from django.utils import timezone

from exchange.choices import ImportState
from exchange.models import Import, ImportLine
from exchange.models.imports import DAYS_TO_UNDO
from exchange.services.bells import ring
from exchange.services.carrying_out import CannotCarryOut, Stopped, apply, check, undo
from parrcs.core.access import Access, Permission
from parrcs.core.jobs import (
    IMPORTS,
    LINES_OF_IMPORTS,
    MOST_ATTEMPTS,
    TIME_TO_HEAR,
    only_here,
    share_until_the_end,
    someone_is_at,
)
from parrcs.core.tenancy import in_trust
from schools.models import Trust
from schools.selectors.people import workplaces

logger = logging.getLogger(__name__)

type Step = Callable[[int, Import, Callable[[Import], Access]], None]

# What is done in a state, for whom, and the state that an import goes back to if it fails.
_STEPS: dict[str, tuple[Step, str, ImportState]] = {
    ImportState.CHECKING: (check, "sent_by_id", ImportState.REFUSED),
    ImportState.APPLYING: (apply, "applied_by_id", ImportState.CHECKED),
    ImportState.UNDOING: (undo, "undone_by_id", ImportState.APPLIED),
}
_OUR_FAULT = (
    "Something went wrong in the middle. The fault is ours and has been written down. Nothing was"
    " changed."
)


def go_on(*, trust_id: int, import_id: int) -> None:
    """Do what an import waits for, unless that is done or is being done elsewhere."""
    with only_here(IMPORTS, import_id) as mine:
        if not mine:
            return
        run = _start(trust_id, import_id)
        if run is None:
            return
        step, _who, _back = _STEPS[run.state]
        # What a check writes is taken back with its history, so there is nobody to name in it.
        who = {"person": _person(run), "imported": import_id}
        known = nullcontext() if run.state == ImportState.CHECKING else pghistory.context(**who)
        try:
            with known:
                step(trust_id, run, _access_still_held)
        except Stopped:
            logger.info("import %s was stopped", import_id)
        except CannotCarryOut as reason:
            _fail(trust_id, run, str(reason))
        except Exception:
            # Should the database itself be away, this fails too: the import then still counts
            # as under way, and is found when the database is back.
            logger.exception("import %s failed", import_id)
            _fail(trust_id, run, _OUR_FAULT)


def ring_for_waiting() -> None:
    """Ring again for every import under way although no worker is at it, or give it up."""
    # The trusts themselves have no policy: they are what the register of schools says.
    for trust_id in Trust.objects.values_list("id", flat=True):
        with in_trust(trust_id):
            for run in Import.objects.unfinished().defer("content").order_by("asked_at"):
                just_asked = run.attempts == 0 and run.asked_at > timezone.now() - TIME_TO_HEAR
                if just_asked or someone_is_at(IMPORTS, run.pk):
                    continue
                if run.attempts >= MOST_ATTEMPTS:
                    _give_up(run)
                else:
                    ring(trust_id=trust_id, import_id=run.pk)


def forget_old() -> None:
    """Empty the files and lines of imports that cannot be undone any more.

    Which line brought which pupil stays, and so does how many lines did what. What was never
    applied goes altogether.
    """
    old = timezone.now() - timedelta(days=DAYS_TO_UNDO)
    for trust_id in Trust.objects.values_list("id", flat=True):
        with in_trust(trust_id):
            share_until_the_end(LINES_OF_IMPORTS, trust_id)
            Import.objects.filter(
                state__in=(ImportState.CHECKED, ImportState.REFUSED), sent_at__lt=old
            ).delete()
            # Once for both: what is asked for in between is neither half forgotten nor kept.
            done = list(
                Import.objects.select_for_update()
                .filter(
                    Q(state=ImportState.APPLIED) | Q(state=ImportState.UNDONE),
                    applied_at__lt=old,
                    content__isnull=False,
                )
                .values_list("pk", flat=True)
            )
            ImportLine.objects.filter(run__in=done).update(
                texts=[], about="", problems=[], changes=[], traces={}, left=""
            )
            Import.objects.filter(pk__in=done).update(content=None)


def _start(trust_id: int, import_id: int) -> Import | None:
    """Count an attempt and return the import; None when there is nothing to do, or no more."""
    with in_trust(trust_id):
        run = Import.objects.select_for_update().defer("content").filter(pk=import_id).first()
        if run is None or not run.unfinished:
            return None
        if run.attempts >= MOST_ATTEMPTS:
            _give_up(run)
            return None
        if run.state == ImportState.WAITING:
            run.state = ImportState.CHECKING
        run.attempts += 1
        run.done_lines, run.step = 0, run.get_state_display()
        run.save(update_fields=["state", "attempts", "done_lines", "step"])
        return run


def _person(run: Import) -> int:
    """Return who asked for what is done now."""
    person_id: int = getattr(run, _STEPS[run.state][1])
    return person_id


def _access_still_held(run: Import) -> Access:
    """Return what the asker may do now, or stop when they lost the right to meanwhile."""
    access = next(
        (
            place.access
            for place in workplaces(_person(run))
            if place.access.trust_id == run.trust_id
        ),
        None,
    )
    if access is None or not Import.objects.visible_to(access).filter(pk=run.pk).exists():
        raise CannotCarryOut("Whoever asked for this may no longer import files here.")
    if not access.may(Permission.IMPORT):
        raise CannotCarryOut("Whoever asked for this may no longer import files.")
    return access


def _fail(trust_id: int, run: Import, problem: str) -> None:
    with in_trust(trust_id):
        Import.objects.filter(pk=run.pk, state=run.state).update(
            state=_STEPS[run.state][2], problem=problem, step=""
        )


def _give_up(run: Import) -> None:
    """End what was tried too often, unless it has ended in the meantime."""
    state = ImportState.CHECKING if run.state == ImportState.WAITING else run.state
    Import.objects.filter(pk=run.pk, state=run.state, attempts__gte=MOST_ATTEMPTS).update(
        state=_STEPS[state][2],
        step="",
        attempts=F("attempts"),
        problem=f"This was started {run.attempts} times and each time the worker stopped before"
        " the end. Nothing was changed. Whoever looks after this server can find out why.",
    )
