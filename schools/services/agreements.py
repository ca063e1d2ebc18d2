"""Writing the agreement about an ARB: its people, contacts, lease, joint visits and funding.

The database has the last word on what can be, and what it refuses is said at the field.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TypedDict

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from parrcs.core.access import Access
from schools.models import (
    ARB,
    ARBFunding,
    ARBStaff,
    JointVisit,
    Lease,
    SafeguardingContact,
)
from schools.selectors.agreements import manages
from schools.services.seen import correct

type PartRow = ARBStaff | SafeguardingContact | Lease | JointVisit | ARBFunding


class StaffFacts(TypedDict):
    """What is said of somebody who works in an ARB."""

    name: str
    role: str
    leads: bool
    person_id: int | None
    starts_on: dt.date
    ends_on: dt.date | None


class ContactFacts(TypedDict):
    """What is said of a contact for safeguarding."""

    side: str
    name: str
    role: str
    email: str
    telephone: str


class LeaseFacts(TypedDict):
    """What is said of a lease."""

    starts_on: dt.date
    ends_on: dt.date
    notice_by: dt.date | None
    covers: str


class VisitFacts(TypedDict):
    """What is said of a joint visit."""

    on: dt.date
    who: str
    words: str


class FundingFacts(TypedDict):
    """What is said of the funding of a year."""

    year_id: int
    places: int
    band: str
    amount: Decimal
    share_by: str
    share_percent: Decimal | None
    share_amount: Decimal | None


class AgreementRefused(Exception):
    """Something that cannot be; says why in words, and of which of its facts."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


_REFUSALS = {
    "arb_staff_ends_after_start": ("ends_on", "This is before the first day."),
    "arb_contact_can_be_reached": ("telephone", "Enter a telephone number or an e-mail address."),
    "lease_ends_after_it_starts": ("ends_on", "The lease ends after it has started."),
    "notice_within_lease": ("notice_by", "Notice is given while the lease runs."),
    "one_lease_at_a_time": ("starts_on", "Another lease of this ARB holds on some of these days."),
    "joint_visit_once_a_day": ("on", "There is a joint visit on this day already."),
    "arb_funding_once_a_year": ("year_id", "The funding of this year is recorded already."),
    "arb_share_by_what_leads": ("share", "The host gets no more than the formula amount."),
}


def save_staff(
    *, by: Access, arb: ARB, row: ARBStaff | None, facts: StaffFacts, seen: str = ""
) -> ARBStaff:
    """Name somebody who leads an ARB or works in it, or correct that.

    As all of these: `seen` is the mark of what the person saw; raises `AgreementRefused`, and
    `ChangedMeanwhile` where something else stands by now.
    """
    return _save(by, arb, row or ARBStaff(arb=arb), facts, seen)


def save_contact(
    *, by: Access, arb: ARB, row: SafeguardingContact | None, facts: ContactFacts, seen: str = ""
) -> SafeguardingContact:
    """Add a contact for safeguarding on one side, or correct one."""
    return _save(by, arb, row or SafeguardingContact(arb=arb), facts, seen)


def save_lease(
    *, by: Access, arb: ARB, row: Lease | None, facts: LeaseFacts, seen: str = ""
) -> Lease:
    """Record a lease, or correct one; of another day people are reminded anew."""
    return _save(by, arb, row or Lease(arb=arb), facts, seen)


def save_visit(
    *, by: Access, arb: ARB, row: JointVisit | None, facts: VisitFacts, seen: str = ""
) -> JointVisit:
    """Record or plan a joint visit, or correct one."""
    return _save(by, arb, row or JointVisit(arb=arb), facts, seen)


def save_funding(
    *, by: Access, arb: ARB, row: ARBFunding | None, facts: FundingFacts, seen: str = ""
) -> ARBFunding:
    """Record the funding of a year, or correct it."""
    return _save(by, arb, row or ARBFunding(arb=arb), facts, seen)


def remove_part(*, by: Access, arb: ARB, row: PartRow) -> None:
    """Remove something from an agreement; its history stays."""
    _may_write(by, arb)
    row.delete()


@transaction.atomic
def _save[R: (ARBStaff, SafeguardingContact, Lease, JointVisit, ARBFunding)](
    by: Access, arb: ARB, row: R, facts: Mapping[str, object], seen: str
) -> R:
    _may_write(by, arb)
    if row.pk is None:
        for name, value in facts.items():
            setattr(row, name, value)
    else:
        rows = type(row)._default_manager.filter(pk=row.pk, arb=arb)
        held = rows.select_for_update().first()
        if held is None:
            raise AgreementRefused(None, "Somebody has removed this meanwhile.")
        row = held
        if not correct(row, facts, seen=seen):
            return row
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name not in _REFUSALS:
            raise
        raise AgreementRefused(*_REFUSALS[name]) from error
    return row


def _may_write(by: Access, arb: ARB) -> None:
    if not manages(by, arb):
        raise PermissionDenied
