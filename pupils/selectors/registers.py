"""Which pupils belong to a class for a term: each pupil to one class only."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from parrcs.core.access import Access, Permission
from pupils.models import Placement, Pupil
from schools.models import Term


def overlapping(term: Term) -> QuerySet[Placement]:
    """Return the placements that hold on some day of the term."""
    return Placement.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=term.starts_on),
        starts_on__lte=term.ends_on,
    )


def registers(access: Access, *, term: Term) -> QuerySet[Placement]:
    """Return the last placement of each pupil in a term, as far as the person may see them.

    A pupil who moved during the term is judged once, by the class they moved to.
    """
    later = overlapping(term).filter(pupil=OuterRef("pupil"), starts_on__gt=OuterRef("starts_on"))
    placements = overlapping(term).filter(~Exists(later))
    if not access.reach(Permission.SEE_PUPILS).whole_trust:
        placements = placements.filter(pupil__in=Pupil.objects.visible_to(access))
    return placements.order_by()


def visible_pupils(access: Access) -> QuerySet[Pupil]:
    """Return the pupils whom the person may see."""
    return Pupil.objects.visible_to(access)
