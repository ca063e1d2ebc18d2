"""What every kind of import has: columns, and for each line what it would do, does and undoes."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from exchange.choices import ImportKind, LineOutcome
from exchange.models import Import, ImportLine
from exchange.services.files.headings import Column, understand
from exchange.services.files.tables import FileRefused, Line, read_table
from parrcs.core.access import Access, Permission, Reach
from pupils.models import Pupil
from pupils.selectors.pupils import PupilFile, covers, pupil_files

type Cells = Mapping[str, str]


class Problem(NamedTuple):
    """Why a line is refused: the column, and the reason in words."""

    column: str
    words: str


class Change(NamedTuple):
    """One thing that a line changes, in words."""

    what: str
    before: str
    after: str


class LineRefused(Exception):
    """A line that does nothing; says in each case which column is wrong, and why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems)
        self.problems = problems


class NothingToUndo(Exception):
    """What a line did cannot be undone; says what stands in the way."""


@dataclass(frozen=True)
class Done:
    """What a line has done. `traces` is what it wrote, to undo it by."""

    about: str
    changes: Sequence[Change]
    is_new: bool = False
    pupil_id: int | None = None
    traces: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> LineOutcome:
        """What that is called."""
        if self.is_new:
            return LineOutcome.NEW
        return LineOutcome.CHANGED if self.changes else LineOutcome.UNCHANGED


class Work(ABC):
    """The lines of one import, carried out for one person by what that person may do.

    `doing` is whether they are carried out to stay: then what they write to is locked, so that
    nobody writes between the look and the change.
    """

    def __init__(self, by: Access, run: Import, *, doing: bool) -> None:
        self.by = by
        self.run = run
        self.doing = doing
        self.files: Mapping[str, PupilFile] = {}
        self.elsewhere: frozenset[str] = frozenset()

    @abstractmethod
    def key(self, cells: Cells) -> Hashable:
        """Return what no other line of the file may be about."""

    def child(self, cells: Cells) -> Hashable:  # noqa: ARG002  # of those who are new
        """Return whom no other line may add once more under another UPN, or nothing."""
        return ""

    @abstractmethod
    def do(self, cells: Cells) -> Done:
        """Carry out one line, with all checks that it meets by hand. Raises `LineRefused`."""

    def undo_together(self, lines: Sequence[ImportLine]) -> Mapping[int, str]:  # noqa: ARG002  # others use it
        """Put back what goes quicker together, and say by id of the line what had to be left.

        Nothing said: all of that line is put back. The lines that are not named are undone one
        by one.
        """
        return {}

    @abstractmethod
    def undo(self, line: ImportLine) -> str:
        """Put back what a line changed, and say what had to be left. Raises `NothingToUndo`."""

    def look_up(self, every: Iterable[Cells]) -> None:
        """Read whom the lines are about, before any of them is carried out."""
        upns = {upn_of(cells) for cells in every} - {""}
        found = Pupil.objects.filter(upn__in=upns).order_by("pk")
        if self.doing:
            found = found.select_for_update()
        ids = {pupil.upn: pupil.pk for pupil in found}
        files = pupil_files(self.by, pupil_ids=ids.values())
        self.files = {upn: files[pk] for upn, pk in ids.items() if pk in files}
        self.elsewhere = frozenset(ids) - frozenset(self.files)

    def about(self, cells: Cells) -> str:
        """Say whom a line is about, in its own words or by the name of the pupil it means."""
        name = " ".join(filter(None, (cells.get("first_name"), cells.get("last_name"))))
        return ", ".join(filter(None, (name or self.name_of(upn_of(cells)), cells.get("upn"))))

    def name_of(self, upn: str) -> str:
        """Return the name of a pupil of the import's place, or nothing.

        Others see the lines too, who may see nobody else.
        """
        file = self.files.get(upn)
        return str(file.pupil) if file and self.within(file) else ""

    def within(self, file: PupilFile) -> bool:
        """Say whether a pupil belongs to the place that the import is for."""
        place = file.placement
        return place is not None and covers(scope_of(self.run), place)

    def pupil(self, cells: Cells, permission: Permission) -> PupilFile:
        """Return the pupil of a line for whom the person may do this. Raises `LineRefused`."""
        upn = upn_of(cells)
        file = self.files.get(upn)
        if file is None:
            raise LineRefused(Problem("UPN", "No pupil whom you see has this UPN."))
        self.check_theirs(file, permission)
        return file

    def check_theirs(self, file: PupilFile, permission: Permission) -> None:
        """Ask that a pupil is the person's to write about, and within the import's place."""
        if not file.lets(self.by, permission):
            words = "This pupil is in another place now, so this is not yours to do."
            raise LineRefused(Problem("UPN", words))
        if not self.within(file):
            raise LineRefused(Problem("UPN", f"This pupil is not in {self.run.place}."))


