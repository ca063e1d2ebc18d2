"""The school's pupils by where they are taught: outside its ARBs, and in each of them."""

from reporting.choices import Part
from reporting.reports.document import Section, count, section, table
from reporting.reports.parts.progress import PRINTED, Named, added_up, of_schools, parted
from reporting.reports.parts.schools import pupils_at
from reporting.reports.parts.standards import OF_GROUPS, group_row
from reporting.reports.parts.targets import targets_of
from reporting.reports.parts.term import Counted, core
from reporting.selectors.report_rows import PupilOnRoll


def places(school: Counted) -> Section:
    """Return all who are registered, those outside the ARBs, and each ARB apart."""
    rows, term = school.rows, school.this
    if not rows.arbs:
        return section(
            Part.PLACES,
            Part.PLACES.label,
            nothing=f"{rows.name} had no area resource base (ARB) on the census date.",
        )
    parts: list[tuple[str, str, list[PupilOnRoll]]] = [
        (school.place, f"All registered at {rows.name}", term.pupils),
        (
            f"{school.place}-alone",
            f"{rows.name} without its ARBs",
            [each for each in term.pupils if each.arb_id is None],
        ),
        *(
            (
                f"arb-{arb.arb_id}",
                f"{arb.name} at {arb.host}",
                [each for each in term.pupils if each.arb_id == arb.arb_id],
            )
            for arb in rows.arbs
        ),
    ]
    progress = [Named(term, core, pupils, place=place) for place, _, pupils in parts]
    targets = [targets_of(term, place, pupils) for place, _, pupils in parts]
    # No table says who was where last term, but whoever has that term's report knows it.
    last = school.last
    before = [Named(last, core, pupils_at(last, place), place=place) for place, *_ in parts if last]
    met_before = [targets_of(last, place, pupils_at(last, place)) for place, *_ in parts if last]
    lines = []
    for (place, name, _), judged, met in zip(parts, progress, targets, strict=True):
        line = group_row(place, name, judged, total=place == school.place)
        line["cells"] += [met.share(), count(met.key("not_judged"), met.not_judged)]
        lines.append(line)
    return section(
        Part.PLACES,
        Part.PLACES.label,
        intro=[
            f"Pupils in an area resource base (ARB) are registered at {rows.name} and count in"
            " all its figures; here they also stand apart. All core areas together."
        ],
        tables=[
            table(
                "places",
                f"The school's pupils by where they are taught, {rows.this.name}",
                head="Place",
                columns=(
                    *OF_GROUPS,
                    ("targets", "Termly targets met"),
                    ("targets_not_judged", "Targets not judged"),
                ),
                rows=lines,
                sums=[
                    *(each for one in progress for each in one.sums()),
                    *parted(progress[0], progress[1:]),
                    *(each for one in targets for each in one.sums()),
                    *targets[0].added_up(targets[1:]),
                    *(adds for one in before[:1] for adds in added_up(one, before[1:], PRINTED)),
                    *(adds for one in met_before[:1] for adds in one.added_up(met_before[1:])),
                ],
                beneath=[
                    *of_schools(before[1:]),
                    *({"share": each.share()} for each in met_before[1:]),
                ],
            )
        ],
    )
