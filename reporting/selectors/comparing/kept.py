"""The views of the comparison that a person has kept, and those that others share."""

from dataclasses import dataclass

from django.db.models import QuerySet

from parrcs.core.access import Access
from reporting.choices import COMPARED_BY
from reporting.models import KeptView


@dataclass(frozen=True)
class Kept:
    """A kept view: whose it is, and of which page."""

    view: KeptView
    own: bool

    @property
    def page(self) -> str:
        """The page it is of, in words."""
        return COMPARED_BY.get(self.view.page, "")


def kept_views(access: Access) -> list[Kept]:
    """Return the person's own views and those that others share, by name."""
    views = KeptView.objects.visible_to(access).select_related("owner")
    return [
        Kept(each, each.owner_id == access.person_id) for each in views if each.page in COMPARED_BY
    ]


def kept_view(access: Access) -> QuerySet[KeptView]:
    """Return the views among which one is looked for that the person wants to change."""
    return KeptView.objects.visible_to(access)
