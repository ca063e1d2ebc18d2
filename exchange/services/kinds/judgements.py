"""Judgements of a term, from a list: each as if it were entered in the grid of its class."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import ClassVar
from uuid import uuid4

from django.core.exceptions import PermissionDenied

from assessment.models import Judgement, Point, Strand
from assessment.selectors.progress import DueStrand, strands_due
from assessment.services.judgements import record_judgement
from exchange.choices import ImportKind
from exchange.models import Import, ImportLine
from exchange.services.files.headings import UPN, Column, bare
from exchange.services.kinds.base import (
    Cells,
    Change,
    Done,
    Kind,
    LineRefused,
    NothingToUndo,
    Problem,
)
from exchange.services.kinds.recorded import TERM, RecordedWork
from parrcs.core.access import Access, Permission
from pupils.selectors.pupils import PupilFile
from pupils.selectors.registers import registers
from pupils.services.operations import Conflict, Refused
from schools.models import ClassGroup, Term

STRAND = Column(
    "strand",
    "Strand",
    "Its name or code, such as Reading.",
    ("Subject", "Aspect", "Area", "Strand Name", "Assessment"),
    needed=True,
)
STREAM = Column(
    "stream",
    "Stream",
    "Its name or code. Empty: the one on the pupil's route that has the strand.",
    ("Stream Name", "Framework", "Assessment Stream", "Curriculum"),
)
POINT = Column(
    "point",
    "Point",
    "The point of the stream's scale, by its code, its words or its value.",
    ("Result", "Grade", "Judgement", "Level", "Step", "Score"),
    needed=True,
)


class JudgementsKind(Kind):
    """Judgements of a term."""

    code = ImportKind.JUDGEMENTS
    name = "judgements"
    permission = Permission.RECORD
    columns: ClassVar = (UPN, STREAM, STRAND, TERM, POINT)
    words = (
        "One line for each pupil, strand and term. What holds in the grid holds here: the window"
        " of the term is open or the class has leave for late entry, the pupil is in the class in"
        " that term, and the strand is due on the pupil's route. Another point takes the place of"
        " the one that stands."
    )

    def work(self, by: Access, run: Import, *, doing: bool) -> "JudgementsWork":
        """Return the work of one import for one person."""
        return JudgementsWork(by, run, doing=doing)


class JudgementsWork(RecordedWork):
    """The lines of one list of judgements."""

    def __init__(self, by: Access, run: Import, *, doing: bool) -> None:
        super().__init__(by, run, doing=doing)
        self._due: dict[int, dict[int, list[DueStrand]]] = {}

    def key(self, cells: Cells) -> Hashable:
        """Return pupil, term and strand: each is judged once."""
        return self.same(cells, "stream", "strand")

    def do(self, cells: Cells) -> Done:
        """Record the judgement of a line, with all checks of the grid."""
        file, term = self.pupil(cells, Permission.RECORD), self.term_of(cells)
        class_group, route = self._placed(file, term)
        strand = self._strand(cells, file, term, route)
        point = self._point(cells, strand)
        stands = (
            Judgement.objects.visible_to(self.by)
            .filter(pupil=file.pupil, term=term, strand=strand.strand_id)
            .select_related("point")
            .first()
        )
        about = f"{file.pupil}, {strand.name}, {term}"
        if stands is not None and stands.point_id == point.pk:
            return Done(about=about, changes=(), pupil_id=file.pupil.pk)
        version = self._record(file, class_group, term, strand.strand_id, point.pk, stands)
        before = _said(stands.point) if stands else ""
        return Done(
            about=about,
            changes=[Change(strand.name, before, _said(point))],
            is_new=stands is None,
            pupil_id=file.pupil.pk,
            traces={
                "upn": file.pupil.upn,
                "term": term.pk,
                "strand": strand.strand_id,
                "before": stands.point_id if stands else None,
                "version": version,
            },
        )

    def undo(self, line: ImportLine) -> str:
        """Put the point back that stood before, or take the judgement back, by the same rules."""
        traces = line.traces
        file = self.files.get(traces["upn"])
        if file is None:
            raise NothingToUndo("The pupil is not among those whom you see any more.")
        term = next(each for each in self.terms if each.pk == traces["term"])
        stands = (
            Judgement.objects.visible_to(self.by)
            .filter(pupil=file.pupil, term=term, strand=traces["strand"])
            .first()
        )
        if stands is None or stands.version != traces["version"]:
            raise NothingToUndo("It was changed since, and stays as it is now.")
        try:
            self.check_theirs(file, Permission.RECORD)
            class_group, _route = self._placed(file, term)
            self._record(file, class_group, term, traces["strand"], traces["before"], stands)
        except LineRefused as refused:
            raise NothingToUndo(" ".join(each.words for each in refused.problems)) from refused
        return ""

    def _record(
        self,
        file: PupilFile,
        class_group: ClassGroup,
        term: Term,
        strand_id: int,
        point_id: int | None,
        stands: Judgement | None,
    ) -> int:
        """Save a point as the grid does, and return the version. Raises `LineRefused`."""
        try:
            return record_judgement(
                by=self.by,
                class_group=class_group,
                term=term,
                pupil=file.pupil,
                strand_id=strand_id,
                point_id=point_id,
                base_version=stands.version if stands else None,
                operation_id=uuid4(),
            ).id
        except Refused as refused:
            raise LineRefused(Problem("", str(refused))) from refused
        except Conflict as conflict:
            raise LineRefused(
                Problem("", "Somebody judged this at the same moment. Send the line again.")
            ) from conflict
        except PermissionDenied as denied:
            raise LineRefused(Problem("UPN", f"You do not record for {class_group}.")) from denied

    def _placed(self, file: PupilFile, term: Term) -> tuple[ClassGroup, int]:
        """Return the class that judges a pupil in a term, and by which route."""
        placed = (
            registers(self.by, term=term)
            .filter(pupil=file.pupil)
            .select_related("class_group__school")
            .first()
        )
        if placed is None or placed.class_group is None:
            raise LineRefused(
                Problem(
                    TERM.heading,
                    f"{file.pupil} is in no class in {term}, so nothing is judged in it.",
                )
            )
        return placed.class_group, placed.judged_route

    def _strand(self, cells: Cells, file: PupilFile, term: Term, route: int) -> DueStrand:
        if term.pk not in self._due:
            self._due[term.pk] = strands_due(term)
        wanted, stream = bare(cells.get("strand", "")), bare(cells.get("stream", ""))
        due = self._due[term.pk].get(route, [])
        in_stream = [
            each for each in due if stream in ("", bare(each.stream), bare(each.stream_code))
        ]
        if not in_stream:
            raise LineRefused(
                Problem(
                    STREAM.heading,
                    f"“{cells.get('stream', '')}” is none of the streams due for {file.pupil} in"
                    f" {term}: {_listed(sorted({each.stream for each in due}))}.",
                )
            )
        found = [
            each
            for each in in_stream
            if wanted and wanted in (bare(each.name), bare(self._codes[each.strand_id]))
        ]
        if not found:
            raise LineRefused(
                Problem(
                    STRAND.heading,
                    f"“{cells.get('strand', '')}” is none of the strands due for {file.pupil} in"
                    f" {term}: {_listed([each.name for each in in_stream])}.",
                )
            )
        if len(found) > 1:
            streams = " and in ".join(each.stream for each in found)
            raise LineRefused(
                Problem(STREAM.heading, f"This strand is in {streams}. Write which one is meant.")
            )
        return found[0]

    @cached_property
    def _codes(self) -> dict[int, str]:
        return dict(Strand.objects.values_list("pk", "code"))

    @cached_property
    def _points(self) -> dict[int, list[Point]]:
        points: dict[int, list[Point]] = defaultdict(list)
        for point in Point.objects.order_by("value"):
            points[point.stream_id].append(point)
        return points

    def _point(self, cells: Cells, strand: DueStrand) -> Point:
        """Return a point by its code, else by its words, else by its value.

        Signs count: 1.5 is not 15, and 2+ is not 2.
        """
        text, scale = cells.get("point", ""), self._points[strand.stream_id]
        word, value = text.casefold(), _number(text)
        for means in (
            [each for each in scale if each.code.casefold() == word],
            [each for each in scale if each.label.casefold() == word],
            [each for each in scale if each.value == value],
        ):
            if len(means) == 1:
                return means[0]
        raise LineRefused(
            Problem(
                POINT.heading,
                f"“{text}” is no point of {strand.stream}. Its points are"
                f" {_listed([each.code for each in scale])}.",
            )
        )


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _said(point: Point) -> str:
    return point.code if point.code == point.label else f"{point.code}, {point.label}"


def _listed(names: Sequence[str]) -> str:
    """List names, of many the first and the last."""
    if len(names) > 12:
        return f"{', '.join(names[:6])} … {names[-1]}"
    return ", ".join(names) or "none"
