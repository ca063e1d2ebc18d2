"""Who asked for a copy of a pupil's record, and what was made of it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.shortcuts import get_object_or_404

from exchange.models import AccessCopy, AccessRequest
from parrcs.core.access import Access
from pupils.models import Pupil


@dataclass(frozen=True)
class AskedFor:
    """A request with the copies made for it."""

    request: AccessRequest
    copies: Sequence[AccessCopy]
    today: dt.date

    @property
    def is_late(self) -> bool:
        """Whether the month is over and nobody has said that it was answered."""
        return self.request.answered_on is None and self.request.due_on < self.today

    @property
    def days_left(self) -> int:
        """How many days are left to answer."""
        return (self.request.due_on - self.today).days


def access_requests(access: Access, *, pupil: Pupil, today: dt.date) -> list[AskedFor]:
    """Return the requests for a pupil's record, the latest first."""
    found = (
        AccessRequest.objects.visible_to(access)
        .filter(pupil=pupil)
        .select_related("entered_by")
        .prefetch_related("copies__made_by")
    )
    return [AskedFor(each, list(each.copies.all()), today) for each in found]


def one_access_request(access: Access, *, pupil: Pupil, asked_id: int) -> AccessRequest:
    """Return a request for a pupil's record, or 404."""
    return get_object_or_404(AccessRequest.objects.visible_to(access), pk=asked_id, pupil=pupil)
