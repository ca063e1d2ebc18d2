"""Tables that leave as files: the funding of ARBs, as it is seen on its page."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from parrcs.core.sheets import Sheet, workbook
from schools.selectors.funding import FundedARB, FundingPage

type Row = list[Any]


def funding_heading(page: FundingPage) -> list[str]:
    """Return the names of the columns, the year before beside the year."""
    before = page.year_before.name if page.year_before else "the year before"
    figures = ("Places", "Formula amount, £", "To the host, £", "Stays with the trust, £")
    return [
        "ARB",
        "School",
        "Host",
        "Year",
        "Band",
        "What leads in the share",
        "Share",
        *figures,
        *(f"{figure} in {before}" for figure in figures),
    ]


def funding_rows(page: FundingPage) -> list[Row]:
    """Return a row for each ARB; what is not recorded stays empty."""
    return [_row(each, page) for each in page.rows]


def funding_totals(page: FundingPage) -> Row:
    """Return what the rows add up to."""
    now, before = (
        [each.places, each.amount, each.split.host, each.split.trust]
        for each in (page.totals, page.totals_before)
    )
    return ["All ARBs", "", "", page.year.name if page.year else "", "", "", "", *now, *before]


def funding_workbook(page: FundingPage, *, made_on: dt.date) -> bytes:
    """Return the same as a workbook, with the totals of every year on a second sheet."""
    about: Sequence[tuple[str, Any]] = [
        ("Funding of ARBs (area resource bases)", ""),
        ("Year", page.year.name if page.year else ""),
        ("Made on", made_on),
    ]
    years = [
        [
            each.year.name,
            each.totals.arbs,
            each.totals.places,
            each.totals.amount,
            each.totals.split.host,
            each.totals.split.trust,
        ]
        for each in page.every_year
    ]
    heading = ["Year", "ARBs", *funding_heading(page)[7:11]]
    return workbook(
        [
            Sheet(
                "Funding", about, funding_heading(page), funding_rows(page), [funding_totals(page)]
            ),
            Sheet("Every year", about[:1], heading, years),
        ]
    )


def _row(each: FundedARB, page: FundingPage) -> Row:
    now = each.now
    leads: Row = ["", "", ""]
    if now is not None:
        percent = now.share_percent
        by = ["sum", now.share_amount] if percent is None else ["percentage", percent]
        leads = [now.band, *by]
    figures = [
        value
        for of in (now, each.before)
        for value in (
            [of.places, of.amount, of.split.host, of.split.trust] if of else ["", "", "", ""]
        )
    ]
    year = page.year.name if page.year else ""
    return [each.arb.name, each.arb.school.name, each.arb.host.name, year, *leads, *figures]
