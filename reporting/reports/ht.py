"""The head teacher report of a school for a term: rows in, every number and word out.

`build` is pure: the document depends on nothing but the rows, so equal data give an equal report.
"""

from parrcs.core.access import Access
from reporting.choices import ReportKind
from reporting.reports.definitions import glossary
from reporting.reports.document import Document
from reporting.reports.glance import at_a_glance
from reporting.reports.parts.places import places
from reporting.reports.parts.roll import roll
from reporting.reports.parts.standards import groups, others, standards
from reporting.reports.parts.targets import targets
from reporting.reports.parts.term import Counted
from reporting.selectors.ht import HTRows, ht_rows
from schools.models import School, Term

SECTIONS = (roll, standards, others, groups, places, targets)


def ht_report(access: Access, *, school: School, term: Term) -> Document:
    """Return the report as the data are now."""
    return build(ht_rows(access, school=school, term=term))


def build(rows: HTRows) -> Document:
    """Make the report from its rows."""
    school = Counted(rows)
    sections = [made for each in SECTIONS if (made := each(school))]
    last_term = rows.last.name if rows.last else None
    return Document(
        kind=ReportKind.HT,
        trust=rows.trust,
        place=rows.school,
        term=rows.this.name,
        last_term=last_term,
        title="Head teacher report",
        about=f"{len(rows.this.pupils):,} on roll on {rows.this.census_on:%-d %B %Y}",
        lines=at_a_glance(sections, last_term=last_term),
        sections=sections,
        glossary=glossary(),
        versions=[],
        changes=[],
    )
