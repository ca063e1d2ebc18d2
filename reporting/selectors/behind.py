"""The pupils behind a figure of a report, with their places on the census date."""

from collections.abc import Collection, Sequence

from parrcs.core.access import Access
from pupils.models import Placement
from pupils.selectors.cohorts import cohort
from schools.models import Term


def placed(access: Access, *, pupil_ids: Collection[int], term: Term) -> Sequence[Placement]:
    """Return where these pupils were placed on a term's census date, by name."""
    placements = cohort(access, term=term).placements.filter(pupil__in=pupil_ids)
    return list(
        placements.select_related("pupil", "school", "arb", "class_group", "route").order_by(
            "pupil__last_name", "pupil__first_name", "pupil_id"
        )
    )


def term_of(name: str) -> Term | None:
    """Return the term that is in the name of a figure; None where there is no such one."""
    _place, _, rest = name.partition("/")
    term_id = rest.partition("/")[0]
    return Term.objects.filter(pk=term_id).first() if term_id.isdecimal() else None
