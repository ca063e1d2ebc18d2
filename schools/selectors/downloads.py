"""The log of downloads, as who may look into it sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404

from parrcs.core.access import Access
from schools.models import Download, User
from schools.models.downloads import DownloadQuerySet


@dataclass(frozen=True)
class DownloadLog:
    """The downloads of everybody, or of one person, and the people whom there are some of."""

    rows: DownloadQuerySet
    people: Sequence[User]
    person: User | None


def download_log(access: Access, *, person_id: str) -> DownloadLog:
    """Return the log, newest first, narrowed to a person if one is named; 404 for anyone else."""
    rows = Download.objects.visible_to(access)
    people = list(User.objects.filter(pk__in=rows.values("person")).order_by("name", "email"))
    person = next((each for each in people if str(each.pk) == person_id), None)
    if person_id and person is None:
        raise Http404
    if person is not None:
        rows = rows.filter(person=person)
    return DownloadLog(rows.select_related("person"), people, person)
