"""The preview of a move: all that it changes, in words, before it is saved."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from assessment.selectors.moves import expected_words, judged_words
from parrcs.core.access import Access, Permission
from pupils.models import Placement
from pupils.selectors.moves import (
    Move,
    TermLine,
    class_list_words,
    day_words,
    people_words,
    placements_seen,
    term_lines,
    terms_concerned,
)
from reporting.choices import ReportKind, ReportStatus
from reporting.models import Report
from schools.models import Term


@dataclass(frozen=True)
class Part:
    """One thing that a move changes, in sentences."""

    title: str
    words: Sequence[str]


@dataclass(frozen=True)
class MovePreview:
    """What a move of one pupil or of several changes; `seen` is the mark of what it rests on."""

    moves: Sequence[Move]
    today: dt.date
    lines: Sequence[TermLine]
    parts: Sequence[Part]
    seen: str

    @property
    def day(self) -> dt.date:
        """The first day of the new placements."""
        return self.moves[0].starts_on

    @property
    def backdated(self) -> bool:
        """Whether the day is over."""
        return self.day < self.today

    @property
    def planned_end(self) -> list[tuple[str, dt.date]]:
        """The pupils whose last day was set already, which the move takes back."""
        return [
            (str(move.file.pupil), move.was.ends_on)
            for move in self.moves
            if move.was and move.was.ends_on and not move.corrects and move.was.ends_on >= self.day
        ]

    @property
    def rows(self) -> list[tuple[Move, str, str]]:
        """Each move with where the pupil is and where they would be."""
        return [
            (move, place_words(move.was) if move.was else "nowhere", place_words(move.will))
            for move in self.moves
        ]


def place_words(placement: Placement) -> str:
    """Say where a pupil is placed and on which route."""
    group = placement.class_group
    parts = [f"{group.name} {group.year}" if group else "no class yet"]
    if placement.arb:
        parts.append(f"{placement.arb} at {placement.arb.host}")
    return ", ".join([*parts, str(placement.school), f"{placement.route.name.lower()} route"])


def move_preview(access: Access, *, moves: Sequence[Move]) -> MovePreview:
    """Return what some moves change, all from one day on; as many queries for one as for thirty."""
    today = timezone.localdate()
    terms = terms_concerned(moves)
    lines = term_lines(moves, terms)
    last = Term.objects.order_by("starts_on").last()
    return MovePreview(
        moves,
        today,
        lines,
        (
            Part("Class lists", class_list_words(moves)),
            Part("Judgements", judged_words(access, lines, today)),
            Part("What is expected", expected_words(moves, lines, last)),
            Part("Who sees them", people_words(moves, today)),
            Part("Reports", report_words(access, lines, today)),
        ),
        placements_seen(move.before for move in moves),
    )


def report_words(access: Access, lines: Sequence[TermLine], today: dt.date) -> list[str]:
    """Say which reports of the schools concerned follow the data, and which stay as they are."""
    begun = {line.term.pk for line in lines if line.term.starts_on <= today}
    schools = {
        standing.census.school_id
        for line in lines
        for standing in (line.before, line.after)
        if standing.census
    }
    always = "Published reports keep their numbers; a draft follows the data when it is made anew."
    if not access.may(Permission.SEE_REPORTS):
        return [always]
    made = (
        Report.objects.visible_to(access)
        .without_content()
        .filter(kind=ReportKind.HT, school__in=schools, term__in=begun)
        .select_related("school", "term")
        .order_by("term__starts_on", "school__name", "version")
    )
    said = []
    for report in made:
        name = f"{report.school}, {report.term}"
        if report.status == ReportStatus.PUBLISHED:
            said.append(f"{name}: published version {report.version} keeps its numbers.")
        else:
            counts, day = _recounted(lines, report), timezone.localdate(report.made_at)
            said.append(
                f"{name}: the draft of {day_words(day)} follows the data. Made anew, it counts"
                f" {counts}."
            )
    return said or [f"No report of these terms is made yet. {always}"]


def _recounted(lines: Sequence[TermLine], report: Report) -> str:
    """Say how many pupils more or fewer the report of a school would count."""
    change = 0
    for line in lines:
        if line.term != report.term:
            continue
        was, will = (
            bool(each.census and each.census.school_id == report.school_id)
            for each in (line.before, line.after)
        )
        change += len(line.pupils) * (will - was)
    if not change:
        return "the same pupils"
    number = f"{abs(change)} pupil{'' if abs(change) == 1 else 's'}"
    return f"{number} {'more' if change > 0 else 'fewer'}"
