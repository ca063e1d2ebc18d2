"""What schools owe by law in a year: what is done, due and late, from premiums to PEPs."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Q

from parrcs.core.access import Access, Permission
from pupils.models import Placement, TermlyPEP
from pupils.models.pupils import national_year
from pupils.selectors import lenses
from pupils.selectors.lenses import Lens
from pupils.selectors.owed import Owed, Place, PlaceOwes, Section
from pupils.selectors.peps import InCare, day_of, peps_of
from schools.choices import Premium, Season
from schools.measures import Standing, standing, standing_words
from schools.models import (
    ARB,
    AcademicYear,
    PremiumPlan,
    School,
    StatutoryDeadline,
    Term,
)
from schools.selectors.compliance import spending_of
from schools.selectors.statutory import Due, Rule, WeeksAfterStart, rules, statement

_ORDER = tuple(Standing)
type Year = AcademicYear


class _Stay(NamedTuple):
    """A pupil's time in a place."""

    pupil_id: int
    first_name: str
    last_name: str
    year_group: int
    protected: bool
    pupil_premium: bool
    where: lenses.Place
    starts_on: dt.date
    ends_on: dt.date | None

    def on(self, day: dt.date) -> bool:
        """Say whether the pupil was there that day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def compliance_places(access: Access) -> list[Place]:
    """Return the schools of the trust and the ARBs whose compliance the person sees."""
    reach = access.reach(Permission.SEE_COMPLIANCE)
    schools = School.objects.filter(of_trust=True, closed_on__isnull=True)
    arbs = ARB.objects.filter(closed_on__isnull=True).select_related("school", "host")
    if not reach.whole_trust:
        schools = schools.filter(id__in=reach.school_ids)
        arbs = arbs.filter(Q(school__in=reach.school_ids) | Q(id__in=reach.arb_ids))
    places = [
        *(Place(school, None) for school in schools),
        *(Place(arb.school, arb) for arb in arbs),
    ]
    return sorted(places, key=lambda each: (each.school.name, each.arb is not None, each.name))


def years_begun(access: Access, *, today: dt.date) -> list[AcademicYear]:
    """Return the school years that have begun, the latest first."""
    begun = AcademicYear.objects.filter(trust=access.trust_id, starts_on__lte=today)
    return list(begun.order_by("-starts_on"))


def owed_by(
    access: Access, places: Collection[Place], *, year: AcademicYear, lens: Lens, today: dt.date
) -> list[PlaceOwes]:
    """Return what each place owes in a year, by the same queries for one place and for all."""
    return _Book(access, places, year=year, lens=lens, today=today).places()


def counted_once(found: Sequence[PlaceOwes], *, lens: Lens) -> list[PlaceOwes]:
    """Leave out the ARBs that are a part of a school among these, so that nothing counts twice."""
    schools = {each.place.school.pk for each in found if each.place.arb is None}
    return [
        each
        for each in found
        if lens is Lens.TAUGHT or each.place.arb is None or each.place.school.pk not in schools
    ]


class _Book:
    """All that is known of what some places owe in a year."""

    def __init__(
        self,
        access: Access,
        places: Collection[Place],
        *,
        year: AcademicYear,
        lens: Lens,
        today: dt.date,
    ) -> None:
        self._places, self._year, self._lens, self._today = list(places), year, lens, today
        schools = [each.school for each in places if each.arb is None]
        arbs = [each.arb for each in places if each.arb is not None]
        self._terms = list(Term.objects.filter(year=year).order_by("starts_on"))
        self._stays = self._read_stays(access, schools, arbs)
        self._in_care = InCare({stay.pupil_id for stay in self._stays}, today=today)
        self._peps = peps_of(access, terms=self._terms)
        self._said = {
            (each.school_id, each.rule): each
            for each in StatutoryDeadline.objects.visible_to(access).filter(
                year=year, school__in=schools
            )
        }
        self._plans = {
            (each.school_id, each.premium): each
            for each in PremiumPlan.objects.visible_to(access)
            .filter(year=year, school__in=schools)
            .prefetch_related("activities")
        }

    def places(self) -> list[PlaceOwes]:
        """Return what each place owes."""
        return [PlaceOwes(each, tuple(self._sections(each))) for each in self._places]

    def _read_stays(
        self, access: Access, schools: Sequence[School], arbs: Sequence[ARB]
    ) -> list[_Stay]:
        rows = (
            Placement.objects.visible_to(access)
            .not_ended(self._year.starts_on)
            .filter(Q(school__in=schools) | Q(arb__in=arbs), starts_on__lte=self._year.ends_on)
            .order_by("pupil__last_name", "pupil__first_name", "pupil", "starts_on")
            .values_list(
                "pupil",
                "pupil__first_name",
                "pupil__last_name",
                "pupil__born_on",
                "pupil__protected",
                "pupil__pupil_premium",
                "school",
                "arb",
                "starts_on",
                "ends_on",
            )
        )
        return [
            _Stay(
                pupil,
                first,
                last,
                national_year(born_on, self._year.starts_on),
                protected,
                premium,
                lenses.Place(school, arb),
                start,
                end,
            )
            for pupil, first, last, born_on, protected, premium, school, arb, start, end in rows
        ]

    def _sections(self, place: Place) -> Iterable[Section]:
        if place.arb is None:
            yield Section("premiums", "Premiums", _late_first(self._premiums(place.school)))
        stays = self._counted(place, self._lens)
        yield Section(
            "peps", "Personal education plans (PEP)", _late_first(self._termly_peps(stays))
        )
        if place.arb is None:
            # The registered school answers for them, wherever its pupils are taught.
            registered = self._counted(place, Lens.REGISTERED)
            yield Section(
                "assessments",
                "Statutory assessments",
                _late_first(self._assessments(place.school, registered)),
                [each for each in rules() if each.optional and self._on_roll(registered, each)],
            )

    def _counted(self, place: Place, lens: Lens) -> list[_Stay]:
        """Return the stays that a place counts under a lens."""
        arb_id = place.arb.pk if place.arb else None
        return [
            stay
            for stay in self._stays
            if lens.counts(stay.where, school_id=place.school.pk, arb_id=arb_id)
        ]

    def _owed(
        self,
        what: str,
        due: Due,
        done_on: dt.date | None,
        *,
        n: int | None = None,
        of: int | None = None,
        **more: object,
    ) -> Owed:
        return Owed(
            what,
            due,
            done_on,
            standing(due.on, done_on=done_on, today=self._today),
            standing_words(due.on, done_on=done_on, today=self._today),
            n=n,
            of=of,
            **more,  # type: ignore[arg-type]  # fields of `Owed`
        )

    def _premiums(self, school: School) -> Iterable[Owed]:
        """Return the statements that a school owes; ARBs have none, so they count in it."""
        stays = self._counted(Place(school, None), Lens.REGISTERED)
        day = self._day(self._year.ends_on)
        for premium in Premium:
            asked = statement(premium)
            plan = self._plans.get((school.pk, premium))
            there = {
                stay.pupil_id
                for stay in stays
                if stay.on(day)
                and stay.year_group in asked.years
                and (stay.pupil_premium or not asked.counts_eligible)
            }
            if plan is None and len(there) <= asked.more_than:
                continue
            yield self._owed(
                asked.name,
                asked.due.due(year=self._year.name, starts_on=self._year.starts_on),
                plan.published_on if plan else None,
                key=premium,
                source=asked.source,
                note=plan.published_at if plan else "",
                spent=spending_of(plan) if plan else None,
            )

    def _termly_peps(self, stays: Sequence[_Stay]) -> Iterable[Owed]:
        for term in self._terms:
            if term.starts_on > self._today:
                continue
            day = day_of(term, self._today)
            for stay in stays:
                pep: TermlyPEP | None = self._peps.get((stay.pupil_id, term.pk))
                if stay.on(day) and (pep or self._in_care.on(stay.pupil_id, day)):
                    yield self._owed(
                        f"{stay.first_name} {stay.last_name}",
                        Due(term.ends_on, sure=True),
                        pep.held_on if pep else None,
                        who=str(term),
                        done_by=pep.held_by if pep else "",
                        note=pep.quality if pep else "",
                        pupil_id=stay.pupil_id,
                        protected=stay.protected,
                        term=term,
                    )

    def _assessments(self, school: School, stays: Sequence[_Stay]) -> Iterable[Owed]:
        for rule in rules():
            said = self._said.get((school.pk, rule.code))
            on_roll = self._on_roll(stays, rule)
            if rule.optional or not (on_roll or said):
                continue
            own = said.due_on if said else None
            due = Due(own, sure=True) if own else self._due(rule)
            yield self._owed(
                rule.name,
                due,
                said.done_on if said else None,
                n=said.pupils if said else None,
                of=len(on_roll),
                key=rule.code,
                who=f"{rule.who} {self._later(rule, on_roll)}".strip(),
                source=rule.source,
                done_by=said.done_by if said else "",
                note=said.note if said else "",
                own_date=own is not None,
            )

    def _due(self, rule: Rule) -> Due:
        first = next((each for each in self._terms if each.season == Season.AUTUMN), None)
        return rule.due.due(
            year=self._year.name,
            starts_on=self._year.starts_on,
            term_starts_on=first.starts_on if first else self._year.starts_on,
        )

    def _day(self, last: dt.date) -> dt.date:
        """Return today, but no later than a day, and not before the year."""
        return max(min(self._today, last), self._year.starts_on)

    def _on_roll(self, stays: Sequence[_Stay], rule: Rule) -> dict[int, dt.date]:
        """Return whom a rule is for, with their first day; by the roll of its day, or of today.

        Where each has days of their own from when they start, all who have come by now count.
        """
        own_days = isinstance(rule.due, WeeksAfterStart)
        day = self._day(self._year.ends_on if own_days else self._due(rule).on)
        there = {s.pupil_id for s in stays if s.on(day) and s.year_group in rule.years}
        since: dict[int, dt.date] = defaultdict(lambda: dt.date.max)
        for stay in stays:
            if stay.pupil_id in there:
                since[stay.pupil_id] = min(since[stay.pupil_id], stay.starts_on)
        return dict(since)

    def _later(self, rule: Rule, on_roll: Mapping[int, dt.date]) -> str:
        """Say who has started since the term began and so has a date of their own."""
        due = rule.due
        if not isinstance(due, WeeksAfterStart):
            return ""
        dates = [due.for_who_starts(day) for day in on_roll.values()]
        later = [day for day in dates if day > self._due(rule).on]
        if not later:
            return ""
        last = f"{max(later).day} {max(later):%B %Y}"
        return f"{len(later)} of them started after the first day; the last is due by {last}."


def _late_first(rows: Iterable[Owed]) -> list[Owed]:
    return sorted(rows, key=lambda each: (_ORDER.index(each.standing), each.due.on))
