"""The report for the local governing body: the head's report, with less in it and nothing small.

It is made of the head's document alone. What is not named here is left out, so a new table is
read by governors only once somebody has thought about it.
"""

from collections.abc import Sequence

from reporting.choices import Part, ReportKind
from reporting.measures.small_numbers import Published, Rules
from reporting.reports.definitions import glossary, hiding_words
from reporting.reports.document import Document
from reporting.reports.glance import at_a_glance
from reporting.reports.hiding import Hidden, Reading, hide

# Which columns of which tables governors read; "*" is every other table of the section.
READING: Reading = {
    Part.ROLL: {"*": ("pupils",)},
    Part.STANDARDS: {"core": ("coverage", "share", "last", "change"), "coverage": ("coverage",)},
    Part.OTHER: {},
    Part.GROUPS: {"*": ("pupils", "share")},
    Part.PLACES: {"places": ("pupils", "share", "targets")},
    Part.TARGETS: {"areas": ("share", "last", "change")},
    Part.WIDER: {"main": ("this", "last"), "all": ("this", "last")},
    Part.ATTENDANCE: {"main": ("this", "last", "national")},
    Part.BEHAVIOUR: {"main": ("this", "last")},
    Part.SAFEGUARDING: {"main": ("this", "last")},
    # Not the pounds: so much is received a pupil that from them these can be counted.
    Part.COMPLIANCE: {"main": ("this",)},
    Part.CELEBRATIONS: {"*": ("this", "last")},
    Part.MODERATION: {},
    Part.QUALITY: {},
    Part.MEETINGS: {},
    Part.TRAINING: {},
    Part.NEXT: {"*": ("owner", "due_on", "done_on")},
}
NOTE = (
    "Small numbers are hidden in this report, and with them any number from which they could be"
    " worked out. It names no pupil."
)


def lgb_report(
    document: Document, *, rules: Rules, earlier: Sequence[Published]
) -> tuple[Document, Hidden]:
    """Return what governors read of a head teacher report, and what was hidden for it.

    `earlier` is everything that has been published for governors and trustees of the trust.
    """
    sections, found = hide(document["sections"], READING, rules=rules, earlier=earlier)
    return (
        {
            **document,
            "kind": ReportKind.LGB,
            "title": str(ReportKind.LGB.label),
            "note": NOTE,
            "lines": at_a_glance(sections, last_term=document["last_term"]),
            "sections": sections,
            "glossary": [hiding_words(rules.largest_small, rules.fewest_of), *glossary()],
            "changes": [],
        },
        found,
    )
