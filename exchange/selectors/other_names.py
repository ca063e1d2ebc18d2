"""The names of other pupils, to be left out of a copy of one pupil's record."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain

from django.apps import apps

from exchange.models.record_map import events_of
from parrcs.core.access import Access
from pupils.models import Pupil

LEFT_OUT = "[another pupil]"
_WORD = re.compile(r"\w+")

type Words = tuple[str, ...]


def _words(text: str) -> Words:
    return tuple(_WORD.findall(text.lower()))


@dataclass(frozen=True)
class OtherNames:
    """Names in words, by their first one."""

    by_first: dict[str, list[Words]]

    def left_out(self, text: str) -> str:
        """Return a text with these words in the place of each whole name, or UPN, in it."""
        found = list(_WORD.finditer(text))
        spoken = [each.group().lower() for each in found]
        parts, since, at = [], 0, 0
        while at < len(found):
            name = next(
                (
                    n
                    for n in self.by_first.get(spoken[at], ())
                    if tuple(spoken[at : at + len(n)]) == n
                ),
                None,
            )
            if name is None:
                at += 1
                continue
            parts += [text[since : found[at].start()], LEFT_OUT]
            at += len(name)
            since = found[at - 1].end()
        return "".join([*parts, text[since:]])


def other_names(access: Access, *, pupil: Pupil, names: Collection[str]) -> OtherNames:
    """Return the full names and UPNs of all other pupils of the trust, seen by the person or not.

    Those that they had before and those of whom only history knows are among them; not those that
    the pupil bears, or bore, too. First names alone are words like others: a person has to
    read for them.
    """
    if not Pupil.objects.visible_to(access).filter(pk=pupil.pk).exists():
        return OtherNames({})
    event = dict(events_of(apps))[Pupil._meta.label]
    bears = ("first_name", "last_name", "upn")
    past = event._base_manager.order_by().values_list(*bears)
    own = {_words(name) for name in names}
    own_upns = {upn for *_, upn in past.filter(pgh_obj_id=pupil.pk)} | {pupil.upn}
    now = Pupil.objects.order_by().exclude(pk=pupil.pk).values_list(*bears)
    by_first: dict[str, list[Words]] = defaultdict(list)
    for first, last, upn in chain(now, past.exclude(pgh_obj_id=pupil.pk).distinct()):
        if _words(f"{first} {last}") not in own:
            for name in _ways(first, last):
                by_first[name[0]].append(name)
        if upn not in own_upns:
            by_first[upn.lower()].append((upn.lower(),))
    return OtherNames(by_first)


def _ways(first: str, last: str) -> Iterable[Words]:
    return filter(None, (_words(f"{first} {last}"), _words(f"{last} {first}")))
