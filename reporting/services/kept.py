"""Keeping views of the comparison under names, sharing them, and letting them go."""

from django.core.exceptions import PermissionDenied
from django.http import QueryDict

from parrcs.core.access import Access, Permission
from reporting.choices import COMPARED_BY
from reporting.models import KeptView

# What an address of the comparison says; all else is left out of what is kept.
_SAID = (
    *("term", "stream", "strand", "route", "need", "pp", "cla", "eal", "sex", "year", "lens"),
    *("unit", "sort"),
)


class NameTaken(Exception):
    """The person has kept another view under this name."""


def keep_view(  # each is a choice of the person's
    *, by: Access, name: str, page: str, query: str, latest_term: bool, shared: bool
) -> KeptView:
    """Keep a page of the comparison with its choices under a name.

    With `latest_term` it opens on whichever term is the latest then. The same one kept twice
    stands once. Raises `NameTaken`, and ValueError where there is no such page.
    """
    _check(by)
    if page not in COMPARED_BY:
        raise ValueError(page)
    said = QueryDict(query)
    kept = QueryDict(mutable=True)
    for each in _SAID:
        if (value := said.get(each)) and not (each == "term" and latest_term):
            kept[each] = value
    view, made = KeptView.objects.get_or_create(
        owner_id=by.person_id,
        name=name,
        defaults={"page": page, "query": kept.urlencode(), "shared": shared},
    )
    if not made and (view.page, view.query) != (page, kept.urlencode()):
        raise NameTaken
    if shared and not view.shared:
        share_view(by=by, view=view, shared=True)
    return view


def share_view(*, by: Access, view: KeptView, shared: bool) -> None:
    """Share a view of one's own with all who compare, or keep it to oneself again."""
    _own(by, view)
    KeptView.objects.visible_to(by).filter(pk=view.pk).update(shared=shared)


def remove_view(*, by: Access, view: KeptView) -> None:
    """Let a view of one's own go."""
    _own(by, view)
    KeptView.objects.visible_to(by).filter(pk=view.pk).delete()


def _check(by: Access) -> None:
    if not by.reach(Permission.COMPARE).whole_trust:
        raise PermissionDenied


def _own(by: Access, view: KeptView) -> None:
    _check(by)
    if view.owner_id != by.person_id:
        raise PermissionDenied
