"""The attack: everything that is published is read, and what should not be known is worked out."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from tests.reporting.attacker.further import FURTHER
from tests.reporting.attacker.knowing import PLAIN, TABLES, Reader, Spoken, forms
from tests.reporting.attacker.reading import Publication, Read, differences, read
from tests.reporting.attacker.solving import Contradiction, Form, pinned
from tests.reporting.attacker.telling import drawn, told

EVERYTHING = TABLES | FURTHER


def read_off(published: Sequence[Publication], largest_small: int = 5) -> Iterator[str]:
    """Say what words, pictures and workbooks tell that is hidden on the page."""
    versions = defaultdict[tuple[str, str, str], list[Read]](list)
    for each in published:
        report = read(each)
        before = versions[each.title, each.place, each.term]
        yield from told(report, before, largest_small)
        yield from drawn(each, report)
        yield from differences(each, report)
        before.append(report)


def solved(published: Sequence[Publication], largest_small: int = 5) -> Iterator[str]:
    """Say which hidden figures can only be as they are, and which small ones are known.

    All is to be published of the same data.
    """
    reports = [read(each) for each in published]
    try:
        yield from _solved(Reader(EVERYTHING), reports, largest_small)
    except Contradiction:
        # Something was listed of which there is none, to guard others.
        yield from _solved(Reader(EVERYTHING, trusting=False), reports, largest_small)


def _solved(reader: Reader, reports: Sequence[Read], largest_small: int) -> Iterator[str]:
    for report in reports:
        reader.take(report)
    yield from reader.unread
    reader.conclude()
    # Also what no page prints, as the number of a school's group, is known only if large.
    mentioned = [((name, 1),) for name in reader.knowledge.least]
    asked = [*mentioned, *chain.from_iterable(map(forms, reader.spoken))]
    known = pinned(reader.knowledge, asked)
    for each in reader.spoken:
        if each.cell.kind == "hidden" and (values := _learnt(each, known)):
            yield f"{each.where} can only be {values}"
    for form, value in known.items():
        plain = all(str(name[-1]).endswith(PLAIN) for name, _ in form)
        if 1 <= value <= largest_small and not plain:
            yield f"{' less '.join(', '.join(name) for name, _ in form)} is {value}"


def _learnt(each: Spoken, known: dict[Form, int]) -> str:
    """Return what a hidden cell can only say; of a cell with two numbers, where both are known.

    One of them may be known, as it stands elsewhere or is nobody's; what is small is asked for
    by itself.
    """
    if all(figure[-1].endswith(PLAIN) for figure in each.figures):
        return ""  # It says nothing of children.
    values = [known.get(((figure, 1),)) for figure in each.figures]
    return "" if None in values else " of ".join(map(str, values))
