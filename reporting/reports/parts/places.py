"""The school's pupils by where they are taught: outside its ARBs, and in each of them."""

from collections.abc import Sequence

from reporting.choices import Part
from reporting.reports.document import Section, Sum, count, key, section, table
from reporting.reports.parts.progress import Named, added_up
from reporting.reports.parts.standards import OF_GROUPS, group_row
from reporting.reports.parts.targets import TargetTally
from reporting.reports.parts.term import Counted, core
from reporting.selectors.ht import PupilOnRoll


def places(school: Counted) -> Section:
    """Return all who are registered, those outside the ARBs, and each ARB apart."""
    rows, term = school.rows, school.this
    if not rows.arbs:
        return section(
            Part.PLACES,
            Part.PLACES.label,
            nothing=f"{rows.school} had no area resource base (ARB) on the census date.",
        )
    parts: list[tuple[str, str, list[PupilOnRoll]]] = [
        (school.place, f"All registered at {rows.school}", term.pupils),
        (
            f"outside-{rows.school_id}",
            f"{rows.school} without its ARBs",
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
    progress = [
        Named(term.tally(pupils, core), place, term.id, "all", "core") for place, _, pupils in parts
    ]
    targets = [_targets(school, place, pupils) for place, _, pupils in parts]
    lines = []
    for (place, name, pupils), judged, met in zip(parts, progress, targets, strict=True):
        line = group_row(place, name, pupils, judged, total=place == school.place)
        line["cells"] += [met.share(), count(met.key("not_judged"), met.not_judged)]
        lines.append(line)
    return section(
        Part.PLACES,
        Part.PLACES.label,
        intro=[
            f"Pupils in an area resource base (ARB) are registered at {rows.school} and count in"
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
                    Sum(
                        total=progress[0].pupils,
                        parts=[each.pupils for each in progress[1:]],
                    ),
                    *(each for one in progress for each in one.sums()),
                    *added_up(progress[0], progress[1:]),
                    *(each for one in targets for each in one.sums()),
                    *targets[0].added_up(targets[1:]),
                ],
            )
        ],
    )


def _targets(school: Counted, place: str, pupils: Sequence[PupilOnRoll]) -> TargetTally:
    ids = {each.pupil_id for each in pupils}
    rows = [each for each in school.rows.this.targets if each.pupil_id in ids]
    return TargetTally(rows, key(place, school.this.id, "all", "targets"))
