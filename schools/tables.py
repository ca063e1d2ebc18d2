"""Tables that leave as files: schools, people, the calendar, downloads, and funding of ARBs."""

from collections.abc import Iterable
from typing import Any

from parrcs.core.sheets import Sheet, list_sheet
from schools.selectors.calendar import CalendarYear
from schools.selectors.downloads import DownloadLog
from schools.selectors.funding import FundedARB, FundingPage
from schools.selectors.places import SchoolList

type Row = list[Any]


def schools_sheet(listed: SchoolList) -> Sheet:
    """Return a row for each school, each of its ARBs below it, and each host."""
    rows: list[Row] = []
    for each in listed.schools:
        school = each.school
        rows.append(
            [
                school.name,
                school.get_kind_display(),
                school.phase,
                school.urn,
                "",
                each.classes,
                school.closed_on,
            ]
        )
        rows += [
            [of.arb.name, "ARB", "", "", of.arb.host.name, of.classes, of.arb.closed_on]
            for of in each.arbs
        ]
    rows += [
        [each.name, "Host", each.phase, each.urn, "", "", each.closed_on] for each in listed.hosts
    ]
    year = f" in {listed.year}" if listed.year else ""
    heading = ("School or ARB", "Kind", "Phase", "URN", "Host", f"Classes{year}", "Closed on")
    return list_sheet("Schools", heading, rows)


def people_sheet(members: Iterable[Any], invitations: Iterable[Any], *, find: str) -> Sheet:
    """Return a row for each role that somebody holds, or is invited to."""
    held = [
        [
            of.person.name,
            of.person.email,
            each.get_role_display(),
            str(each.place),
            "holds it",
            each.started_at,
            "",
            "",
        ]
        for of in members
        for each in of.memberships
    ]
    invited = [
        [
            each.name,
            each.email,
            each.get_role_display(),
            str(each.place),
            "invited",
            each.sent_at,
            each.runs_out_at,
            each.invited_by.name if each.invited_by else "",
        ]
        for each in invitations
    ]
    held_since = ("State", "Since", "Link works until", "Invited by")
    heading = ("Name", "E-mail", "Role", "Where", *held_since)
    return list_sheet("People", heading, [*held, *invited], about=[("Find", find)])


def past_roles_sheet(memberships: Iterable[Any]) -> Sheet:
    """Return a row for each role that has ended."""
    rows = [
        [
            each.person.name,
            each.person.email,
            each.get_role_display(),
            str(each.place),
            each.started_at,
            each.ended_at,
        ]
        for each in memberships
    ]
    heading = ("Name", "E-mail", "Role", "Where", "Since", "Until")
    return list_sheet("Roles that have ended", heading, rows)


def downloads_sheet(log: DownloadLog) -> Sheet:
    """Return a row for each file that was sent to somebody."""
    rows = [
        [each.what, each.get_format_display(), each.person.name, each.person.email, each.at]
        for each in log.rows
    ]
    heading = ("File", "Form", "Person", "E-mail", "When")
    about = [("Person", log.person.name if log.person else "Everyone")]
    return list_sheet("Downloads", heading, rows, about=about)


def calendar_sheet(years: Iterable[CalendarYear]) -> Sheet:
    """Return a row for each term of each year."""
    rows = [
        [
            each.year.name,
            str(of.term),
            of.term.starts_on,
            of.term.ends_on,
            of.term.break_starts_on,
            of.term.break_ends_on,
            of.term.census_on,
            of.window.opens_on if of.window else "",
            of.window.closes_on if of.window else "",
            of.apart,
        ]
        for each in years
        for of in each.terms
    ]
    heading = (
        "Year",
        "Term",
        "Starts on",
        "Ends on",
        "Half term from",
        "Half term until",
        "Census day",
        "Window opens on",
        "Window closes on",
        "Schools with days of their own",
    )
    return list_sheet("Calendar", heading, rows, held=2)


def funding_sheets(page: FundingPage) -> tuple[Sheet, Sheet]:
    """Return a row for each ARB in the year, and what every year adds up to."""
    title, year = "Funding of ARBs (area resource bases)", page.year.name if page.year else ""
    heading = _funding_heading(page)
    rows = [_funding_row(each, page) for each in page.rows]
    now, before = (
        [each.places, each.amount, each.split.host, each.split.trust]
        for each in (page.totals, page.totals_before)
    )
    totals = [["All ARBs", "", "", year, "", "", "", *now, *before]]
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
    main = list_sheet(title, heading, rows, about=[("Year", year)], totals=totals)
    return main, list_sheet("Every year", ["Year", "ARBs", *heading[7:11]], years)


def _funding_heading(page: FundingPage) -> list[str]:
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


def _funding_row(each: FundedARB, page: FundingPage) -> Row:
    """Return the row of an ARB; what is not recorded stays empty."""
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
