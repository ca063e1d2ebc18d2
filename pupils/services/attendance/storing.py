"""Storing sums of attendance, and putting back what they took the place of."""

from pupils.models import AttendanceTotal, Pupil
from pupils.services.attendance.known import SUMS, Days, Stretch, place_on, stretch_of
from pupils.services.attendance.summing import Desk


class Outdated(Exception):
    """Of these days something else is known by now, or the pupil is in another place."""


def store_attendance(desk: Desk, pupil: Pupil, days: Days) -> None:
    """Let what is said of a pupil's days take the place of what is known of them.

    The caller has locked the pupil, or takes it back. Raises `Outdated`.
    """
    stand = desk.stand(pupil, days.first, days.last)
    if [stretch_of(each) for each in stand] != list(days.before):
        raise Outdated
    places = desk.places(pupil)
    if not all(
        place_on(places, day) for each in days.now for day in (each.starts_on, each.ends_on)
    ):
        raise Outdated
    rows = {each.starts_on: each for each in stand}
    for stretch in days.now:
        row = rows.pop(stretch.starts_on, AttendanceTotal(pupil=pupil))
        _filled(row, stretch).save()
    for row in rows.values():
        row.delete()


def _filled(row: AttendanceTotal, stretch: Stretch) -> AttendanceTotal:
    row.starts_on, row.ends_on = stretch.starts_on, stretch.ends_on
    for name in SUMS:
        setattr(row, name, getattr(stretch.sessions, name))
    return row
