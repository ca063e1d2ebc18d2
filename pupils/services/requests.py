"""Recording placement requests for an ARB, our responses, and what the LA decided."""

import datetime as dt
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from parrcs.core.access import Access
from pupils.choices import LADecision
from pupils.models import PlacementRequest, Pupil
from pupils.selectors.requests import pupils_to_link
from schools.models import ARB
from schools.selectors.agreements import manages
from schools.services.seen import correct


class RequestFacts(TypedDict):
    """What is known of a request, of our response to it, and of the LA's decision."""

    child: str
    born_on: dt.date
    primary_need: str
    authority: str
    requested_on: dt.date
    wanted_from: dt.date
    response: str
    responded_on: dt.date | None
    decision: str
    decided_on: dt.date | None


class RequestRefused(Exception):
    """A request that cannot be; says why in words, and of which of its facts."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


_REFUSALS = {
    "request_after_birth": ("born_on", "The child was born before the request."),
    "request_response_with_its_day": (
        "responded_on",
        "A response has words and a day, and that day is not before the request.",
    ),
    "request_decision_with_its_day": (
        "decided_on",
        "A decision has its day, and that is not before the request.",
    ),
    "request_pupil_only_if_named": (
        "decision",
        "The request is linked to a pupil. Take the link away first.",
    ),
}


@transaction.atomic
def save_request(
    *,
    by: Access,
    arb: ARB,
    row: PlacementRequest | None,
    facts: RequestFacts,
    seen: str = "",
) -> PlacementRequest:
    """Record a request, or correct it; history keeps what it said before.

    `seen` is the mark of what the person saw. Raises `RequestRefused`, and `ChangedMeanwhile`
    where something else stands by now.
    """
    _may_write(by, arb)
    if row is None:
        row = PlacementRequest(arb=arb, **facts)
    else:
        row = _locked(arb, row)
        if not correct(row, facts, seen=seen):
            return row
        if row.pupil_id is not None and row.pupil and row.pupil.born_on != row.born_on:
            raise RequestRefused("born_on", "The pupil linked to this was born on another day.")
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name not in _REFUSALS:
            raise
        raise RequestRefused(*_REFUSALS[name]) from error
    return row


@transaction.atomic
def link_pupil(*, by: Access, arb: ARB, row: PlacementRequest, pupil: Pupil | None) -> None:
    """Say whom a named child has become on our roll; with nobody, take the link away.

    Raises `RequestRefused` where the child was not named, or cannot be that pupil.
    """
    _may_write(by, arb)
    row = _locked(arb, row)
    if pupil is not None:
        if row.decision != LADecision.NAMED:
            raise RequestRefused("pupil", "The LA has not named the ARB for this child.")
        if pupil not in pupils_to_link(by, request=row):
            raise RequestRefused("pupil", "Choose a pupil of the ARB who was born that day.")
    row.pupil = pupil
    row.save(update_fields=["pupil"])


def remove_request(*, by: Access, arb: ARB, row: PlacementRequest) -> None:
    """Remove a request that was recorded by mistake."""
    _may_write(by, arb)
    row.delete()


def _locked(arb: ARB, row: PlacementRequest) -> PlacementRequest:
    held = PlacementRequest.objects.filter(pk=row.pk, arb=arb).select_for_update(of=("self",))
    found = held.first()
    if found is None:
        raise RequestRefused(None, "Somebody has removed this request meanwhile.")
    return found


def _may_write(by: Access, arb: ARB) -> None:
    if not manages(by, arb):
        raise PermissionDenied
