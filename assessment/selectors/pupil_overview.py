"""The personalised learning overview of a pupil: all that its page and its PDF show."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from assessment.measures import exact
from assessment.models import TestScore
from assessment.selectors.gaps import Gaps, gaps_of
from assessment.selectors.notes import ShownNote, latest_notes
from assessment.selectors.pupil import Positions, StrandLine, TermValue, positions
from assessment.selectors.scores import scores_of
from parrcs.core.access import Access
from pupils.models import Plan, Provision
from pupils.selectors.plans import plans_of
from pupils.selectors.provision import AttendanceYear, attendance_of, provisions_of
from pupils.selectors.pupils import PupilFile, year_group_words
from pupils.selectors.targets import TermTargets, targets_by_term
from schools.models import AcademicYear, Term


@dataclass(frozen=True)
class ScoreBeside:
    """A test score with what the teacher judged in its core area in the term of the test."""

    score: TestScore
    term: Term | None
    judged: Sequence[tuple[StrandLine, TermValue]]

    @property
    def reached(self) -> str:
        """The score as one writes it."""
        return exact(self.score.score)

    @property
    def out_of(self) -> str:
        """What the test could have given, where it is out of something."""
        return "" if self.score.out_of is None else exact(self.score.out_of)

    @property
    def percent(self) -> int | None:
        """The score in per cent, where it is out of something."""
        if self.score.out_of is None:
            return None
        return round(100 * self.score.score / self.score.out_of)


@dataclass(frozen=True)
class Overview:
    """All that is shown of a pupil. Plans, targets and provision are split by what is now."""

    file: PupilFile
    year_group: str
    positions: Positions
    plans: Sequence[Plan]
    past_plans: Sequence[Plan]
    coming: Sequence[TermTargets]
    this_term: TermTargets | None
    earlier: Sequence[TermTargets]
    gaps: Gaps
    provisions: Sequence[Provision]
    past_provisions: Sequence[Provision]
    scores: Sequence[ScoreBeside]
    attendance: Sequence[AttendanceYear]
    notes: Sequence[ShownNote]


def overview(access: Access, *, file: PupilFile) -> Overview:
    """Return the overview of a pupil, as far as the person sees the pupil."""
    where = positions(access, file=file)
    day = min(file.today, file.seen_until or file.today)
    plans = list(plans_of(access, file=file))
    provisions = list(provisions_of(access, file=file))
    by_term = targets_by_term(access, file=file)
    present = where.term.starts_on if where.term else file.today
    years = list({term.year_id: term.year for term in where.calendar}.values())
    return Overview(
        file=file,
        year_group=year_group_words(file.pupil, _year_start(file, years)),
        positions=where,
        plans=[each for each in plans if each.ends_on is None or each.ends_on >= day],
        past_plans=[each for each in plans if each.ends_on and each.ends_on < day],
        coming=[each for each in by_term if each.term.starts_on > present],
        this_term=next((each for each in by_term if each.term == where.term), None),
        earlier=[each for each in by_term if each.term.starts_on < present],
        gaps=gaps_of(access, file=file, positions=where),
        provisions=[each for each in provisions if each.ends_on is None or each.ends_on >= day],
        past_provisions=[each for each in provisions if each.ends_on and each.ends_on < day],
        scores=[_beside(score, where) for score in scores_of(access, file=file)],
        attendance=attendance_of(access, file=file, years=years),
        notes=latest_notes(access, file=file),
    )


def _year_start(file: PupilFile, years: Sequence[AcademicYear]) -> dt.date:
    """Return when the school year of today starts by the calendar, else 1 September."""
    day = file.today
    held = (year.starts_on for year in years if year.starts_on <= day <= year.ends_on)
    return next(held, dt.date(day.year - (day.month < 9), 9, 1))


def _beside(score: TestScore, where: Positions) -> ScoreBeside:
    """Put beside a test what was judged in its term; in the holidays, in the term before."""
    begun = [term for term in where.calendar if term.starts_on <= score.taken_on]
    term = next(iter(begun[-1:]), None)
    if score.core_area_id is None:
        return ScoreBeside(score, term, ())
    judged = [
        (line, value)
        for line in where.lines
        if line.strand.core_area_id == score.core_area_id
        for value in line.history
        if value.term == term
    ]
    return ScoreBeside(score, term, judged)
