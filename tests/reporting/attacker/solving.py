"""Which of some unknown whole numbers can only be as they are, answered by CP-SAT."""

import atexit
import pickle
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path

# No school and no trust counts more than this of anything.
MOST = 1_000_000

# Whose, when, of which of their pupils, and what.
type Name = tuple[str, str, str, str]
# Numbers with their factors.
type Form = tuple[tuple[Name, int], ...]


class Contradiction(Exception):
    """What is known cannot be: the reader takes for true what is not."""


@dataclass
class Knowledge:
    """What somebody knows of whole numbers, none of them below zero."""

    least: dict[Name, int] = field(default_factory=dict)
    most: dict[Name, int] = field(default_factory=dict)
    # Each form lies between two numbers.
    forms: dict[tuple[Form, int, int], None] = field(default_factory=dict)
    # Where the first is 0, the second is.
    with_it: dict[tuple[Name, Name], None] = field(default_factory=dict)

    def mention(self, name: Name) -> None:
        """Speak of a number of which nothing is known."""
        self.least.setdefault(name, 0)
        self.most.setdefault(name, MOST)

    def between(self, name: Name, least: int, most: int = MOST) -> None:
        """Learn the bounds of a number."""
        self.mention(name)
        self.least[name] = max(self.least[name], least)
        self.most[name] = min(self.most[name], most)
        if self.least[name] > self.most[name]:
            raise Contradiction(name)

    def learn(self, form: Mapping[Name, int], least: int, most: int) -> None:
        """Learn what numbers, times their factors, add up to."""
        for name in form:
            self.mention(name)
        self.forms[tuple(sorted(form.items(), key=str)), least, most] = None

    def add_up(self, total: Name, parts: Iterable[Name]) -> None:
        """Learn that a number is the sum of others."""
        form = defaultdict[Name, int](int)
        form[total] -= 1
        for part in parts:
            form[part] += 1
        self.learn(form, 0, 0)

    def at_most(self, less: Name, more: Name) -> None:
        """Learn that a number is not more than another."""
        self.learn({less: 1, more: -1}, -MOST, 0)

    def nothing_without(self, name: Name, other: Name) -> None:
        """Learn that where one number is 0 another is too."""
        self.mention(name)
        self.mention(other)
        self.with_it[name, other] = None

    def bounds(self, name: Name) -> tuple[int, int]:
        """Return the least and the most that a number can be as far as is known."""
        return self.least[name], self.most[name]

    def known(self, name: Name) -> int | None:
        """Return a number where nothing else is left."""
        return self.least[name] if self.least[name] == self.most[name] else None


def pinned(knowledge: Knowledge, asked: Iterable[Form]) -> dict[Form, int]:
    """Return the forms asked about that can have one value only, with it."""
    narrow(knowledge)
    group = _components(knowledge)
    members = defaultdict[Name, list[Name]](list)
    for name, root in group.items():
        members[root].append(name)
    inside = defaultdict[Name, list[Form]](list)
    across: list[Form] = []
    for form in dict.fromkeys(asked):
        roots = {group[name] for name, _ in form if name in group}
        (inside[roots.pop()] if len(roots) == 1 else across).append(form)
    # A form whose numbers do not hang together is as it is only where each of them is.
    wanted = {*inside, *(group[name] for form in across for name, _ in form if name in group)}
    found: dict[Form, int] = {}
    for root in sorted(wanted, key=str):
        alone = [((name, 1),) for name in members[root]]
        found |= _pinned_in(knowledge, members[root], [*alone, *inside[root]])
    fixed = {
        form[0][0]: value for form, value in found.items() if len(form) == 1 and form[0][1] == 1
    }
    fixed |= {name: least for name, least in knowledge.least.items() if name not in group}
    for form in across:
        if all(name in fixed for name, _ in form):
            found[form] = sum(factor * fixed[name] for name, factor in form)
    return found


