"""Giving a pupil a provision, ending it, and saying each term what came of it."""

import datetime as dt
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission
from pupils.models import Provision, ProvisionReview
from pupils.selectors.provision import provisions_of, terms_to_review
from pupils.selectors.pupils import PupilFile
from schools.models import Term


class ProvisionFacts(TypedDict):
    """What is known of a provision."""

    kind: str
    aim: str
    how_often: str
    starts_on: dt.date
    ends_on: dt.date | None


class ProvisionRefused(Exception):
    """A provision that cannot be; says why in words, and of which of its facts."""

    def __init__(self, part: str, words: str) -> None:
        super().__init__(words)
        self.part = part


def add_provision(*, by: Access, file: PupilFile, facts: ProvisionFacts) -> Provision:
    """Give a pupil a provision. Raises `ProvisionRefused`."""
    _check(by, file, Permission.EDIT_PLANS)
    _check_days(file, facts["starts_on"], facts["ends_on"])
    return Provision.objects.create(pupil=file.pupil, **facts)


@transaction.atomic
def change_provision(
    *, by: Access, file: PupilFile, provision: Provision, facts: ProvisionFacts
) -> None:
    """Correct a provision, or say when it ends; history keeps what it was before.

    A term for which it was reviewed stays within its dates. Raises `ProvisionRefused`.
    """
    _check(by, file, Permission.EDIT_PLANS)
    _check_days(file, facts["starts_on"], facts["ends_on"])
    provision = _locked(by, file, provision)
    for review in ProvisionReview.objects.filter(provision=provision).select_related("term"):
        if facts["starts_on"] > review.term.ends_on:
            raise ProvisionRefused(
                "starts_on", f"It is reviewed for {review.term}, so it began by the end of that."
            )
        if facts["ends_on"] and facts["ends_on"] < review.term.starts_on:
            raise ProvisionRefused(
                "ends_on", f"It is reviewed for {review.term}, so it did not end before that."
            )
    for name, value in facts.items():
        setattr(provision, name, value)
    provision.save(update_fields=[*facts])


@transaction.atomic
def end_provision(*, by: Access, file: PupilFile, provision: Provision, ends_on: dt.date) -> None:
    """Say on which day a provision ends, or ended. Raises `ProvisionRefused` about `ends_on`."""
    facts: ProvisionFacts = {**facts_of(_locked(by, file, provision)), "ends_on": ends_on}
    change_provision(by=by, file=file, provision=provision, facts=facts)


def facts_of(provision: Provision) -> ProvisionFacts:
    """Return what is known of a provision."""
    return {
        "kind": provision.kind,
        "aim": provision.aim,
        "how_often": provision.how_often,
        "starts_on": provision.starts_on,
        "ends_on": provision.ends_on,
    }


@transaction.atomic
def review_provision(
    *, by: Access, file: PupilFile, provision: Provision, term: Term, progress: int, comment: str
) -> None:
    """Say how far a provision brought the pupil in a term; again replaces what was said.

    Raises `ProvisionRefused` for a term in which it did not run or that has not begun.
    """
    _check(by, file, Permission.RECORD)
    provision = _locked(by, file, provision)
    if term not in terms_to_review(file, provision=provision):
        raise ProvisionRefused("term", f"It did not run in {term}.")
    ProvisionReview.objects.update_or_create(
        provision=provision,
        term=term,
        defaults={"progress": progress, "comment": comment, "reviewed_by_id": by.person_id},
    )


def _locked(by: Access, file: PupilFile, provision: Provision) -> Provision:
    """Return the provision as it is now; who else writes to it waits."""
    found = provisions_of(by, file=file).prefetch_related(None)
    return found.select_for_update(of=("self",)).get(pk=provision.pk)


def _check_days(file: PupilFile, starts_on: dt.date, ends_on: dt.date | None) -> None:
    if ends_on and ends_on < starts_on:
        raise ProvisionRefused("ends_on", "This is before the provision starts.")
    if starts_on < file.pupil.born_on:
        raise ProvisionRefused("starts_on", "This is before the pupil was born.")
    if file.seen_until and starts_on > file.seen_until:
        last_day = date_format(file.seen_until, "j F Y")
        raise ProvisionRefused(
            "starts_on", f"{file.pupil} left on {last_day}. A provision begins by then."
        )


def _check(by: Access, file: PupilFile, permission: Permission) -> None:
    if not file.lets(by, permission):
        raise PermissionDenied
