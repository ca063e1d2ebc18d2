"""What in a text might tell who a child is: names of pupils, and small numbers."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from unicodedata import category, combining, normalize

from parrcs.core.names import plain

# First names that are words as well. At the start of a sentence nobody can tell which it is.
ALSO_WORDS = frozenset(
    re.findall(
        r"\w+",
        "amber april august autumn bay beau bill blue brook cherry chase dale daisy dawn dean dream"
        " eden ever faith fern finn forest frank gale gene glen grace grant guy harmony hazel heath"
        " heather holly honour hope hunter iris ivy jack jade jasmine jay jewel journey joy june"
        " kit lake lance lane lily mark may melody mercy miles olive paris pat patience pearl penny"
        " poppy prince rain reed rich river robin rocky rose ruby sage sandy sky star sterling"
        " storm summer sunny teal violet ward will willow winter wren",
    )
)
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven")

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
# Apostrophes within a name and at its end: O'Neil, Tomos's.
# Marks belong to their letters: those that no letter has in one piece (Fẹ́mi), and vowels (प्रिया).
_MARKS = "".join(chr(each) for each in range(0x300, 0x10000) if category(chr(each)) in ("Mn", "Mc"))
_LETTERS = rf"(?:[^\W\d_]|[{re.escape(_MARKS)}])+"
_WORD = re.compile(rf"{_LETTERS}(?:'{_LETTERS})*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
# What may stand between the words of one name.
_BETWEEN = re.compile(r"[\s,-]{1,3}")
# A digit that stands alone: no share, date, year group, key stage, time or change in points.
_DIGIT = re.compile(
    r"(?<![\d.,:/+\u2212-])(?<!year )(?<!years )(?<!stage )(?<!term )(?<!phase )(?<!week )"
    r"(?<!version )\b(\d)\b"
    r"(?![.,:/]\d|\s*%|\s*per\s?cent|\s*points?\b|-|st\b|nd\b|rd\b|th\b"
    rf"|\s+(?:{'|'.join(_MONTHS)})\b)",
    re.IGNORECASE,
)
# Not "no one", nor "one another", nor what is counted in points.
_NUMBER_WORD = re.compile(
    rf"(?<!no )(?<!any )(?<!every )(?<!-)\b({'|'.join(NUMBERS)})\b(?!\s+another|-|\s+points?\b)",
    re.IGNORECASE,
)


class Child(NamedTuple):
    """The name of a pupil; `here`: of the school that a text is about."""

    first_name: str
    last_name: str
    here: bool


class Named(NamedTuple):
    """A name as it is written in a text; it must go, or it may be meant otherwise."""

    words: str
    must: bool


class _Spelt(NamedTuple):
    """A word of a text as it is compared and as written, and whether it goes on from the last."""

    plain: str
    written: str
    goes_on: bool

    @property
    def capital(self) -> bool:
        return self.written[0].isupper()


def names_in(text: str, children: Iterable[Child]) -> list[Named]:
    """Return the pupils' names in a text, each once, as it is written there.

    A first and a last name beside each other must go, whoever's pupil it is. So must the first
    name alone of a pupil of the school; but it is only a hint where it is also a word, or where
    another last name follows, for then it may well be an adult's.
    """
    spelt = _spelt(text)
    known = {each.plain for each in spelt}
    here: set[str] = set()
    within: set[int] = set()
    found: dict[str, Named] = {}
    for child in children:
        given, family = _words(child.first_name), _words(child.last_name)
        if not given or given[0] not in known:
            continue
        if child.here:
            here.add(given[0])
        for order in _orders(given, family):
            for at in _places_of(order, spelt):
                places = range(at, at + len(order))
                if within.issuperset(places):
                    continue  # part of a longer spelling of the same name
                within.update(places)
                whole = " ".join(spelt[each].written for each in places)
                found[whole] = Named(whole, must=True)
    for at, each in enumerate(spelt):
        if each.plain in here and each.capital and at not in within:
            after = spelt[at + 1 : at + 2]
            another = any(word.goes_on and word.capital for word in after)
            must = each.plain not in ALSO_WORDS and not another
            if must or each.written not in found:
                found[each.written] = Named(each.written, must=must)
    return list(found.values())


def _orders(given: list[str], family: list[str]) -> list[list[str]]:
    """Return a name as it may be written: all of it, with one first name, last name first."""
    if not family:
        return []
    return [[*given, *family], [given[0], *family], [*family, *given], [*family, given[0]]]


def small_numbers_in(text: str, *, largest: int) -> list[str]:
    """Return the sentences in which a number from 1 to the largest small one stands."""
    return [
        sentence
        for each in _SENTENCE_END.split(text)
        if (sentence := each.strip()) and _has_small(sentence, largest)
    ]


def _has_small(sentence: str, largest: int) -> bool:
    digits = (int(each) for each in _DIGIT.findall(sentence))
    spelt = (NUMBERS.index(each.lower()) + 1 for each in _NUMBER_WORD.findall(sentence))
    return any(0 < each <= largest for each in (*digits, *spelt))


def _spelt(text: str) -> list[_Spelt]:
    as_written, bare = normalize("NFC", text), plain(text)
    words, end = [], 0
    for match in _WORD.finditer(bare):
        start = match.start()
        goes_on = bool(_BETWEEN.fullmatch(bare, end, start))
        written = as_written[start : match.end()]
        words.append(_Spelt(_compared(match.group()), written, goes_on))
        end = match.end()
    return words


def _words(name: str) -> list[str]:
    return [_compared(each) for each in _WORD.findall(plain(name))]


def _compared(word: str) -> str:
    bare = "".join(each for each in normalize("NFD", word) if not combining(each))
    return bare.casefold().removesuffix("'s").replace("'", "")


def _places_of(order: list[str], spelt: list[_Spelt]) -> Iterator[int]:
    """Return where these words stand in this order, one after the other."""
    for at in range(len(spelt) - len(order) + 1):
        words = spelt[at : at + len(order)]
        if [each.plain for each in words] == order and all(each.goes_on for each in words[1:]):
            yield at
