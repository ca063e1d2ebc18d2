"""Pure sums: the month in which a subject access request is answered, and years of keeping."""

import calendar
import datetime as dt


def a_month_after(day: dt.date) -> dt.date:
    """Return the same day of the next month, or its last day where it has no such day.

    That is how the Information Commissioner counts the month for a subject access request.
    """
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def years_before(day: dt.date, years: int) -> dt.date:
    """Return the same day so many years earlier; for 29 February the 28th where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def phrase_to_type(pupils: int, records: int) -> str:
    """Return what somebody types to say that they mean it."""
    parts = []
    if pupils:
        parts.append(f"{pupils} {'pupil' if pupils == 1 else 'pupils'}")
    if records:
        parts.append(f"{records} {'record' if records == 1 else 'records'}")
    return f"erase {' and '.join(parts)}"
