"""How much of a term's judgements is in: for classes, in the words of who enters them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from django.db.models import Count, F, Q, QuerySet

from assessment.selectors.progress import DueStrand
from parrcs.core.access import Access, Permission
from pupils.models.plans import target_is_due
from pupils.selectors.registers import registers
from schools.models import ClassGroup, Term

# What one judgement takes a teacher who has made up their mind: the estimate says so.
SECONDS_A_JUDGEMENT = 10


@dataclass(frozen=True)
class Coverage:
    """Judgements and targets judged, of those due."""

    pupils: int
    judged: int
    due: int

    @property
    def left(self) -> str:
        """Say about how long the rest takes."""
        if self.due <= self.judged:
            return "all judged" if self.due else "nothing due"
        return f"{self.minutes} left"

    @property
    def minutes(self) -> str:
        """Say how long that is."""
        minutes = ceil((self.due - self.judged) * SECONDS_A_JUDGEMENT / 60)
        return f"about {minutes} minute{'' if minutes == 1 else 's'}"


def classes_to_record(access: Access) -> QuerySet[ClassGroup]:
    """Return the classes for which the person records judgements."""
    classes = ClassGroup.objects.visible_to(access)
    reach = access.reach(Permission.RECORD)
    if reach.whole_trust:
        return classes
    return classes.filter(
        Q(school__in=reach.school_ids) | Q(arb__in=reach.arb_ids) | Q(id__in=reach.class_group_ids)
    )


def coverage(
    access: Access,
    *,
    term: Term,
    class_groups: Iterable[ClassGroup],
    due: dict[int, list[DueStrand]],
) -> dict[int, Coverage]:
    """Count what is judged of what is due in each class, by the same queries for any number."""
    ids = [group.pk for group in class_groups]
    placed = registers(access, term=term).filter(class_group__in=ids)
    due_on = {route: {strand.strand_id for strand in strands} for route, strands in due.items()}
    pupils: dict[int, int] = defaultdict(int)
    total: dict[int, int] = defaultdict(int)
    judged: dict[int, int] = defaultdict(int)
    for group, route, count in placed.values_list("class_group", "judged_route").annotate(
        count=Count("id")
    ):
        pupils[group] += count
        total[group] += count * len(due_on.get(route, ()))
    for group, route, strand, count in (
        placed.filter(pupil__judgements__term=term)
        .values_list("class_group", "judged_route", "pupil__judgements__strand")
        .annotate(count=Count("pupil__judgements"))
    ):
        if strand in due_on.get(route, ()):
            judged[group] += count
    for group, targets, done in (
        placed.filter(target_is_due("pupil__targets__"), pupil__targets__term=term)
        .values_list("class_group")
        .annotate(targets=Count("pupil__targets"), done=Count(F("pupil__targets__judged")))
    ):
        total[group] += targets
        judged[group] += done
    return {each: Coverage(pupils[each], judged[each], total[each]) for each in ids}
