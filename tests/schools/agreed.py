"""What forms about an ARB's agreement are filled in with, and one that lacks nothing."""

import datetime as dt
from decimal import Decimal

from schools.choices import ShareBy, Side
from schools.models import (
    ARB,
    AcademicYear,
    ARBFunding,
    ARBStaff,
    JointVisit,
    Lease,
    SafeguardingContact,
)

STAFF = {
    "name": "Morwenna Hale",
    "role": "Teacher in charge",
    "leads": "True",
    "person_id": "",
    "starts_on": "2026-09-01",
    "ends_on": "",
}
CONTACT = {
    "side": "host",
    "name": "Kit Angove",
    "role": "Designated safeguarding lead",
    "telephone": "01736 555 010",
    "email": "dsl@penwith.example",
}
LEASE = {
    "starts_on": "2022-09-01",
    "ends_on": "2032-08-31",
    "notice_by": "2031-08-31",
    "covers": "Two classrooms and the garden",
}
VISIT = {"on": "2026-10-12", "who": "Helen Carne, Kit Angove", "words": "Calm starts"}


def funding(year: AcademicYear, **changes: str) -> dict[str, str]:
    """Return the form of a year's funding."""
    return {
        "year_id": str(year.pk),
        "places": "10",
        "band": "Band 3",
        "amount": "£123,456.79",
        "share_by": "percent",
        "share": "7.5",
    } | changes


def whole_agreement(arb: ARB, year: AcademicYear, *, today: dt.date) -> None:
    """Give an ARB all that an agreement holds, with nothing missing or due."""
    month = dt.timedelta(days=30)
    ARBStaff.objects.create(
        arb=arb, name="Morwenna Hale", role="Teacher", leads=True, starts_on=today - month
    )
    for side in Side:
        SafeguardingContact.objects.create(
            arb=arb, side=side, name=f"Kit {side}", role="DSL", telephone="01736 555010"
        )
    Lease.objects.create(
        arb=arb, starts_on=today - month, ends_on=today + 40 * month, covers="Two rooms"
    )
    for when in (today - month, today + month):
        JointVisit.objects.create(arb=arb, on=when, who="Both", words="Seen and agreed")
    give_funding(arb, year)


def give_funding(
    arb: ARB,
    year: AcademicYear,
    *,
    amount: str = "1000.00",
    percent: str | None = "7.50",
    fixed: str | None = None,
    places: int = 10,
) -> ARBFunding:
    """Record the funding of a year."""
    return ARBFunding.objects.create(
        arb=arb,
        year=year,
        places=places,
        band="B",
        amount=Decimal(amount),
        share_by=ShareBy.AMOUNT if fixed else ShareBy.PERCENT,
        share_percent=None if fixed else Decimal(percent),
        share_amount=Decimal(fixed) if fixed else None,
    )
