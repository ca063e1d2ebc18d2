"""Recording that a pupil's PEP was done in a term."""

import datetime as dt
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.formats import date_format

from parrcs.core.access import Access
from pupils.models import TermlyPEP
from pupils.selectors.peps import PEPFile
from pupils.services.seen import correct
from schools.models import Term


class PEPFacts(TypedDict):
    """What is said of a PEP."""

    held_on: dt.date
    held_by: str
    quality: str


class PEPRefused(Exception):
    """A PEP that cannot be; says why in words, and of which of its facts."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


@transaction.atomic
def save_pep(*, by: Access, file: PEPFile, facts: PEPFacts, seen: str = "") -> TermlyPEP:
    """Say when a PEP was done and by whom, or correct that.

    `seen` is the mark of what the person saw, empty where there was none. Raises `PEPRefused`,
    and `ChangedMeanwhile` where something else stands by now.
    """
    if not file.may_write:
        raise PermissionDenied
    _check_in_term(file.term, facts["held_on"])
    rows = TermlyPEP.objects.visible_to(by).filter(pupil=file.pupil, term=file.term)
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        row = TermlyPEP(pupil=file.pupil, term=file.term, **facts)
    elif not correct(row, facts, seen=seen):
        return row
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name != "pep_once_a_term":
            raise
        raise PEPRefused(
            None, "Somebody has recorded this at the same moment. Open the page again."
        ) from error
    return row


def remove_pep(*, by: Access, file: PEPFile) -> None:
    """Take back that a PEP was done; history keeps what stood here."""
    if not file.may_write:
        raise PermissionDenied
    TermlyPEP.objects.visible_to(by).filter(pupil=file.pupil, term=file.term).delete()


def _check_in_term(term: Term, day: dt.date) -> None:
    """Ask for a day of the term, or of the holidays after it: later ones are the next term's."""
    after = Term.objects.filter(starts_on__gt=term.starts_on).order_by("starts_on").first()
    if day < term.starts_on:
        raise PEPRefused("held_on", f"{term} begins on {date_format(term.starts_on, 'j F Y')}.")
    if after is not None and day >= after.starts_on:
        raise PEPRefused("held_on", f"This day is in another term, {after}.")
