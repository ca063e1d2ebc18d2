"""What has been published for governors and trustees, by term."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from parrcs.core.access import Access
from reporting.choices import OUT, ReportKind, ReportStatus
from reporting.models import Report
from schools.models import Term


@dataclass
class OnShelf:
    """A report as it holds, and the versions that it took the place of, the latest first."""

    report: Report
    earlier: list[Report] = field(default_factory=list)


@dataclass(frozen=True)
class Shelf:
    """The reports of one term: that of the trust first, then the schools' by name."""

    term: Term
    reports: Sequence[OnShelf]


def reading_room(access: Access) -> list[Shelf]:
    """Return the reports that the person reads as a governor or trustee, the latest term first."""
    out = (
        Report.objects.visible_to(access)
        .without_content()
        .filter(status__in=OUT, kind__in=(ReportKind.LGB, ReportKind.TRUSTEE))
        .select_related("school", "term__year", "term__trust")
        .order_by("-term__starts_on", "school__name", "-version")
    )
    shelves: dict[Term, dict[int | None, OnShelf]] = defaultdict(dict)
    for each in out:
        shelf = shelves[each.term]
        if each.status == ReportStatus.PUBLISHED:
            shelf[each.school_id] = OnShelf(each)
        else:
            shelf[each.school_id].earlier.append(each)
    return [
        Shelf(
            term,
            sorted(found.values(), key=lambda each: each.report.school is not None),
        )
        for term, found in shelves.items()
    ]
