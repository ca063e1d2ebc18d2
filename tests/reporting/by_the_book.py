"""Shares, intervals, roundings and ages by the book, for the second reckoning."""

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import NormalDist
from typing import Any

Row = dict[str, Any]


def half_up(value: Fraction) -> int:
    """Round to whole numbers, a half away from nought."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def share_of(n: int, of: int) -> Row:
    """Reckon a share and Wilson's interval as the roots of his quadratic."""
    if not of:
        return {"n": n, "of": of, "percent": None, "low": None, "high": None}
    z = NormalDist().inv_cdf(0.975)
    p = n / of
    a, b, c = 1 + z * z / of, -(2 * p + z * z / of), p * p
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    low, high = (-b - root) / (2 * a), (-b + root) / (2 * a)
    return {
        "n": n,
        "of": of,
        "percent": half_up(Fraction(100 * n, of)),
        "low": round(100 * max(low, 0)),
        "high": round(100 * min(high, 1)),
    }


def moved(this: Row, last: Row | None) -> int | None:
    """Reckon the change in percentage points, before either is rounded."""
    if not last or not this["of"] or not last["of"]:
        return None
    return half_up(100 * (Fraction(this["n"], this["of"]) - Fraction(last["n"], last["of"])))


def met_of(judged: list[int | None]) -> Row:
    """Reckon the share of targets met or exceeded, of those judged."""
    return share_of(sum(each in (3, 4) for each in judged), len(judged) - judged.count(None))


def age_on(born_on: dt.date, day: dt.date) -> int:
    """Reckon whole years of age."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def year_of(born_on: dt.date, year_starts: dt.date) -> int:
    """Reckon the year group: who is 5 on 31 August is in Year 1 from the day after."""
    return age_on(born_on, dt.date(year_starts.year, 8, 31)) - 4


# --- Cells as they are to be read ---------------------------------------------------------


def a_count(n: int) -> Row:
    return {"n": n, "words": f"{n:,}"}


def a_part(n: int, of: int) -> Row:
    return {"n": n, "of": of, "words": f"{n:,} of {of:,}"}


def a_rate(n: int, of: int) -> Row:
    """Reckon a share of all, which has no interval."""
    percent = half_up(Fraction(100 * n, of))
    return {"n": n, "of": of, "percent": percent, "words": f"{percent} % {n:,} of {of:,}"}


def a_share(share: Row, why: str) -> Row:
    """Tell a share with its interval, or why there is none."""
    if not share["of"]:
        return {**share, "words": why}
    words = (
        f"{share['percent']} % {share['n']:,} of {share['of']:,}, {share['low']} to {share['high']}"
    )
    return {**share, "words": words}


def a_change(points: int | None) -> Row:
    """Tell a change with its sign, a true minus."""
    if points is None:
        return {"points": points, "words": "none to show"}
    sign = "+" if points > 0 else "\N{MINUS SIGN}" if points < 0 else ""
    return {"points": points, "words": f"{sign}{abs(points)}"}


def in_words(words: str) -> Row:
    return {"words": words}
