"""How long a text is, and how old one is who reads it with ease: a hint, never a mark.

Flesch and Kincaid's sum, from the words in a sentence and the syllables in a word. Syllables are
groups of vowels, silent endings left out: a rule of thumb, wrong in single words, fair in a text.
"""

import re
from typing import NamedTuple

from parrcs.core.names import plain

# Fewer words than this are too few for the sum to mean anything.
FEWEST_WORDS = 20
YOUNGEST, OLDEST = 5, 18

_WORD = re.compile(r"[^\W_]+(?:['.,-][^\W_]+)*")
_END = re.compile(r"[.!?]+(?=\s|$)|\n+")
_VOWELS = re.compile(r"[aeiouy]+")
# As in made, closes, judged; but not in table, needed, started.
_SILENT = re.compile(r"(?:[^laeiouy]es|[^aeiouytd]ed|[^laeiouy]e)$")


class Reading(NamedTuple):
    """How many words a text has, and the age at which it reads with ease; None: too few words."""

    words: int
    age: int | None

    @property
    def hint(self) -> str:
        """Say it in words, as a hint to who writes."""
        if not self.words:
            return ""
        if self.words < FEWEST_WORDS:
            counted = f"{self.words} word{'' if self.words == 1 else 's'}"
        else:
            counted = f"About {(self.words + 5) // 10 * 10:,} words"
        if self.age is None:
            return f"{counted}."
        if self.age >= OLDEST:
            return f"{counted}, reads at age {OLDEST} or above: shorter sentences read more easily."
        return f"{counted}, reads at age {self.age}."


def reading_of(text: str) -> Reading:
    """Count the words of a text and reckon the age at which it reads with ease."""
    spelt = plain(text).lower()
    words = _WORD.findall(spelt)
    if len(words) < FEWEST_WORDS:
        return Reading(len(words), None)
    sentences = sum(bool(_WORD.search(each)) for each in _END.split(spelt))
    syllables = sum(map(syllables_of, words))
    grade = 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    return Reading(len(words), min(max(round(grade) + 5, YOUNGEST), OLDEST))


def syllables_of(word: str) -> int:
    """Count the syllables of a word in small letters; a number counts as one."""
    return max(1, len(_VOWELS.findall(_SILENT.sub("", word))))
