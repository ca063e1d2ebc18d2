"""The trust's own past targets to start from, found by their words, and nobody's by name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import combining, normalize

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from parrcs.core.access import Access, Permission
from parrcs.core.names import APOSTROPHES, plain
from pupils.choices import AreaOfNeed, TargetOutcome
from pupils.models import Pupil, TermlyTarget
from pupils.models.plans import target_is_due

NAMELESS = "[name]"
SHOWN = 12
_CONFIG = "english"
_WEIGHED = 400  # texts that are looked at closely, the best first
_OWNERS = "\N{RIGHT SINGLE QUOTATION MARK}"
_WORD = re.compile(rf"[^\W\d_]+(?:[{APOSTROPHES}-][^\W\d_]+)*")
_JOINT = re.compile(rf"[{APOSTROPHES}-]")


@dataclass(frozen=True)
class BankedTarget:
    """A wording, with the areas of need that it served, and how often it was used and met."""

    walt: str
    wilf: str
    areas: tuple[str, ...]
    used: int
    judged: int
    met: int


@dataclass
class _Wording:
    walt: str
    wilf: str
    most: int
    areas: set[str]
    used: int = 0
    judged: int = 0
    met: int = 0


def target_bank(access: Access, *, words: str, area: str = "") -> list[BankedTarget]:
    """Return the targets of past terms, of the whole trust, that hold all these words; by rank.

    Whoever may record may look, beyond the pupils that they see; so no name of a pupil is
    shown, and none finds anything: what is found has to hold the words without the names too.
    The same wording comes once.
    """
    stems = _stems(words) if access.may(Permission.RECORD) else ()
    if not stems:
        return []
    query = SearchQuery(words, config=_CONFIG)
    text = SearchVector("walt", weight="A", config=_CONFIG) + SearchVector(
        "wilf", weight="B", config=_CONFIG
    )
    rows = (
        TermlyTarget.objects.filter(
            target_is_due(), _may_hold(stems), term__ends_on__lt=timezone.localdate()
        )
        .annotate(text=text, rank=SearchRank(text, query))
        .filter(text=query)
    )
    if area:
        rows = rows.filter(outcome__area=area)
    counted = (
        rows.values("walt", "wilf", "outcome__area", "rank")
        .annotate(
            used=Count("id"),
            is_judged=Count("judged"),
            met=Count("id", filter=Q(judged__gte=TargetOutcome.MET)),
        )
        .order_by("-rank", "-met", "walt", "wilf", "outcome__area")
        .values_list("walt", "wilf", "outcome__area", "used", "is_judged", "met")[:_WEIGHED]
    )
    return _ranked(_merged(counted, _names()), words)


def _stems(words: str) -> Sequence[str]:
    """Return what PostgreSQL looks for; words such as "the" are none of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(to_tsvector(%s::regconfig, %s))", [_CONFIG, words])
        found: Sequence[str] = cursor.fetchone()[0]
    return found


def _may_hold(stems: Iterable[str]) -> Q:
    """Return what a text meets, as letters, that may hold all stems.

    Row-level security keeps PostgreSQL from using an index of the words, and to take each text
    of a trust apart costs ten times as much as to look for letters in it. A stem begins as its
    word does; of very short ones only the first letter is sure ("die" is the stem of "dying").
    """
    found = Q()
    for stem in stems:
        start = stem[:3] if len(stem) > 3 else stem[:1]
        found &= Q(walt__icontains=start) | Q(wilf__icontains=start)
    return found


def _names() -> frozenset[str]:
    """Return the words of all pupils' names in the trust, as `_folded` writes them."""
    names: set[str] = set()
    for pair in Pupil.objects.order_by().values_list("first_name", "last_name").distinct():
        for name in pair:
            for word in _WORD.findall(plain(name)):
                names.update({_folded(word), *map(_folded, _JOINT.split(word))})
    # A single letter is a word of its own in most sentences.
    return frozenset(name for name in names if len(name) > 1)


def _folded(word: str) -> str:
    """Write a word in small letters, without accents, with one kind of apostrophe."""
    parted = normalize("NFKD", plain(word.casefold()))
    return "".join(letter for letter in parted if not combining(letter))


def nameless(text: str, names: frozenset[str]) -> str:
    """Put `[name]` in place of every word that is, or holds, a name."""

    def replaced(found: re.Match[str]) -> str:
        word = found.group()
        whole, *parts = _folded(word), *map(_folded, _JOINT.split(word))
        # "Leos turn": the apostrophe of an owner is easily left out.
        owners = [each.removesuffix("s") for each in (whole, *parts) if len(each) > 2]
        if not names.intersection((whole, *parts, *owners)):
            return word
        owner = _JOINT.split(word)[-1].casefold() == "s" and len(parts) > 1
        return f"{NAMELESS}{_OWNERS}s" if owner else NAMELESS

    return _WORD.sub(replaced, normalize("NFC", text))


def _merged(
    rows: Iterable[tuple[str, str, str, int, int, int]], names: frozenset[str]
) -> list[_Wording]:
    """Add up what is the same without names, letter case and final stops; keep the usual form."""
    found: dict[tuple[str, str], _Wording] = {}
    for raw_walt, raw_wilf, area, used, judged, met in rows:
        walt, wilf = nameless(raw_walt, names), nameless(raw_wilf, names)
        one = found.setdefault((_key(walt), _key(wilf)), _Wording(walt, wilf, used, set()))
        if used > one.most:
            one.walt, one.wilf, one.most = walt, wilf, used
        one.areas.add(AreaOfNeed(area).label)
        one.used += used
        one.judged += judged
        one.met += met
    return list(found.values())


def _key(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".!")


def _ranked(wordings: Sequence[_Wording], words: str) -> list[BankedTarget]:
    """Keep the wordings that hold the words as they are shown, in the order of their nearness.

    A name that was searched for finds nothing here: what is shown does not hold it any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH shown AS (
                SELECT place, setweight(to_tsvector(%(config)s::regconfig, walt), 'A')
                    || setweight(to_tsvector(%(config)s::regconfig, wilf), 'B') AS text
                FROM unnest(%(walts)s::text[], %(wilfs)s::text[])
                    WITH ORDINALITY AS each(walt, wilf, place)
            ), asked AS (SELECT plainto_tsquery(%(config)s::regconfig, %(words)s) AS words)
            SELECT place - 1, ts_rank(text, words) FROM shown, asked WHERE text @@ words
            """,
            {
                "config": _CONFIG,
                "walts": [each.walt for each in wordings],
                "wilfs": [each.wilf for each in wordings],
                "words": words,
            },
        )
        ranks: dict[int, float] = dict(cursor.fetchall())
    nearest = sorted(ranks, key=lambda n: (-ranks[n], -wordings[n].met, -wordings[n].used, n))
    return [
        BankedTarget(
            each.walt, each.wilf, tuple(sorted(each.areas)), each.used, each.judged, each.met
        )
        for each in (wordings[n] for n in nearest[:SHOWN])
    ]