class Template(NamedTuple):
    """A list to fill in."""

    code: str
    title: str
    columns: Sequence[Column]


class Kind(ABC):
    """One kind of import."""

    code: ClassVar[ImportKind]
    # What it brings, after "Import".
    name: ClassVar[str]
    # What one must be allowed to do by hand.
    permission: ClassVar[Permission]
    columns: ClassVar[Sequence[Column]]
    words: ClassVar[str]
    # What the files are, for the picker of the browser.
    accept: ClassVar[str] = ".csv,.txt,.xlsx"

    @property
    def templates(self) -> Sequence[Template]:
        """What can be filled in; usually one, with all columns."""
        return (Template("template", "Template", self.columns),)

    @abstractmethod
    def work(self, by: Access, run: Import, *, doing: bool) -> Work:
        """Return the work of one import for one person."""

    def read(self, name: str, content: bytes) -> "Sheet":
        """Return the headings as they are understood, and the lines. Raises `FileRefused`."""
        headings, *lines = read_table(name, content)
        codes = understand(headings.texts, self.columns)
        words = {column.code: column.words for column in self.columns}
        kept = [
            line
            for line in lines
            # The line of the template that says what belongs into each column.
            if any(
                text != words.get(code, "")
                for text, code in zip(line.texts, codes, strict=False)
                if text
            )
        ]
        if not kept:
            raise FileRefused("holds headings, but no line below them.")
        return Sheet(list(zip(headings.texts, codes, strict=True)), kept)


@dataclass(frozen=True)
class Sheet:
    """The headings of a file, each with the code of the column it is understood as, and lines."""

    columns: Sequence[tuple[str, str]]
    lines: Sequence[Line]


def scope_of(run: Import) -> Reach:
    """Return the places that an import is for."""
    if run.arb_id is not None:
        return Reach(
            whole_trust=False,
            school_ids=frozenset(),
            arb_ids=frozenset({run.arb_id}),
            class_group_ids=frozenset(),
        )
    return Reach(
        whole_trust=run.school_id is None,
        school_ids=frozenset() if run.school_id is None else frozenset({run.school_id}),
        arb_ids=frozenset(),
        class_group_ids=frozenset(),
    )


def cells_of(run: Import, line: ImportLine) -> dict[str, str]:
    """Return what stands in a line by the code of its column. Raises `LineRefused`."""
    texts = line.texts
    if len(texts) > len(run.columns) and any(texts[len(run.columns) :]):
        raise LineRefused(
            Problem(
                "",
                f"This line has {len(texts)} columns, the headings only {len(run.columns)}. A text"
                " with a comma in it needs quotation marks around it.",
            )
        )
    return {
        code: text
        for (_heading, code), text in zip(run.columns, texts, strict=False)
        if code and text
    }


def upn_of(cells: Cells) -> str:
    """Return the UPN of a line, small letters and blanks taken as they are meant."""
    return "".join(cells.get("upn", "").split()).upper()
