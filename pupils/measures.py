"""Pure arithmetic about pupils: the check letter of a unique pupil number (UPN), attendance.

And about termly targets: how many are met, how their words could say more, how they go on; and
about annual reviews: when each step is due.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

import schools.measures
from pupils.choices import ReviewStepKind, TargetOutcome, Transfer

ALPHABET = "ABCDEFGHJKLMNPQRTUVWXYZ"  # no I, O or S


def upn_check_letter(rest: str) -> str:
    """Return the first character of a UPN, from the twelve that follow it.

    They are the LA (3 digits), the establishment (4), the year (2) and a serial of three
    digits, or of two and a letter for a temporary number.
    """
    if not (len(rest) == 12 and rest[:11].isdecimal() and rest.isascii()):
        raise ValueError("after its check letter a UPN has eleven digits and one more")
    last = int(rest[11]) if rest[11].isdecimal() else ALPHABET.index(rest[11])
    digits = [*map(int, rest[:11]), last]
    return ALPHABET[sum(w * d for w, d in enumerate(digits, start=2)) % 23]


mark_of = schools.measures.mark_of


def upn_problem(upn: str) -> str:
    """Say what is wrong with a UPN, or nothing."""
    if len(upn) != 13:
        return f"A UPN has 13 characters, this one has {len(upn)}."
    if not re.fullmatch(r"[A-Z][0-9]{11}[0-9A-Z]", upn):
        return "A UPN is a letter, eleven digits, and a last digit (or a letter, if temporary)."
    try:
        right = upn_check_letter(upn[1:])
    except ValueError:
        return f"No UPN ends in {upn[-1]}: the letters I, O and S are not used."
    if upn[0] != right:
        return (
            f"One character is wrong: with {upn[1:]} the first letter would be {right},"
            f" not {upn[0]}."
        )
    return ""


@dataclass(frozen=True)
class Attendance:
    """Sessions attended of those possible; a session is half a day."""

    possible: int
    attended: int

    @property
    def missed(self) -> int:
        """How many sessions were missed, for whatever reason."""
        return self.possible - self.attended

    @property
    def percent(self) -> float | None:
        """The share attended in per cent; None where no session was possible."""
        return 100 * self.attended / self.possible if self.possible else None

    @property
    def persistently_absent(self) -> bool:
        """Whether 10 per cent or more of the possible sessions were missed."""
        return self.possible > 0 and 10 * self.missed >= self.possible

    @property
    def severely_absent(self) -> bool:
        """Whether half of them or more were missed, which is persistent absence too."""
        return self.possible > 0 and 2 * self.missed >= self.possible


class CodeKind(StrEnum):
    """What an attendance code means for the count of sessions."""

    PRESENT = "present"
    ELSEWHERE = "attending elsewhere"
    AUTHORISED = "absent with leave"
    UNAUTHORISED = "absent without leave"
    UNABLE = "unable to attend"
    NOT_COUNTED = "not counted"


# The codes of the register since 19 August 2024.
CODES: Mapping[str, CodeKind] = {
    code: kind
    for kind, codes in (
        (CodeKind.PRESENT, "/ \\ L"),
        (CodeKind.ELSEWHERE, "K V P W B"),
        (CodeKind.AUTHORISED, "C C1 C2 E I J1 M R S T"),
        (CodeKind.UNAUTHORISED, "G N O U"),
        (CodeKind.UNABLE, "Q Y1 Y2 Y3 Y4 Y5 Y6 Y7"),
        # D: registered at another school too, which counts the session.
        (CodeKind.NOT_COUNTED, "D X Z #"),
    )
    for code in codes.split()
}
LATE = "L"
POSSIBLE = frozenset(
    {CodeKind.PRESENT, CodeKind.ELSEWHERE, CodeKind.AUTHORISED, CodeKind.UNAUTHORISED}
)


@dataclass(frozen=True)
class Sessions(Attendance):
    """Sessions by what became of them; a late arrival is attended, one after the register not."""

    authorised: int = 0
    unauthorised: int = 0
    late: int = 0

    def __add__(self, other: "Sessions") -> "Sessions":
        return Sessions(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def fell_since(self, before: Attendance, *, points: int) -> bool:
        """Say whether the rate is so many percentage points or more under that of before."""
        if not (self.possible and before.possible):
            return False
        lost = before.attended * self.possible - self.attended * before.possible
        return 100 * lost >= points * self.possible * before.possible


def sessions_of(codes: Iterable[str]) -> Sessions:
    """Sum up codes of the register. A code that is none of `CODES` raises a KeyError."""
    counted, late = Counter[CodeKind](), 0
    for code in codes:
        counted[CODES[code]] += 1
        late += code == LATE
    return Sessions(
        possible=sum(counted[kind] for kind in POSSIBLE),
        attended=counted[CodeKind.PRESENT] + counted[CodeKind.ELSEWHERE],
        authorised=counted[CodeKind.AUTHORISED],
        unauthorised=counted[CodeKind.UNAUTHORISED],
        late=late,
    )


@dataclass(frozen=True)
class TargetSuccess:
    """How many targets are met of those judged; those not judged are counted beside it."""

    met: int
    judged: int
    not_judged: int


def target_success(judged: Iterable[int | None]) -> TargetSuccess:
    """Count targets by how they were judged, None for not judged; met is from `MET` on."""
    values = list(judged)
    known = [value for value in values if value is not None]
    return TargetSuccess(
        sum(value >= TargetOutcome.MET for value in known), len(known), len(values) - len(known)
    )


class HintKind(StrEnum):
    """What a target's words could say more of."""

    MEASURE = "measure"
    TIME = "time"
    LENGTH = "length"
    REPEATS = "repeats"


