"""The demo's agreements about ARBs: most of them whole, and some with what a trust lead looks for.

Tide ARB, whose head and host link have accounts, lacks nothing but a lease that soon ends.
"""

import datetime as dt
import random
from decimal import Decimal

from parrcs.core.access import Role
from pupils.choices import LADecision, PrimaryNeed, Sex
from pupils.models import Placement, PlacementRequest
from reporting.services.demo.material import Namer
from schools.choices import ShareBy, Side
from schools.models import (
    ARB,
    AcademicYear,
    ARBFunding,
    ARBStaff,
    JointVisit,
    Lease,
    Membership,
    SafeguardingContact,
)

# What is missing, or due, by ARB; the others are whole.
NO_HOST_CONTACT = "Creek ARB"
NO_LEASE = "Rockpool ARB"
NO_VISIT = "Skerry ARB"
LEASE_ENDS_IN = {"Tide ARB": 160, "Driftwood ARB": 80}

BANDS = ("Band C", "Band D")
PER_PLACE = {"Band C": Decimal("17850.00"), "Band D": Decimal("20415.50")}
COVERS = (
    "Two classrooms, a small room for quiet work and the garden beside it. Shared: hall and"
    " dining room in lesson time. Heating, cleaning and maintenance by the host."
)
SEEN = (
    "Calm starts to the day and clear visual timetables. Agreed: the host's teachers join the"
    " training on communication in the spring.",
    "Pupils take part in music and PE with their year groups. Agreed: one person at the host's"
    " front desk knows every transport arrangement.",
    "Books in the base match those next door. Agreed: a shared rota for the playground.",
)
AUTHORITIES = ("Kernow Council", "Tamar Valley Council")
YES = "We can meet the needs set out in the plan with the staff and rooms there are."
NO = "All places are in use, and the group's ages would not suit. We said so with the numbers."


def save_agreements(*, on: dt.date, rng: random.Random) -> None:
    """Write the agreement, fundings and placement requests of each ARB. Needs `in_trust`."""
    namer, month = Namer(rng), dt.timedelta(days=30)
    years = list(AcademicYear.objects.filter(starts_on__lte=on).order_by("starts_on"))
    for arb in ARB.objects.select_related("host", "school").order_by("name"):
        _staff(arb, on, namer, rng)
        _contacts(arb, namer)
        if arb.name != NO_LEASE:
            ends = on + dt.timedelta(days=LEASE_ENDS_IN.get(arb.name, rng.randrange(700, 1800)))
            Lease.objects.create(
                arb=arb,
                starts_on=arb.opened_on,
                ends_on=ends,
                notice_by=ends - 6 * month,
                covers=COVERS,
            )
        visits = [] if arb.name == NO_VISIT else [-15, -9, -2, 3]
        for number, months in enumerate(visits):
            JointVisit.objects.create(
                arb=arb,
                on=on + months * month + dt.timedelta(days=rng.randrange(7)),
                who=f"Helen Carne for the trust, the head of {arb.host.name}",
                words=SEEN[number % len(SEEN)] if months < 0 else "",
            )
        placed = Placement.objects.filter(arb=arb).on(on).count()
        for year in years[-3:]:
            _funding(arb, year, placed + rng.randrange(0, 3), rng)
        _requests(arb, on, namer, rng)


def _staff(arb: ARB, on: dt.date, namer: Namer, rng: random.Random) -> None:
    head = Membership.objects.live().filter(arb=arb, role=Role.HEAD).first()
    name = head.person.name if head else _name(namer, rng)
    ARBStaff.objects.create(
        arb=arb,
        name=name,
        role="Lead teacher, SENDCO",
        leads=True,
        person=head.person if head else None,
        starts_on=arb.opened_on,
    )
    taught = Membership.objects.live().filter(class_group__arb=arb, role=Role.TEACHER)
    for teacher in taught.select_related("person").order_by("person__name"):
        ARBStaff.objects.create(
            arb=arb,
            name=teacher.person.name,
            role="Class teacher",
            person=teacher.person,
            starts_on=on - dt.timedelta(days=rng.randrange(80, 900)),
        )
    ARBStaff.objects.create(
        arb=arb,
        name=_name(namer, rng),
        role="Higher-level teaching assistant",
        starts_on=on - dt.timedelta(days=rng.randrange(80, 900)),
    )
    ARBStaff.objects.create(
        arb=arb,
        name=_name(namer, rng),
        role="Teaching assistant",
        starts_on=arb.opened_on,
        ends_on=on - dt.timedelta(days=rng.randrange(100, 300)),
    )


def _contacts(arb: ARB, namer: Namer) -> None:
    number = 100 + (arb.pk or 0) % 800
    rng = random.Random(arb.name)  # noqa: S311 - a story, no secret
    for side in Side:
        if side == Side.HOST and arb.name == NO_HOST_CONTACT:
            continue
        mail = "harbour" if side == Side.TRUST else arb.host.name.split()[0].lower()
        SafeguardingContact.objects.create(
            arb=arb,
            side=side,
            name=_name(namer, rng),
            role="Designated safeguarding lead",
            telephone=f"01632 960 {number}",
            email=f"safeguarding@{mail}.example",
        )


def _funding(arb: ARB, year: AcademicYear, places: int, rng: random.Random) -> None:
    band = rng.choice(BANDS)
    amount = PER_PLACE[band] * places
    by_percent = len(arb.name) % 3 != 0
    ARBFunding.objects.create(
        arb=arb,
        year=year,
        places=places,
        band=band,
        amount=amount,
        share_by=ShareBy.PERCENT if by_percent else ShareBy.AMOUNT,
        share_percent=Decimal("6.25") if by_percent else None,
        share_amount=None if by_percent else Decimal("14500.00"),
    )


def _requests(arb: ARB, on: dt.date, namer: Namer, rng: random.Random) -> None:
    """Record five requests: one new, one answered, and three decided; one child has come."""
    joined = Placement.objects.filter(arb=arb).on(on).order_by("-starts_on", "pk").first()
    decided = (LADecision.NAMED, LADecision.NOT_NAMED, LADecision.WITHDRAWN)
    for number, back in enumerate((9, 40, 120, 190, 260)):
        asked = on - dt.timedelta(days=back)
        decision = decided[number - 2] if number > 1 else ""
        pupil = joined.pupil if joined and decision == LADecision.NAMED else None
        first, last = _name(namer, rng).split(" ", 1)
        PlacementRequest.objects.create(
            arb=arb,
            child=str(pupil) if pupil else f"{first[0]}. {last[0]}.",
            born_on=pupil.born_on if pupil else on - dt.timedelta(days=rng.randrange(1900, 3800)),
            primary_need=pupil.primary_need
            if pupil
            else rng.choice((PrimaryNeed.ASD, PrimaryNeed.SLCN, PrimaryNeed.MLD)),
            authority=rng.choice(AUTHORITIES),
            requested_on=asked,
            wanted_from=asked + dt.timedelta(days=75),
            response="" if number == 0 else (NO if decision == LADecision.NOT_NAMED else YES),
            responded_on=None if number == 0 else asked + dt.timedelta(days=11),
            decision=decision,
            decided_on=asked + dt.timedelta(days=38) if decision else None,
            pupil=pupil,
        )


def _name(namer: Namer, rng: random.Random) -> str:
    first, last, _ = namer.name(rng.choice(list(Sex)))
    return f"{first} {last}"
