"""The comments of a report as they stand, each with what stood there a term ago."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from parrcs.core.access import Access
from reporting.choices import Part, ReportKind, ReportStatus, TrustPart
from reporting.measures.reading import Reading, reading_of
from reporting.models import Report, SectionText
from schools.models import School, Term


@dataclass(frozen=True)
class LastComment:
    """What stood in a section a term ago; `published`: as governors have read it."""

    text: str
    term: str
    published: bool


@dataclass(frozen=True)
class CommentBox:
    """The comment of one section: as it stands, who saved it, and last term's beside it."""

    section: str
    title: str
    text: str
    version: int
    changed_by: str
    changed_at: dt.datetime | None
    last: LastComment | None

    @property
    def reading(self) -> Reading:
        """How long it is, and how old one is who reads it with ease."""
        return reading_of(self.text)


# The sections of the report to the trustees, in their order.
_OF_TRUST: tuple[Part | TrustPart, ...] = (
    TrustPart.SCHOOLS,
    TrustPart.AREAS,
    Part.ATTENDANCE,
    Part.STANDARDS,
    Part.GROUPS,
    Part.TARGETS,
    Part.COMPLIANCE,
    TrustPart.RISKS,
    Part.MODERATION,
    TrustPart.PHASES,
    Part.NEXT,
)


def parts_of(kind: ReportKind) -> dict[str, str]:
    """Return the sections of a report that may have a comment, by code, in their order."""
    parts: Iterable[Part | TrustPart] = _OF_TRUST if kind == ReportKind.TRUSTEE else Part
    return {each.value: str(each.label) for each in parts}


def term_before(term: Term) -> Term | None:
    """Return the term before, be it of the year before."""
    earlier = Term.objects.filter(starts_on__lt=term.starts_on).select_related("year")
    return earlier.order_by("-starts_on").first()


def comments_of(
    access: Access, *, school: School | None, term: Term, kind: ReportKind
) -> dict[str, CommentBox]:
    """Return the comment of every section by its code, in the order of the report.

    No school: of the report to the trustees. Last term's is that of the report as it was
    published, and only where none was, what was written for it.
    """
    before = term_before(term)
    texts = SectionText.objects.visible_to(access).filter(
        kind=kind, school=school, term__in=[each for each in (term, before) if each]
    )
    now: dict[str, SectionText] = {}
    then: dict[str, str] = {}
    for each in texts.select_related("changed_by"):
        if each.term_id == term.pk:
            now[each.section] = each
        else:
            then[each.section] = each.text
    out = _published(access, school=school, term=before, kind=kind) if before else None
    last = {
        section: LastComment(text, str(before), published=out is not None)
        for section, text in (then if out is None else out).items()
        if text
    }
    return {
        section: _box(section, title, now.get(section), last.get(section))
        for section, title in parts_of(kind).items()
    }


def _box(
    section: str, title: str, found: SectionText | None, last: LastComment | None
) -> CommentBox:
    if found is None:
        return CommentBox(section, title, "", 0, "", None, last)
    return CommentBox(
        section, title, found.text, found.version, found.changed_by.name, found.changed_at, last
    )


def _published(
    access: Access, *, school: School | None, term: Term, kind: ReportKind
) -> dict[str, str] | None:
    """Return the comments of a published report by section; None where it has no sections."""
    found = (
        Report.objects.visible_to(access)
        .filter(kind=kind, school=school, term=term, status=ReportStatus.PUBLISHED)
        .values_list("snapshot__sections", flat=True)
        .first()
    )
    if not isinstance(found, list):
        return None
    sections: list[Mapping[str, Any]] = found
    return {each["code"]: each.get("comment", "") for each in sections}