@dataclass(frozen=True)
class Hint:
    """How a target could be put better, in kind words; it never keeps anyone from saving."""

    kind: HintKind
    words: str


_MEASURE = re.compile(
    r"\d|%|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty"
    r"|once|twice|half|both|per cent|every|each|always|daily|weekly|mostly|most of"
    r"|independently|alone|unaided|unprompted|by (?:him|her|it)self|by themsel(?:f|ves)"
    r"|hand over hand"
    r"|(?:with|without|no|any|some|little|less|full|minimal|only)\s+(?:[\w-]+\s+){0,2}"
    r"(?:help|support|prompts?|prompting|reminders?|reminding|cues?|adult|assistance))\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|terms?|half-terms?|years?|sessions?"
    r"|lessons?|daily|weekly|nightly|mornings?|afternoons?|evenings?|playtimes?|break(?:time)?s?"
    r"|lunch(?:time)?s?|snack(?:time)?s?|mealtimes?|home ?time|circle time|register|registration"
    r"|assembly|assemblies|visits?|(?:mon|tues|wednes|thurs|fri)days?|january|february|march|april"
    r"|june|july|september|october|november|december|easter|christmas|by the end|within|until"
    r"|before|after|while|during|when|whenever|at once|straight away)\b",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|etc|a\.m|p\.m|mrs?|ms|dr|st|no|approx)\.", re.IGNORECASE
)
_NEXT_SENTENCE = re.compile(r"[.!?][\"')\]”\u2019]*\s+\S|\S\s*\n\s*\S")
_SAY_LITTLE = frozenset(
    re.findall(
        r"\w+",
        "a an the to of for with in on at and or is be it its i we they he she his her their them"
        " will can able pupil child",
    )
)
NEARLY_THE_SAME = 0.75


def target_hints(walt: str, wilf: str) -> list[Hint]:
    """Return what would make a target easier to judge.

    What shows that it is met may stand in either; until both are written only their length counts.
    """
    hints = []
    if walt.strip() and wilf.strip():
        both = f"{walt}\n{wilf}"
        if not _MEASURE.search(both):
            hints.append(
                Hint(
                    HintKind.MEASURE,
                    "How will anyone see that it is met? A number, how often, or how much help"
                    " would say so.",
                )
            )
        if not _TIME.search(both):
            hints.append(
                Hint(
                    HintKind.TIME,
                    "When, or for how long? “In three sessions”, “for two minutes” or “at snack"
                    " time” would say so.",
                )
            )
        if _repeats(walt, wilf):
            hints.append(
                Hint(
                    HintKind.REPEATS,
                    "WILF says nearly the same as WALT. It helps most when it says what one would"
                    " see or hear.",
                )
            )
    hints += [
        Hint(
            HintKind.LENGTH,
            f"{name} is longer than one sentence. One step is easier to judge; a second one can"
            " be a target of its own.",
        )
        for name, text in (("WALT", walt), ("WILF", wilf))
        if _NEXT_SENTENCE.search(_ABBREVIATION.sub("", text.strip()))
    ]
    return hints


