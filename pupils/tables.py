"""Tables that leave as files: pupils, class lists, ARBs, requests, targets, what is owed."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from parrcs.core.sheets import About, Sheet, list_sheet
from pupils.selectors.arbs import ListedARB
from pupils.selectors.class_lists import ClassLists, ClassPage
from pupils.selectors.owed import Owed, Place, PlaceOwes
from pupils.selectors.pupils import PupilFile, year_group_words
from pupils.selectors.requests import RequestsPage
from pupils.selectors.reviews import Due
from pupils.selectors.targets import TermTargets
from schools.selectors.compliance import PremiumFile, spending_of

type Row = list[Any]
_PROTECTED = "protected"


def pupils_sheet(
    placements: Iterable[Any], *, about: Sequence[tuple[str, str]], year_starts: dt.date
) -> Sheet:
    """Return a row for each pupil of the list."""
    rows = [
        [
            each.pupil.upn,
            each.pupil.last_name,
            each.pupil.first_name,
            year_group_words(each.pupil, year_starts),
            each.school.name,
            each.arb.name if each.arb else "",
            each.class_group.name if each.class_group else "",
            each.route.name,
            each.pupil.get_primary_need_display(),
            each.starts_on,
            each.ends_on,
            _PROTECTED if each.pupil.protected else "",
        ]
        for each in placements
    ]
    heading = (
        "UPN",
        "Last name",
        "First name",
        "Year group",
        "School",
        "ARB",
        "Class",
        "Route",
        "Primary need",
        "From",
        "Until",
        "Protected",
    )
    return list_sheet("Pupils", heading, rows, about=about, held=3, of_pupils=True)


def class_lists_sheet(lists: ClassLists) -> Sheet:
    """Return a row for each class, with who signed its list and what is left."""
    rows = [
        [
            each.class_group.name,
            each.class_group.school.name,
            each.class_group.arb.name if each.class_group.arb else "",
            len(each.rows),
            each.check.signed_by.name if each.check else "",
            each.check.signed_at if each.check else "",
            "" if each.check is None else "yes" if each.changes else "no",
            len(each.remarks),
            each.open,
        ]
        for each in lists.classes
    ]
    heading = (
        "Class",
        "School",
        "ARB",
        "Pupils",
        "Signed by",
        "Signed on",
        "Changed since",
        "Remarks",
        "Remarks to settle",
    )
    about = [("School year", str(lists.year or "")), ("To be right by", lists.until)]
    return list_sheet("Class lists", heading, rows, about=about)


def class_list_sheet(page: ClassPage) -> Sheet:
    """Return a row for each pupil of a class, with what was found wrong of them."""
    said = {line.pupil_id: line for line in page.checked.lines if line.remark}
    rows: list[Row] = [
        [
            each.pupil.upn,
            each.pupil.last_name,
            each.pupil.first_name,
            each.route.name,
            each.pupil.get_primary_need_display(),
            each.starts_on,
            each.ends_on,
            _PROTECTED if each.pupil.protected else "",
            *_remark(said.get(each.pupil_id)),
        ]
        for each in page.rows
    ]
    # What was said of nobody on the list: who is missing, or has left it since.
    here = {each.pupil_id for each in page.rows}
    rows += [
        ["", remark.who, *[""] * 6, *_remark(remark.line)]
        for remark in page.checked.remarks
        if remark.line.pupil_id not in here
    ]
    heading = (
        "UPN",
        "Last name",
        "First name",
        "Route",
        "Primary need",
        "From",
        "Until",
        "Protected",
        "Remark",
        "Remark is",
    )
    group, check = page.class_group, page.checked.check
    about = [
        ("School", group.school.name),
        ("ARB", group.arb.name if group.arb else ""),
        ("Class", group.name),
        ("School year", str(group.year)),
        ("Signed by", check.signed_by.name if check else "nobody yet"),
        ("Signed on", check.signed_at if check else ""),
    ]
    return list_sheet("Class list", heading, rows, about=about, held=3, of_pupils=True)


def _remark(line: Any) -> Row:
    if line is None:
        return ["", ""]
    return [line.remark, "to settle" if line.is_open else "settled"]


def arbs_sheet(arbs: Sequence[ListedARB]) -> Sheet:
    """Return a row for each ARB, with places in use, its agreement, and what is missing there."""
    rows = [_arb_row(each) for each in arbs]
    heading = (
        "ARB",
        "School",
        "Host",
        "Lead",
        "Places in use today",
        "Places in use on the census day",
        "Places funded",
        "Lease from",
        "Lease ends on",
        "Notice by",
        "Last joint visit",
        "Next joint visit",
        "Requests undecided",
        "Cannot wait",
        "Missing or due",
    )
    term = next((each.in_use.term for each in arbs), None)
    about = [("Term", str(term or ""))]
    return list_sheet("ARBs (area resource bases)", heading, rows, about=about)


def _arb_row(each: ListedARB) -> Row:
    agreement, use = each.agreement, each.in_use
    lease, last, following = agreement.lease, agreement.last_visit, agreement.next_visit
    return [
        each.arb.name,
        each.arb.school.name,
        each.arb.host.name,
        ", ".join(lead.name for lead in agreement.leads),
        use.today,
        use.on_census if use.term else "",
        use.funded,
        lease.starts_on if lease else "",
        lease.ends_on if lease else "",
        lease.notice_by if lease else "",
        last.on if last else "",
        following.on if following else "",
        each.undecided,
        each.urgent,
        " ".join(finding.words for finding in each.findings),
    ]


def requests_sheet(page: RequestsPage, *, arb: Any) -> Sheet:
    """Return a row for each placement request, the open ones first."""
    rows = [
        [
            each.child,
            each.born_on,
            each.get_primary_need_display(),
            each.authority,
            each.requested_on,
            each.wanted_from,
            each.response,
            each.responded_on,
            each.get_decision_display() if each.decision else "",
            each.decided_on,
            each.pupil.marked_name if each.pupil else "",
        ]
        for each in (*page.open, *page.decided)
    ]
    heading = (
        "Child",
        "Date of birth",
        "Primary need",
        "Local authority",
        "Asked on",
        "To start",
        "Our response",
        "Responded on",
        "Decision of the local authority",
        "Decided on",
        "On roll as",
    )
    about = [("ARB", arb.name), ("Host", arb.host.name)]
    return list_sheet("Placement requests", heading, rows, about=about, of_pupils=True)


def targets_sheet(file: PupilFile, terms: Iterable[TermTargets]) -> Sheet:
    """Return a row for each termly target of a pupil, the latest term first."""
    rows = [
        [
            str(each.term),
            target.position,
            target.outcome.get_area_display(),
            target.outcome.text,
            target.walt,
            target.wilf,
            target.starting_point,
            target.get_judged_display() if target.judged is not None else "",
            target.comment,
            target.next_step,
            target.retired_on,
        ]
        for each in terms
        for target in each.every
    ]
    heading = (
        "Term",
        "Target",
        "Area of need",
        "Outcome",
        "We are learning to (WALT)",
        "What I'm looking for (WILF)",
        "Starting point",
        "Judged",
        "Comment",
        "Next step",
        "Retired on",
    )
    about = [("Pupil", file.pupil.marked_name)]
    return list_sheet("Termly targets", heading, rows, about=about, held=2, of_pupils=True)


_OWED_HEADING = (
    "Kind",
    "What",
    "For",
    "Due",
    "The date is",
    "Stands",
    "Done on",
    "Done by",
    "Pupils",
    "Of",
    "Received, £",
    "Planned, £",
    "Spent, £",
    "Note",
    "Protected",
)
_PLACES_HEADING = ("School or ARB", "Done", "Of", "Late", "Due soon", "Due", "Next", "Next due")


def owed_sheet(place: Place, found: PlaceOwes | None, *, about: About) -> Sheet:
    """Return a row for each thing that a school or ARB owes by law."""
    sections = found.sections if found else ()
    rows = [_owed_row(section.title, each) for section in sections for each in section.rows]
    title = f"Compliance, {place.name}"
    return list_sheet(title, _OWED_HEADING, rows, about=about, held=2, of_pupils=True)


def places_sheet(found: Iterable[PlaceOwes], *, about: About) -> Sheet:
    """Return a row for each school and ARB: how much it owes by law, and how that stands."""
    rows = [
        [
            f"{each.place.name} (ARB of {each.place.school.name})"
            if each.place.arb
            else each.place.name,
            each.counts["done"],
            len(each.rows),
            each.counts["late"],
            each.counts["soon"],
            each.counts["due"],
            _without_a_name(each.next) if each.next else "",
            each.next.due.on if each.next else None,
        ]
        for each in found
    ]
    return list_sheet("Compliance", _PLACES_HEADING, rows, about=about)


def _without_a_name(each: Owed) -> str:
    """Say what is owed as the page of all schools does, which counts and names no pupil."""
    return "PEP" if each.pupil_id else each.what


def _owed_row(kind: str, each: Owed) -> list[Any]:
    spent = each.spent
    return [
        kind,
        each.what,
        each.who,
        each.due.on,
        "sure" if each.due.sure else "suggested, to be confirmed",
        f"{each.standing}: {each.words}",
        each.done_on,
        each.done_by,
        each.n,
        each.of,
        *((spent.received, spent.planned, spent.spent) if spent else (None, None, None)),
        each.note,
        _PROTECTED if each.protected else "",
    ]


def reviews_sheet(due: Iterable[Due], *, class_name: str) -> Sheet:
    """Return a row for each step of an annual review that is still to do, the first due first."""
    rows = [
        [
            each.placement.pupil.last_name,
            each.placement.pupil.first_name,
            each.placement.school.name,
            each.placement.arb.name if each.placement.arb else "",
            each.placement.class_group.name if each.placement.class_group else "",
            each.what,
            each.due,
            "late" if each.late else "due",
            each.more,
            each.clock.review.meets_on if each.clock else None,
            _PROTECTED if each.placement.pupil.protected else "",
        ]
        for each in due
    ]
    heading = (
        *("Last name", "First name", "School", "ARB", "Class", "What", "Due", "Stands"),
        *("Further steps late", "Meeting", "Protected"),
    )
    about = [("Class", class_name)]
    return list_sheet("Annual reviews", heading, rows, about=about, held=2, of_pupils=True)


def premium_sheet(title: str, file: PremiumFile, *, about: About) -> Sheet:
    """Return a row for each activity of a premium's plan, with what all of them cost below."""
    spent = spending_of(file.plan) if file.plan else None
    rows = [
        [
            each.what,
            each.get_aim_display(),
            each.planned,
            each.spent,
            each.intended,
            each.impact,
            each.impact_on,
        ]
        for each in file.activities
    ]
    heading = (
        *("Activity", "Aim", "Planned, £", "Spent, £"),
        *("Intended impact", "Impact found", "Found on"),
    )
    totals = [["All activities", "", spent.planned, spent.spent]] if spent and rows else []
    about = [*about, ("Received, £", spent.received if spent else "")]
    return list_sheet(title, heading, rows, about=about, totals=totals)