def narrow(knowledge: Knowledge) -> None:
    """Draw in the bounds of each number until nothing that is known draws them in any more."""
    touching = defaultdict[Name, list[tuple[Form, int, int]]](list)
    for each in knowledge.forms:
        for name, _ in each[0]:
            touching[name].append(each)
    waiting = dict.fromkeys(knowledge.forms)
    while waiting:
        _narrow(knowledge, waiting, touching)
        for name, other in knowledge.with_it:
            before = knowledge.bounds(name), knowledge.bounds(other)
            if knowledge.least[other] > 0:
                knowledge.between(name, 1)
            if knowledge.most[name] == 0:
                knowledge.between(other, 0, 0)
            if before != (knowledge.bounds(name), knowledge.bounds(other)):
                waiting |= dict.fromkeys([*touching[name], *touching[other]])


def _narrow(
    knowledge: Knowledge,
    waiting: dict[tuple[Form, int, int], None],
    touching: Mapping[Name, list[tuple[Form, int, int]]],
) -> None:
    while waiting:
        form, least, most = next(iter(waiting))
        del waiting[form, least, most]
        low = high = 0
        ends = {}
        for name, factor in form:
            two = sorted((factor * knowledge.least[name], factor * knowledge.most[name]))
            ends[name] = two
            low, high = low + two[0], high + two[1]
        if low > most or high < least:
            raise Contradiction(form)
        for name, factor in form:
            rest_low, rest_high = low - ends[name][0], high - ends[name][1]
            lowest, highest = least - rest_high, most - rest_low
            if factor < 0:
                lowest, highest = -highest, -lowest
            was, times = knowledge.bounds(name), abs(factor)
            knowledge.between(name, -(-lowest // times), highest // times)
            if was != knowledge.bounds(name):
                waiting |= dict.fromkeys(touching[name])


def _components(knowledge: Knowledge) -> dict[Name, Name]:
    """Return, for each unknown number, one that stands for all that hang together with it."""
    unknown = [name for name in knowledge.least if knowledge.known(name) is None]
    root = {name: name for name in unknown}

    def find(name: Name) -> Name:
        while root[name] != name:
            root[name] = root[root[name]]
            name = root[name]
        return name

    for linked in chain(([n for n, _ in form] for form, *_ in knowledge.forms), knowledge.with_it):
        first, *others = [name for name in linked if name in root] or [None]
        for each in others:
            root[find(each)] = find(first)
    return {name: find(name) for name in unknown}


def _pinned_in(knowledge: Knowledge, names: list[Name], asked: list[Form]) -> dict[Form, int]:
    """Ask the solver about numbers that hang together, and with no others."""
    place = {name: at for at, name in enumerate(names)}

    def reduced(form: Form) -> tuple[list[tuple[int, int]], int]:
        """Return a form of the unknown numbers alone, and what the known ones bring to it."""
        unknown = [(place[name], factor) for name, factor in form if name in place]
        return unknown, sum(f * knowledge.least[name] for name, f in form if name not in place)

    rules = [
        (unknown, least - known, most - known)
        for form, least, most in knowledge.forms
        for unknown, known in [reduced(form)]
        if unknown
    ]
    with_it = [
        (place[name], place[other])
        for name, other in knowledge.with_it
        if name in place and other in place and not knowledge.least[name]
    ]
    questions = [reduced(form) for form in asked]
    bounds = [knowledge.bounds(name) for name in names]
    found = _solver().ask((bounds, rules, with_it, [unknown for unknown, _ in questions]))
    if found is None:
        raise Contradiction(names)
    return {asked[at]: value + questions[at][1] for at, value in found.items()}


class _Solver:
    """CP-SAT in a process of its own.

    The application asks HiGHS, of which the wheel of CP-SAT brings another version: both cannot
    be loaded at once.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.reporting.attacker.solver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        atexit.register(self._end)

    def _end(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def ask(self, question: object) -> dict[int, int] | None:
        """Return which of what is asked can be one thing only; None where nothing is possible."""
        pickle.dump(question, self._process.stdin)
        self._process.stdin.flush()
        answer: dict[int, int] | None = pickle.load(self._process.stdout)  # noqa: S301 - our own
        return answer


@cache
def _solver() -> _Solver:
    return _Solver()
