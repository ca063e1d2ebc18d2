"""What was set for a school's window of a term, by whom and when: days, leave and reminders."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.apps import apps
from django.utils.formats import date_format

from assessment.models import Reminder
from schools.models import ClassGroup, LateEntry, School, Term, User, Window


@dataclass(frozen=True)
class Happening:
    """One thing that was set or sent; without a name, the calendar or an import did it."""

    at: dt.datetime
    words: str
    who: str


def window_history(
    *, school: School, term: Term, class_groups: Iterable[ClassGroup]
) -> list[Happening]:
    """Return what was set for a school and a term, the latest first.

    Of classes only what happened to those given, which the person has been found to lead.
    """
    groups = {each.pk: each.name for each in class_groups}
    own = _states(Window, "WindowEvent", term=term.pk, school=school.pk)
    trusts = _states(Window, "WindowEvent", term=term.pk, school__isnull=True)
    leave = _states(LateEntry, "LateEntryEvent", term=term.pk, class_group__in=groups)
    names = _names([*own, *trusts, *leave])
    found = _reminders(term, groups)
    for lines, whose in ((own, "The school's window"), (trusts, "The trust's window")):
        for line in lines:
            found += _days(line, whose, names)
    for line in leave:
        found += _leave(line, groups, names)
    return sorted(found, key=lambda each: each.at, reverse=True)


def _reminders(term: Term, groups: dict[int, str]) -> list[Happening]:
    """Return one line for those of a day that one person asked for, or the calendar.

    Workers send them one by one, so that their times differ; a class gets one a day at most.
    """
    presses: dict[tuple[dt.date, int | None], list[Reminder]] = defaultdict(list)
    for each in (
        Reminder.objects.filter(term=term, class_group__in=groups)
        .select_related("sent_by")
        .order_by("sent_at", "pk")
    ):
        presses[each.sent_on, each.sent_by_id].append(each)
    found = []
    for sent in presses.values():
        told = sorted(f"{groups[each.class_group_id]} ({each.left:,} left)" for each in sent)
        who = sent[0].sent_by.name if sent[0].sent_by else ""
        what = "Reminder for" if len(sent) == 1 else f"Reminders for {len(sent)} classes:"
        found.append(Happening(sent[-1].sent_at, f"{what} {', '.join(told)}", who))
    return found


def _states(model: Any, event: str, **where: Any) -> list[list[Any]]:
    """Return the states of each row in order: superseded ones, then the row, None if deleted."""
    lines: dict[int, list[Any]] = defaultdict(list)
    events: Any = apps.get_model("schools", event)
    for each in events.objects.filter(**where).order_by("pgh_id"):
        lines[each.pgh_obj_id].append(each)
    standing = {each.pk: each for each in model.objects.filter(**where)}
    return [
        [*lines.get(number, []), standing.get(number)] for number in lines.keys() | standing.keys()
    ]


def _days(line: Sequence[Any], whose: str, names: dict[int, str]) -> list[Happening]:
    found = []
    for before, after in pairwise(line):
        words = f"{whose} of {_span(before)} given up"
        if after is not None:
            words = f"{whose}: {_span(after)} instead of {_span(before)}"
        if after is None or _span(after) != _span(before):
            found.append(Happening(before.pgh_created_at, words, names.get(_by(before), "")))
    return found


def _leave(line: Sequence[Any], groups: dict[int, str], names: dict[int, str]) -> list[Happening]:
    *given, last = line
    found = [
        Happening(
            each.allowed_at,
            f"Late entry for {groups[each.class_group_id]} until {_day(each.until)}: {each.reason}",
            names.get(each.allowed_by_id, ""),
        )
        for each in (given if last is None else line)
    ]
    if last is None:
        end = given[-1]
        words = f"Late entry for {groups[end.class_group_id]} taken back"
        found.append(Happening(end.pgh_created_at, words, names.get(_by(end), "")))
    return found


def _by(event: Any) -> int:
    """Return who replaced a state; 0 for nobody known."""
    return (event.pgh_context or {}).get("person") or 0


def _names(lines: Sequence[Sequence[Any]]) -> dict[int, str]:
    states = [each for line in lines for each in line if each is not None]
    people = {_by(each) for each in states if hasattr(each, "pgh_context")}
    people |= {each.allowed_by_id for each in states if hasattr(each, "allowed_by_id")}
    return {each.pk: each.name for each in User.objects.filter(pk__in=people)}


def _span(state: Any) -> str:
    return f"{_day(state.opens_on)} to {_day(state.closes_on)}"


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")
