"""What people write into a report: the next steps, and sections that have words alone."""

import datetime as dt

from reporting.choices import Part
from reporting.reports.document import Section, row, section, table, words
from reporting.reports.parts.term import Counted
from reporting.selectors.report_rows import ReportRows

# Of these nothing is recorded yet, so no figure can be told of them.
_UNRECORDED = {
    Part.MODERATION: "No moderation is recorded in PARRCS yet, so there are no figures here.",
    Part.QUALITY: (
        "No observation or review of teaching is recorded in PARRCS yet, so there are no figures"
        " here."
    ),
    Part.MEETINGS: (
        "No pupil progress meeting is recorded in PARRCS yet, so there are no actions to follow"
        " here."
    ),
    Part.TRAINING: "No training is recorded in PARRCS yet, so there are no figures here.",
}


def unrecorded(school: Counted, part: Part) -> Section:
    """Return a section of words alone, and say honestly why it has no figures."""
    written = " What is written here is the head's own account."
    has_words = part in school.rows.further.comments
    return section(part, part.label, nothing=_UNRECORDED[part] + (written if has_words else ""))


def moderation(school: Counted) -> Section:
    """Return what is said of moderation."""
    return unrecorded(school, Part.MODERATION)


def quality(school: Counted) -> Section:
    """Return what is said of the quality of education."""
    return unrecorded(school, Part.QUALITY)


def meetings(school: Counted) -> Section:
    """Return what is said of pupil progress meetings."""
    return unrecorded(school, Part.MEETINGS)


def training(school: Counted) -> Section:
    """Return what is said of training."""
    return unrecorded(school, Part.TRAINING)


def next_steps(report: Counted) -> Section:
    """Return what is to be done, by whom and by when; the first due first."""
    steps = report.rows.further.steps
    if not steps:
        return section(
            Part.NEXT, Part.NEXT.label, nothing="No next steps have been written down yet."
        )
    return section(
        Part.NEXT,
        Part.NEXT.label,
        tables=[
            table(
                "next",
                "What is to be done, by whom and by when",
                head="Step",
                columns=(("owner", "Who sees to it"), ("due_on", "By"), ("done_on", "Done")),
                rows=[
                    row(
                        f"step-{each.step_id}",
                        each.what,
                        [
                            words(each.owner),
                            words(_day(each.due_on)),
                            words(_day(each.done_on) if each.done_on else "not yet"),
                        ],
                    )
                    for each in steps
                ],
            )
        ],
    )


def versions(rows: ReportRows) -> list[str]:
    """Say by which streams, and beside which national figures, a report was made."""
    benchmarks = dict.fromkeys(
        f"{each.benchmark.source}, {each.benchmark.year}"
        for each in rows.further.nationals.values()
    )
    streams = ", ".join(rows.streams)
    return [*([f"Streams and their versions: {streams}"] if streams else []), *benchmarks]


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
