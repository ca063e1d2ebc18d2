"""Who is on roll, by what the rest of a report groups by."""

from collections import Counter

from reporting.choices import Part
from reporting.reports.document import Section, Sum, Table, count, key, rate, row, section, table
from reporting.reports.parts.divisions import Division, divisions
from reporting.reports.parts.term import Counted


def roll(school: Counted) -> Section:
    """Return how many pupils there are, and of each year, need, route and group."""
    rows, total = school.rows, len(school.this.pupils)
    found = [_everyone(school)]
    if total:
        found += [_table(school, each) for each in divisions(rows)]
    if total and rows.arbs:
        found.append(_places(school))
    return section(
        Part.ROLL,
        Part.ROLL.label,
        intro=[
            f"Pupils registered at {rows.name} on the census date,"
            f" {rows.this.census_on:%-d %B %Y}. Every figure in this report is n of N; the glossary"
            " says how it is made."
        ],
        tables=found,
    )


def _everyone(school: Counted) -> Table:
    name = key(school.place, school.this.id, "all", "pupils")
    return table(
        "all",
        "Pupils on roll",
        head="On roll",
        columns=(("pupils", "Pupils"),),
        rows=[row("all", "All pupils", [count(name, len(school.this.pupils))], total=True)],
    )


def _table(school: Counted, division: Division) -> Table:
    def name(group: str) -> str:
        return key(school.place, school.this.id, group, "pupils")

    total = len(school.this.pupils)
    return table(
        division.code,
        f"{division.title} of the pupils on roll",
        head=division.title,
        columns=(("pupils", "Pupils"),),
        rows=[
            row(
                each.code,
                each.name,
                [rate((name(each.key), name("all")), len(each.pupils), total)],
            )
            for each in division.groups
        ],
        sums=[Sum(total=name("all"), parts=[name(each.key) for each in division.groups])],
        absent=[name(each) for each in division.absent],
    )


def _places(school: Counted) -> Table:
    rows, term = school.rows, school.this
    by_arb = Counter(pupil.arb_id for pupil in term.pupils)
    whole = key(school.place, term.id, "all", "pupils")
    places = [
        (
            f"{school.place}-alone",
            f"{rows.name} without its ARBs",
            by_arb[None],
        ),
        *((f"arb-{a.arb_id}", f"{a.name} at {a.host}", by_arb[a.arb_id]) for a in rows.arbs),
    ]
    return table(
        "places",
        "Where the pupils on roll are taught",
        head="Taught at",
        columns=(("pupils", "Pupils"),),
        rows=[
            row(
                place,
                name,
                [rate((key(place, term.id, "all", "pupils"), whole), number, len(term.pupils))],
            )
            for place, name, number in places
        ],
        sums=[
            Sum(total=whole, parts=[key(place, term.id, "all", "pupils") for place, *_ in places])
        ],
    )
