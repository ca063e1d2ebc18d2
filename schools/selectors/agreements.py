"""The agreement about an ARB as a person reads it, and what is missing in it or due."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission, Role
from schools.choices import LeaseDay, Side
from schools.measures import REMIND_MONTHS, months_before, reminder_due
from schools.models import (
    ARB,
    AcademicYear,
    ARBFunding,
    ARBStaff,
    JointVisit,
    Lease,
    Membership,
    SafeguardingContact,
    User,
)

VISIT_EVERY_MONTHS = 12

# Who works in a school or an ARB; governors and contacts of the host do not.
_STAFF_ROLES = (Role.TEACHER, Role.ASSESSMENT_LEAD, Role.INCLUSION_LEAD, Role.HEAD)


@dataclass(frozen=True)
class Finding:
    """One thing that is missing in an agreement or due, in words; `now` for what cannot wait."""

    words: str
    now: bool


@dataclass(frozen=True)
class Deadline:
    """A day of a lease that is a year away at most, and which reminder of it is due."""

    lease: Lease
    of: LeaseDay
    day: dt.date
    months: int

    @property
    def words(self) -> str:
        """The day in a sentence."""
        what = "The lease ends on" if self.of == LeaseDay.END else "Notice is due by"
        return f"{what} {date_format(self.day, 'j F Y')}."


@dataclass(frozen=True)
class FundedYear:
    """What the host gets in a year; all of the funding only for who manages the ARB."""

    year: AcademicYear
    host: Decimal
    funding: ARBFunding | None


@dataclass(frozen=True)
class Agreement:
    """What a person reads of the agreement about an ARB.

    Who only sees the ARB reads its people and contacts; lease, visits and the host's share are
    for who reads agreements.
    """

    arb: ARB
    today: dt.date
    year: AcademicYear | None
    reads: bool
    manages: bool
    everyone: Sequence[ARBStaff]
    contacts: Mapping[str, Sequence[SafeguardingContact]]
    leases: Sequence[Lease]
    visits: Sequence[JointVisit]
    years: Sequence[FundedYear]

    @property
    def staff(self) -> Sequence[ARBStaff]:
        """Those who work there today or will, the lead first."""
        return [s for s in self.everyone if s.ends_on is None or s.ends_on >= self.today]

    @property
    def former(self) -> Sequence[ARBStaff]:
        """Those who have left."""
        return [s for s in self.everyone if s.ends_on is not None and s.ends_on < self.today]

    @property
    def leads(self) -> Sequence[ARBStaff]:
        """Those who lead it today."""
        return [s for s in self.staff if s.leads and s.starts_on <= self.today]

    @property
    def sides(self) -> Sequence[tuple[str, str, Sequence[SafeguardingContact]]]:
        """Each side with its name and its contacts for safeguarding, which may be none."""
        names = {Side.TRUST: "The trust", Side.HOST: self.arb.host.name}
        return [(side.value, names[side], self.contacts.get(side, ())) for side in Side]

    @property
    def lease(self) -> Lease | None:
        """The lease that holds today, else the next one; None where the last has ended."""
        live = [each for each in self.leases if each.ends_on >= self.today]
        return live[-1] if live else None

    @property
    def other_leases(self) -> Sequence[Lease]:
        """The leases before and after it."""
        return [each for each in self.leases if each != self.lease]

    @property
    def deadlines(self) -> Sequence[Deadline]:
        """The days of the lease that are a year away at most."""
        if self.lease is None:
            return []
        return deadlines_of(self.lease, self.leases, self.today)

    @property
    def last_visit(self) -> JointVisit | None:
        """The joint visit that was last."""
        return next((each for each in self.visits if each.on <= self.today), None)

    @property
    def next_visit(self) -> JointVisit | None:
        """The joint visit that is planned next."""
        return next((each for each in self.visits[::-1] if each.on > self.today), None)

    @property
    def other_visits(self) -> Sequence[JointVisit]:
        """Earlier visits, and those after the next."""
        return [v for v in self.visits if v not in (self.last_visit, self.next_visit)]

    @property
    def funded(self) -> ARBFunding | None:
        """The funding of the year that runs."""
        return next((each.funding for each in self.years if each.year == self.year), None)

    @property
    def findings(self) -> Sequence[Finding]:
        """What is missing or due, what cannot wait first."""
        found = [*self._people(), *self._lease(), *self._visits()]
        if self.year is not None and self.funded is None:
            found.append(Finding(f"No funding is recorded for {self.year}.", now=False))
        return sorted(found, key=lambda each: not each.now)

    def _people(self) -> list[Finding]:
        found = []
        if not self.leads:
            found.append(Finding("No lead is named.", now=True))
        for _side, name, held in self.sides:
            if not held:
                where = "at the trust" if name == "The trust" else f"at {name}"
                found.append(Finding(f"No contact for safeguarding {where}.", now=True))
        return found

    def _lease(self) -> list[Finding]:
        if self.lease is not None:
            return [Finding(d.words, now=d.months == min(REMIND_MONTHS)) for d in self.deadlines]
        if not self.leases:
            return [Finding("No lease is recorded.", now=True)]
        ended = date_format(self.leases[0].ends_on, "j F Y")
        return [Finding(f"The lease ended on {ended}.", now=True)]

    def _visits(self) -> list[Finding]:
        found, last = [], self.last_visit
        if last is None:
            found.append(Finding("No joint visit has been held.", now=False))
        else:
            day = date_format(last.on, "j F Y")
            if last.on < months_before(self.today, VISIT_EVERY_MONTHS):
                found.append(Finding(f"The last joint visit was on {day}.", now=False))
            if not last.words:
                found.append(Finding(f"Nothing is written on the visit of {day}.", now=False))
        if self.next_visit is None:
            found.append(Finding("No joint visit is planned.", now=False))
        return found


def deadlines_of(lease: Lease, leases: Collection[Lease], today: dt.date) -> list[Deadline]:
    """Return the days of a lease to be reminded of by today.

    None before it has begun, and none once another one follows it.
    """
    if lease.starts_on > today or any(each.starts_on > lease.ends_on for each in leases):
        return []
    days = ((LeaseDay.NOTICE, lease.notice_by), (LeaseDay.END, lease.ends_on))
    due = [(of, day, reminder_due(day, today)) for of, day in days if day is not None]
    return [Deadline(lease, of, day, months) for of, day, months in due if months is not None]


def agreement(access: Access, arb: ARB, *, today: dt.date) -> Agreement:
    """Return what the person reads of the agreement about one ARB."""
    return agreements(access, [arb], today=today)[arb.pk]


def agreements(access: Access, arbs: Sequence[ARB], *, today: dt.date) -> dict[int, Agreement]:
    """Return what the person reads of the agreements about some ARBs that they see, by id."""
    reads, manages = (
        access.reach(each) for each in (Permission.READ_AGREEMENTS, Permission.MANAGE_ARBS)
    )
    staff = _by_arb(staff_of(access).filter(arb__in=arbs))
    contacts = _by_arb(contacts_of(access).filter(arb__in=arbs))
    leases = _by_arb(leases_of(access).filter(arb__in=arbs))
    visits = _by_arb(visits_of(access).filter(arb__in=arbs))
    years = _by_arb(fundings_of(access).filter(arb__in=arbs))
    now = year_of(today)
    found = {}
    for arb in arbs:
        sides = defaultdict(list)
        for contact in contacts[arb.pk]:
            sides[contact.side].append(contact)
        here = {"school_id": arb.school_id, "arb_id": arb.pk}
        in_full = manages.covers(**here)
        found[arb.pk] = Agreement(
            arb,
            today,
            now,
            reads.covers(**here),
            in_full,
            staff[arb.pk],
            sides,
            leases[arb.pk],
            visits[arb.pk],
            [FundedYear(f.year, f.split.host, f if in_full else None) for f in years[arb.pk]],
        )
    return found


def _by_arb[R: (ARBStaff, SafeguardingContact, Lease, JointVisit, ARBFunding)](
    rows: QuerySet[R],
) -> dict[int, list[R]]:
    held: dict[int, list[R]] = defaultdict(list)
    for row in rows:
        held[row.arb_id].append(row)
    return held


def year_of(today: dt.date) -> AcademicYear | None:
    """Return the school year around a day."""
    return AcademicYear.objects.filter(starts_on__lte=today, ends_on__gte=today).first()


def manages(access: Access, arb: ARB) -> bool:
    """Say whether the person writes the agreement about this ARB."""
    return access.reach(Permission.MANAGE_ARBS).covers(school_id=arb.school_id, arb_id=arb.pk)


def managed_arbs(access: Access, *, today: dt.date | None = None) -> QuerySet[ARB]:
    """Return the ARBs whose agreement the person writes; with a day, those open on it."""
    reach = access.reach(Permission.MANAGE_ARBS)
    rows = ARB.objects.visible_to(access).select_related("school", "host")
    if not reach.whole_trust:
        rows = rows.filter(Q(school__in=reach.school_ids) | Q(id__in=reach.arb_ids))
    if today is None:
        return rows
    return rows.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=today))


def staff_of(access: Access) -> QuerySet[ARBStaff]:
    """Return who leads and works in the ARBs that the person sees, the leads first."""
    return ARBStaff.objects.visible_to(access).select_related("person")


def contacts_of(access: Access) -> QuerySet[SafeguardingContact]:
    """Return the contacts for safeguarding of the ARBs that the person sees."""
    return SafeguardingContact.objects.visible_to(access)


def leases_of(access: Access) -> QuerySet[Lease]:
    """Return the leases that the person reads, the latest first."""
    return Lease.objects.visible_to(access)


def visits_of(access: Access) -> QuerySet[JointVisit]:
    """Return the joint visits that the person reads, the latest first."""
    return JointVisit.objects.visible_to(access)


def fundings_of(access: Access) -> QuerySet[ARBFunding]:
    """Return the fundings of which the person reads at least the host's share, latest first."""
    return ARBFunding.objects.visible_to(access).select_related("year", "arb")


