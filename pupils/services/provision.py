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
from pupils.services.seen import correct
from schools.models import Term


class ProvisionFacts(TypedDict):
    """What is known of a provision."""

    kind: str
    aim: str
    how_often: str
    starts_on: dt.date
    ends_on: dt.date | None


class ReviewFacts(TypedDict):
    """What a review says of a term."""

    progress: int
    comment: str


class ProvisionRefused(Exception):
    """A provision that cannot be; says why in words, and of which of its facts."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


def add_provision(*, by: Access, file: PupilFile, facts: ProvisionFacts) -> Provision:
    """Give a pupil a provision. Raises `ProvisionRefused`."""
    _check(by, file, Permission.EDIT_PLANS)
    _check_days(file, facts["starts_on"], facts["ends_on"])
    return Provision.objects.create(pupil=file.pupil, **facts)


@transaction.atomic
def change_provision(
    *, by: Access, file: PupilFile, provision: Provision, facts: ProvisionFacts, seen: str
) -> None:
    """Correct a provision, or say when it ends; history keeps what it was before.

    A term for which it was reviewed stays within its dates. `seen` is the mark of what the person
    saw. Raises `ProvisionRefused`, and `ChangedMeanwhile` where something else stands by now.
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
    if correct(provision, facts, seen=seen):
        provision.save(update_fields=[*facts])


@transaction.atomic
def end_provision(
    *, by: Access, file: PupilFile, provision: Provision, ends_on: dt.date, seen: str
) -> None:
    """Say on which day a provision ends, or ended. Raises as `change_provision` does."""
    facts: ProvisionFacts = {**facts_of(_locked(by, file, provision)), "ends_on": ends_on}
    change_provision(by=by, file=file, provision=provision, facts=facts, seen=seen)


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
    *,
    by: Access,
    file: PupilFile,
    provision: Provision,
    term: Term,
    facts: ReviewFacts,
    seen: str,
) -> None:
    """Say how far a provision brought the pupil in a term; again replaces what was said.

    `seen` is the mark of the review that the person saw, empty for none. Raises
    `ProvisionRefused` for a term in which it did not run or that has not begun, and
    `ChangedMeanwhile` where another review of the term stands by now.
    """
    _check(by, file, Permission.RECORD)
    provision = _locked(by, file, provision)
    if term not in terms_to_review(file, provision=provision):
        raise ProvisionRefused(None, f"It did not run in {term}.")
    review = ProvisionReview.objects.filter(provision=provision, term=term).first()
    if review is None:
        review = ProvisionReview(provision=provision, term=term, **facts)
    elif not correct(review, facts, seen=seen):
        return
    review.reviewed_by_id = by.person_id
    review.save()


def _locked(by: Access, file: PupilFile, provision: Provision) -> Provision:
    """Return the provision as it is now; who else writes to it waits."""
    found = provisions_of(by, file=file).prefetch_related(None).filter(pk=provision.pk)
    held = found.select_for_update(of=("self",)).first()
    if held is None:
        raise ProvisionRefused(None, "This provision is no longer there.")
    return held


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
