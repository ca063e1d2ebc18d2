"""How the figures of a comparison are rounded and written, the same on every page."""

from decimal import ROUND_HALF_UP, Decimal
from math import floor

from assessment.measures import Difference

_MINUS = "\N{MINUS SIGN}"


def percent(share: float) -> int:
    """Return a share as a whole per cent, halves up."""
    return floor(100 * share + 0.5)


def percent_of(part: int, whole: int) -> int:
    """Return a part as a whole per cent, halves up and exact; 0 of 0 is 0."""
    return (200 * part + whole) // (2 * whole) if whole else 0


def points_of(difference: float) -> int:
    """Return the difference of two shares in whole percentage points, halves away from nought."""
    size = percent(abs(difference))
    return size if difference >= 0 else -size


def difference_said(found: Difference) -> str:
    """Write a difference in percentage points, with its sign and its interval."""
    by, low, high = (_signed(points_of(each)) for each in found)
    return f"{by} ({low} to {high})"


def moved_said(found: Difference) -> str:
    """Say which way a share moved and by how many percentage points."""
    points = abs(points_of(found.by))
    way = "up" if found.by > 0 else "down"
    return f"{way} {points} percentage point{'' if points == 1 else 's'}"


def share_said(part: int, whole: int) -> str:
    """Say a share: its per cent, and how many of how many."""
    return f"{percent_of(part, whole)} % ({part:,} of {whole:,})"


def gain_said(points: Decimal) -> str:
    """Write a gain with its sign and one decimal."""
    rounded = points.quantize(Decimal("0.1"), ROUND_HALF_UP)
    sign = _MINUS if rounded < 0 else "+" if rounded > 0 else ""
    return f"{sign}{abs(rounded)}"


def _signed(points: int) -> str:
    return f"{points:+}".replace("-", _MINUS) if points else "0"
