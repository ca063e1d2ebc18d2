"""The tracker of one pupil: every stream and version, every term, from the first baseline on."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from assessment.models import Baseline, Judgement, Strand, Stream
from assessment.selectors.aims import aims_of
from assessment.selectors.baselines import due_strands, last_day, scales_of, term_now
from assessment.selectors.paths import (
    Path,
    Start,
    cuts_on,
    expectations_of,
    paths_of,
)
from assessment.selectors.versions import ancestors
from parrcs.core.access import Access
from pupils.selectors.pupils import PupilFile
from pupils.selectors.registers import judged_route, visible_pupils
from reporting.selectors.trackers import Total, TrackedCell, total_of
from schools.models import Term


@dataclass(frozen=True)
class TrackedStrand:
    """A strand of a version: its baselines, and a cell or nothing for each term shown."""

    strand: Strand
    due: bool
    starts: Sequence[Start]
    cells: Sequence[TrackedCell | None]
    aim: str

    @property
    def latest(self) -> TrackedCell | None:
        """The last term that was judged."""
        return next((cell for cell in reversed(self.cells) if cell and cell.now), None)


@dataclass(frozen=True)
class TrackedStream:
    """A version of a stream with the terms in which the pupil was judged or due in it."""

    stream: Stream
    terms: Sequence[Term]
    strands: Sequence[TrackedStrand]
    went_on_from: str

    def blocks(self, width: int) -> list["TrackedStream"]:
        """Return it in blocks of so many terms, for paper."""
        return [
            replace(
                self,
                terms=self.terms[at : at + width],
                strands=[replace(s, cells=s.cells[at : at + width]) for s in self.strands],
            )
            for at in range(0, max(1, len(self.terms)), width)
        ]


@dataclass(frozen=True)
class PupilTracker:
    """All that a pupil was judged to be at; `term` is the last that is seen, None before any."""

    file: PupilFile
    term: Term | None
    streams: Sequence[TrackedStream]

    @property
    def total(self) -> Total:
        """What was counted in the last term, of what is due in it."""
        return total_of(
            [
                [strand.cells[-1]]
                for each in self.streams
                for strand in each.strands
                if strand.due and each.terms and each.terms[-1] == self.term and strand.cells[-1]
            ]
        )

    @property
    def due(self) -> int:
        """How many strands are due in the last term."""
        return sum(strand.due for each in self.streams for strand in each.strands)

    @property
    def no_baseline(self) -> int:
        """How many of those have no baseline on the census day, so that no gain can be told."""
        return sum(
            strand.due
            and self.term is not None
            and not any(start.holds(self.term.census_on) for start in strand.starts)
            for each in self.streams
            for strand in each.strands
        )

    @property
    def terms_judged(self) -> int:
        """In how many terms anything was judged."""
        return len(
            {
                cell.now.term.pk
                for each in self.streams
                for strand in each.strands
                for cell in strand.cells
                if cell and cell.now
            }
        )


def pupil_tracker(access: Access, *, file: PupilFile) -> PupilTracker:
    """Return a pupil's tracker over all terms, as far as the person sees the pupil.

    Every term is reckoned by its own baseline, version and route, so that nothing later moves
    it. Of who has left, nothing is shown that was recorded after their last term.
    """
    pupil = file.pupil
    every_term = list(Term.objects.order_by("starts_on"))
    term = term_now(file)
    terms = [each for each in every_term if term and each.starts_on <= term.starts_on]
    census_days = [each.census_on for each in every_term]
    until = last_day(file)
    strands = _strands(access, file, terms, until, term)
    due = set(due_strands(file, term=term).values_list("pk", flat=True))
    scales = scales_of({each.stream_id for each in strands})
    paths = paths_of(
        access,
        pupils=[pupil.pk],
        strands=[each.pk for each in strands],
        terms=terms,
        scales=scales,
    )
    lines = ancestors(each.pk for each in strands)
    aims = aims_of(
        access,
        pupils=[pupil],
        strands=[each.pk for each in strands],
        year=term.year_id if term else 0,
        lines=lines,
    )
    points = {point.pk: point for scale in scales.values() for point in scale}
    expected = expectations_of({each.route_id for each in file.placements})

    def cell(strand: Strand, path: Path, when: Term) -> TrackedCell:
        cuts = cuts_on(
            expected,
            stream_id=strand.stream_id,
            route_id=judged_route(file.placements, when),
            day=when.census_on,
        )
        aim, _ = aims.get((pupil.pk, strand.pk), (0, ""))
        of_year = term is not None and when.year_id == term.year_id
        return TrackedCell(
            start=path.start(when.census_on),
            last=path.before(when),
            now=path.step(when),
            reached=path.reached(when, cuts=cuts, census_days=census_days),
            aim=points.get(aim) if of_year else None,
            path=path.steps,
        )

    found = []
    for stream in sorted({s.stream for s in strands}, key=lambda s: (s.name, s.approved_from)):
        own = [each for each in strands if each.stream_id == stream.pk]
        of = {s.pk: paths.get((pupil.pk, s.pk), Path()) for s in own}
        shown = _terms_of(terms, list(of.values()), any_due=any(s.pk in due for s in own))
        found.append(
            TrackedStream(
                stream,
                shown,
                [
                    TrackedStrand(
                        strand,
                        strand.pk in due,
                        [s for s in of[strand.pk].starts if s.judged_on <= until],
                        [
                            cell(strand, of[strand.pk], when)
                            if of[strand.pk].step(when) or (strand.pk in due and when == term)
                            else None
                            for when in shown
                        ],
                        aims.get((pupil.pk, strand.pk), (0, ""))[1] if strand.pk in due else "",
                    )
                    for strand in own
                ],
                stream.replaces.version if stream.replaces else "",
            )
        )
    return PupilTracker(file, term, found)


def _strands(
    access: Access,
    file: PupilFile,
    terms: Sequence[Term],
    until: dt.date,
    term: Term | None,
) -> list[Strand]:
    """Return the strands that are due, and those in which anything was ever recorded."""
    judgements = Judgement.objects.visible_to(access).filter(pupil=file.pupil, term__in=terms)
    baselines = Baseline.objects.filter(
        pupil__in=visible_pupils(access), pupil=file.pupil, judged_on__lte=until
    )
    return list(
        Strand.objects.filter(
            Q(pk__in=due_strands(file, term=term).values("pk"))
            | Q(pk__in=judgements.values("strand"))
            | Q(pk__in=baselines.values("strand"))
        )
        .select_related("stream__replaces")
        .order_by("core_area__position", "stream__code", "position")
    )


def _terms_of(terms: Sequence[Term], paths: Sequence[Path], *, any_due: bool) -> list[Term]:
    """Return the terms from the first judgement in a version to the last, or to now."""
    judged = {step.term.pk for path in paths for step in path.steps}
    numbers = [n for n, term in enumerate(terms) if term.pk in judged]
    if any_due:
        numbers.append(len(terms) - 1)
    return list(terms[min(numbers) : max(numbers) + 1]) if numbers and terms else []
