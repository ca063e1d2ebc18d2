"""The report to the trustees: schools and ARBs side by side, and the trust as a whole."""

from collections.abc import Sequence

from assessment.measures import Standing
from reporting.choices import Part, ReportKind, TrustPart
from reporting.measures.printable import all_printable
from reporting.measures.small_numbers import Published, Rules
from reporting.reports.definitions import glossary, hiding_words
from reporting.reports.document import Document, Line, Section, commented, section, table_of
from reporting.reports.glance import AT_MOST, ORDER, at_a_glance, line_of
from reporting.reports.hiding import Hidden, Reading, hide
from reporting.reports.lgb import NOTE
from reporting.reports.parts.attendance import by_school
from reporting.reports.parts.compliance import compliance_by_school
from reporting.reports.parts.schools import areas, outliers, schools
from reporting.reports.parts.standards import groups, standards
from reporting.reports.parts.targets import targets
from reporting.reports.parts.term import Counted
from reporting.reports.parts.written import next_steps, versions
from reporting.selectors.report_rows import ReportRows

SECTIONS = (schools, areas, by_school, standards, groups, targets, compliance_by_school)
# Sections of words alone: what the trust lead has to say of them.
WRITTEN = (
    (TrustPart.RISKS, "Nothing has been written about risks."),
    (Part.MODERATION, "Nothing has been written about moderation."),
    (TrustPart.PHASES, "Nothing has been written about the phases of school improvement."),
)
READING: Reading = {
    TrustPart.SCHOOLS: {"*": ("pupils", "coverage", "share", "last", "change", "targets")},
    TrustPart.AREAS: {"*": ("*",)},
    Part.STANDARDS: {"core": ("coverage", "share", "last", "change"), "coverage": ("coverage",)},
    Part.GROUPS: {"*": ("pupils", "share")},
    Part.TARGETS: {"areas": ("share", "last", "change")},
    Part.ATTENDANCE: {
        "attendance": ("this", "last", "national", "persistent", "national_persistent")
    },
    Part.COMPLIANCE: {"compliance": ("peps", "reviews", "assessments", "premiums")},
    TrustPart.RISKS: {},
    Part.MODERATION: {},
    TrustPart.PHASES: {},
    Part.NEXT: {"*": ("owner", "due_on", "done_on")},
}
_MARKS = {
    Standing.BELOW: "none",
    Standing.WATCH_BELOW: "some",
    Standing.ABOVE: "better",
    Standing.WATCH_ABOVE: "better",
}


def trust_document(rows: ReportRows) -> Document:
    """Return the report before anything is hidden in it: nobody reads it so."""
    trust = Counted(rows)
    sections = [each(trust) for each in SECTIONS]
    sections += [section(part, str(part.label), nothing=nothing) for part, nothing in WRITTEN]
    sections.append(next_steps(trust))
    sections = [commented(each, rows.further.comments) for each in sections]
    document = Document(
        kind=ReportKind.TRUSTEE,
        trust=rows.trust,
        colour=rows.colour,
        place=rows.name,
        term=rows.this.name,
        last_term=rows.last.name if rows.last else None,
        title=str(ReportKind.TRUSTEE.label),
        about=f"Census date {rows.this.census_on:%-d %B %Y}",
        note=NOTE,
        lines=[],
        sections=sections,
        glossary=[],
        versions=versions(rows),
        changes=[],
    )
    return all_printable(document)


def trustee_report(
    document: Document, *, rules: Rules, earlier: Sequence[Published]
) -> tuple[Document, Hidden]:
    """Return what trustees read, and what was hidden for it.

    `earlier` is everything that has been published for governors and trustees of the trust.
    """
    sections, found = hide(document["sections"], READING, rules=rules, earlier=earlier)
    return (
        {
            **document,
            "lines": _lines(sections, document["last_term"]),
            "sections": sections,
            "glossary": [hiding_words(rules.largest_small, rules.fewest_of), *glossary()],
        },
        found,
    )


def _lines(sections: list[Section], last_term: str | None) -> list[Line]:
    """Return who stands out first, then what any report says of its tables."""
    found = table_of(sections, TrustPart.SCHOOLS, "schools")
    stands = list(outliers(found)) if found else []
    lines = [
        # The name of a school may have a colon in it; what is said of it has but one.
        line_of(TrustPart.SCHOOLS, _MARKS[where], *sentence.rsplit(": ", 1))
        for _, sentence, where in stands
    ]
    lines += at_a_glance(sections, last_term=last_term)
    return sorted(lines, key=lambda line: ORDER.index(line["mark"]))[:AT_MOST]
