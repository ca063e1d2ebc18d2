"""Views of the comparison that somebody has named, to come back to or to share."""

from typing import Self

from django.db import models
from django.db.models import Q

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TrustOwned, keep_history

# How long the choices of an address may be, encoded.
MOST_SAID = 600


class KeptViewQuerySet(models.QuerySet["KeptView"]):
    """Kept views, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep the person's own and those that are shared, for who compares the trust."""
        if not access.reach(Permission.COMPARE).whole_trust:
            return self.none()
        return self.filter(Q(owner=access.person_id) | Q(shared=True))


@keep_history
class KeptView(TrustOwned):
    """A page of the comparison with its choices, under a name; `shared` with all who compare."""

    owner = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    page = models.CharField(max_length=40)
    query = models.CharField(max_length=MOST_SAID, blank=True)
    shared = models.BooleanField(default=False)
    kept_at = models.DateTimeField(auto_now_add=True)

    objects = KeptViewQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=["trust", "owner", "name"], name="kept_view_name_once"),
        )

    def __str__(self) -> str:
        return self.name