def _repeats(walt: str, wilf: str) -> bool:
    first, second = _telling_words(walt), _telling_words(wilf)
    if not (first and second):
        return False
    return second <= first or len(first & second) / len(first | second) >= NEARLY_THE_SAME


def _telling_words(text: str) -> set[str]:
    """Return the words that carry a text, without their usual endings."""
    words = set(re.findall(r"[^\W_]+", text.casefold())) - _SAY_LITTLE
    return {re.sub(r"(?<=\w\w\w)(?:ing|ed|es|s|e)$", "", word) for word in words}


@dataclass(frozen=True)
class TargetSaid:
    """What a target says."""

    walt: str
    wilf: str
    starting_point: str
    next_step: str


def carried_on(
    said: TargetSaid, *, judged: int | None, comment: str, term: str, most: int
) -> TargetSaid:
    """Propose how a target goes on after its term, in at most so many characters a text.

    One that was met goes on with its next step, from what was looked for; what to look for now
    is left to the teacher. Any other goes on as it is, from how far the pupil came.
    """
    if judged is not None and judged >= TargetOutcome.MET:
        start = _cut(f"{TargetOutcome(judged).label} in {term}: {said.wilf}", most)
        if said.next_step:
            return TargetSaid(said.next_step, "", start, "")
        return TargetSaid(said.walt, said.wilf, start, "")
    if judged is None:
        return said
    start = f"{TargetOutcome(judged).label} in {term}"
    if comment:
        start = f"{start}: {comment}"
    elif said.next_step:
        start = f"{start}. Next step then: {said.next_step}"
    elif said.starting_point:
        start = f"{start}, from: {said.starting_point}"
    return TargetSaid(said.walt, said.wilf, _cut(start, most), said.next_step)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


_WEEK = dt.timedelta(weeks=1)
# The day of the year in which the pupil moves by which the plan has to be final.
_TRANSFERS = {Transfer.PHASE: (2, 15), Transfer.POST_16: (3, 31)}


def year_after(day: dt.date) -> dt.date:
    """Return the day twelve months later; a year after 29 February is 28 February."""
    return schools.measures.months_before(day, -12)


def review_due(
    meets_on: dt.date,
    *,
    by: dt.date | None = None,
    transfer: str = "",
    transfer_year: int | None = None,
) -> dict[ReviewStepKind, dt.date]:
    """Return when each step of an annual review is due, from the day of its meeting.

    `by` is the day until which the meeting has to be held. A transfer has the final plan on its
    own day of the year, where that is earlier than twelve weeks after the meeting.
    """
    final = meets_on + 12 * _WEEK
    if transfer and transfer_year:
        final = min(final, dt.date(transfer_year, *_TRANSFERS[Transfer(transfer)]))
    return {
        ReviewStepKind.PAPERS: meets_on - 2 * _WEEK,
        ReviewStepKind.MEETING: min(meets_on, by or meets_on),
        ReviewStepKind.REPORT: meets_on + 2 * _WEEK,
        ReviewStepKind.DECISION: meets_on + 4 * _WEEK,
        ReviewStepKind.FINAL: final,
    }


def in_time(steps: Iterable[tuple[dt.date, dt.date | None]], today: dt.date) -> tuple[int, int]:
    """Count steps, each with the day it was due and was done: in time, of those done or due."""
    known = [(due, done) for due, done in steps if done is not None or due < today]
    return sum(done is not None and done <= due for due, done in known), len(known)
