"""The head teacher report of a school for a term: rows in, every number and word out.

`build` is pure: the document depends on nothing but the rows, so equal data give an equal report.
"""

from parrcs.core.access import Access
from reporting.choices import ReportKind
from reporting.measures.printable import all_printable
from reporting.reports.definitions import glossary
from reporting.reports.document import Document, commented
from reporting.reports.glance import at_a_glance
from reporting.reports.parts.attendance import attendance
from reporting.reports.parts.celebrations import celebrations
from reporting.reports.parts.compliance import compliance
from reporting.reports.parts.counted import behaviour, safeguarding
from reporting.reports.parts.places import places
from reporting.reports.parts.roll import roll
from reporting.reports.parts.standards import groups, others, standards
from reporting.reports.parts.targets import targets
from reporting.reports.parts.term import Counted
from reporting.reports.parts.wider import wider
from reporting.reports.parts.written import (
    meetings,
    moderation,
    next_steps,
    quality,
    training,
    versions,
)
from reporting.selectors.report_rows import ReportRows, school_rows
from schools.models import School, Term

NOTE = (
    "Confidential: small numbers are not hidden, so a pupil could be known by them. For the head"
    " and those who may know about single pupils; governors and trustees have versions of their"
    " own."
)
# In the order of `Part`.
SECTIONS = (
    roll,
    standards,
    others,
    groups,
    places,
    targets,
    wider,
    attendance,
    behaviour,
    safeguarding,
    moderation,
    quality,
    meetings,
    compliance,
    training,
    celebrations,
    next_steps,
)


def ht_report(access: Access, *, school: School, term: Term) -> Document:
    """Return the report as the data are now."""
    return build(school_rows(access, school=school, term=term))


def build(rows: ReportRows) -> Document:
    """Make the report from its rows."""
    school = Counted(rows)
    comments = rows.further.comments
    sections = [commented(made, comments) for each in SECTIONS if (made := each(school))]
    last_term = rows.last.name if rows.last else None
    document = Document(
        kind=ReportKind.HT,
        trust=rows.trust,
        colour=rows.colour,
        place=rows.name,
        term=rows.this.name,
        last_term=last_term,
        title="Head teacher report",
        about=f"Census date {rows.this.census_on:%-d %B %Y}",
        note=NOTE,
        lines=at_a_glance(sections, last_term=last_term),
        sections=sections,
        glossary=glossary(),
        versions=versions(rows),
        changes=[],
    )
    return all_printable(document)