def places_funded(access: Access, arbs: Collection[ARB], *, year_id: int) -> dict[int, int]:
    """Return how many places are funded in a year, by ARB: for whoever sees the ARB."""
    rows = ARBFunding.objects.filter(arb__in=ARB.objects.visible_to(access), year=year_id)
    return dict(rows.filter(arb__in=arbs).order_by().values_list("arb", "places"))


def due_by(access: Access, *, today: dt.date) -> list[Deadline]:
    """Return the days of leases to be reminded of, in the ARBs that the person manages."""
    arbs = managed_arbs(access, today=today)
    held = _by_arb(leases_of(access).filter(arb__in=arbs).select_related("arb__school"))
    found = [
        deadline
        for leases in held.values()
        for lease in leases
        for deadline in deadlines_of(lease, leases, today)
    ]
    return sorted(found, key=lambda each: (each.day, each.lease.pk))


def colleagues(access: Access, arb: ARB) -> QuerySet[User]:
    """Return the accounts of who works at an ARB or its school, for who manages the ARB."""
    if not manages(access, arb):
        return User.objects.none()
    held = Membership.objects.live().filter(
        Q(arb=arb) | Q(school=arb.school_id) | Q(class_group__school=arb.school_id),
        trust=access.trust_id,
        role__in=_STAFF_ROLES,
    )
    return User.objects.filter(pk__in=held.values("person")).order_by("name")


def to_remind(access: Access, arb: ARB) -> QuerySet[User]:
    """Return whom a reminder about an ARB goes to: its heads, those of its school, trust leads."""
    held = Membership.objects.live().filter(
        Q(role=Role.TRUST_LEAD) | Q(role=Role.HEAD, arb=arb) | Q(role=Role.HEAD, school=arb.school),
        trust=access.trust_id,
    )
    return User.objects.filter(pk__in=held.values("person"), is_active=True).order_by("email")
