"""What a person has been told of."""

from django.db.models import Max
from django.shortcuts import get_object_or_404

from parrcs.core.access import Access
from schools.models import Notice
from schools.models.notices import NoticeQuerySet


def notices(access: Access) -> NoticeQuerySet:
    """Return the person's notices in this trust, newest first."""
    return Notice.objects.visible_to(access)


def notice(access: Access, *, notice_id: int) -> Notice:
    """Return one of the person's notices, or 404."""
    return get_object_or_404(notices(access), pk=notice_id)


def unread_notices(access: Access) -> int:
    """Count what the person has not read yet."""
    return notices(access).unread().count()


def newest_notice(access: Access) -> int:
    """Return the id of what the person was told last, 0 for nothing."""
    return notices(access).aggregate(newest=Max("pk"))["newest"] or 0
