"""What the ARBs of a trust are paid for, year by year, with the hosts' shares."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from parrcs.core.access import Access
from schools.measures import Split, added
from schools.models import ARB, AcademicYear, ARBFunding
from schools.selectors.agreements import fundings_of, managed_arbs, year_of


@dataclass(frozen=True)
class FundedARB:
    """An ARB in a year, with its funding of the year before; either may not be recorded."""

    arb: ARB
    now: ARBFunding | None
    before: ARBFunding | None


@dataclass(frozen=True)
class Totals:
    """What the fundings of a year add up to."""

    arbs: int
    places: int
    split: Split

    @property
    def amount(self) -> Decimal:
        """The formula amounts together."""
        return self.split.whole


@dataclass(frozen=True)
class YearTotals:
    """A year with what its fundings add up to."""

    year: AcademicYear
    totals: Totals


@dataclass(frozen=True)
class FundingPage:
    """The ARBs that a person manages in one year, and the totals of that and every year."""

    year: AcademicYear | None
    year_before: AcademicYear | None
    rows: Sequence[FundedARB]
    totals: Totals
    totals_before: Totals
    every_year: Sequence[YearTotals]

    @property
    def recorded(self) -> int:
        """In how many of the ARBs the funding of the year is recorded."""
        return self.totals.arbs


def funding_page(access: Access, *, year_id: int | None, today: dt.date) -> FundingPage:
    """Return the funding of a year, of the one that runs where none is asked for or known.

    An ARB is in it while it is open today, or where the year or the one before is recorded.
    """
    open_now = list(managed_arbs(access, today=today))
    held = list(
        fundings_of(access)
        .filter(arb__in=managed_arbs(access))
        .select_related("arb__school", "arb__host")
    )
    years = list(AcademicYear.objects.order_by("starts_on"))
    year = next((each for each in years if each.pk == year_id), None) or year_of(today)
    at = years.index(year) if year in years else 0
    before = years[at - 1] if year is not None and at else None
    now_by, before_by = ({f.arb_id: f for f in held if f.year == each} for each in (year, before))
    arbs = {arb.pk: arb for arb in open_now}
    arbs |= {f.arb_id: f.arb for f in [*now_by.values(), *before_by.values()]}
    return FundingPage(
        year,
        before,
        [
            FundedARB(arb, now_by.get(arb.pk), before_by.get(arb.pk))
            for arb in sorted(arbs.values(), key=lambda each: each.name)
        ],
        _totals(now_by.values()),
        _totals(before_by.values()),
        [
            YearTotals(each, _totals(f for f in held if f.year == each))
            for each in years[::-1]
            if any(f.year == each for f in held)
        ],
    )


def years_to_show(page: FundingPage) -> Sequence[AcademicYear]:
    """Return the years to choose from: those recorded, and the one shown."""
    years = {each.year for each in page.every_year} | ({page.year} if page.year else set())
    return sorted(years, key=lambda each: each.starts_on, reverse=True)


def _totals(fundings: Any) -> Totals:
    rows = list(fundings)
    return Totals(len(rows), sum(each.places for each in rows), added(each.split for each in rows))
