"""What kinds share that bring what is recorded in a term: the pupil's class, and the term."""

from collections.abc import Hashable

from exchange.models import Import
from exchange.services.files.headings import Column, bare
from exchange.services.kinds.base import Cells, LineRefused, Problem, Work, upn_of
from parrcs.core.access import Access
from schools.models import Term

TERM = Column(
    "term",
    "Term",
    "Such as Autumn 2026, or Autumn 2026/27.",
    ("Term Name", "Assessment Term", "Period", "Assessment Period"),
    needed=True,
)


class RecordedWork(Work):
    """The lines of one file of what is recorded in terms."""

    def __init__(self, by: Access, run: Import, *, doing: bool) -> None:
        super().__init__(by, run, doing=doing)
        self.terms = list(Term.objects.select_related("year").order_by("starts_on"))
        self._named = {
            bare(name): term
            for term in self.terms
            for name in (
                str(term),
                f"{term.get_season_display()} {term.year}",
                f"{term.get_season_display()} term {term.starts_on.year}",
                f"{term.year} {term.get_season_display()}",
            )
        }

    def term_of(self, cells: Cells) -> Term:
        """Return the term of a line. Raises `LineRefused`."""
        text = cells.get("term", "")
        term = self._named.get(bare(text))
        if term is None:
            known = ", ".join(str(each) for each in self.terms[-3:])
            words = f"“{text}” is no term of the calendar, such as {known}." if text else "Missing."
            raise LineRefused(Problem(TERM.heading, words))
        return term

    def same(self, cells: Cells, *codes: str) -> Hashable:
        """Return what a line is about, by some of its columns."""
        term = self._named.get(bare(cells.get("term", "")))
        said = tuple(bare(cells.get(code, "")) for code in codes)
        return (upn_of(cells), term and term.pk, *said) if upn_of(cells) else ""
