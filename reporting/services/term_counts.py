"""Writing down what a school counted in a term."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from parrcs.core.access import Access, Permission
from reporting.choices import Counted
from reporting.models import TermCount
from reporting.selectors.term_counts import counts_seen
from schools.models import School, Term


class CountedMeanwhile(Exception):
    """Somebody else has written other numbers since; `stands` has them as they are now."""

    def __init__(self, stands: dict[Counted, int | None]) -> None:
        super().__init__("Somebody has changed these numbers meanwhile.")
        self.stands = stands

    @property
    def seen(self) -> str:
        """The mark of what stands now."""
        return counts_seen(self.stands)


@transaction.atomic
def save_counts(
    *, by: Access, school: School, term: Term, numbers: Mapping[Counted, int | None], seen: str
) -> None:
    """Write down all counts of a school for a term; None takes one away, and 0 is kept.

    `seen` is the mark of what the person saw. Raises `CountedMeanwhile`; history keeps what
    stood there before.
    """
    if not by.reach(Permission.WRITE_REPORTS).covers(school_id=school.pk):
        raise PermissionDenied
    rows = TermCount.objects.visible_to(by).filter(school=school, term=term)
    held = {Counted(each.what): each for each in rows.select_for_update()}
    stands = {what: held[what].number if what in held else None for what in Counted}
    changed = {what: number for what, number in numbers.items() if stands[what] != number}
    if not changed:
        return
    if counts_seen(stands) != seen:
        raise CountedMeanwhile(stands)
    gone = [held[what].pk for what, number in changed.items() if number is None]
    rows.filter(pk__in=gone).delete()
    for what, number in changed.items():
        if number is not None and what in held:
            held[what].number = number
            held[what].save(update_fields=["number"])
    added = [
        TermCount(school=school, term=term, what=what, number=number)
        for what, number in changed.items()
        if number is not None and what not in held
    ]
    try:
        with transaction.atomic():
            TermCount.objects.bulk_create(added)
    except IntegrityError as error:  # somebody was first
        now = {Counted(each.what): each.number for each in rows}
        raise CountedMeanwhile({what: now.get(what) for what in Counted}) from error
