"""What the demo's teachers noted between judgements: notes, small steps and a few pictures."""

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import yaml

from assessment.models import Evidence, Note, Point, Strand
from assessment.services.evidence import evidence_rows
from pupils.models import TermlyTarget
from reporting.services.demo.calendar import Calendar
from reporting.services.demo.drawings import drawing
from reporting.services.demo.material import FOLDER, accounts
from reporting.services.demo.people import Staff
from reporting.services.demo.plans import Plans
from reporting.services.demo.progress import Learner, Progress, StrandKey
from reporting.services.demo.roll import Child, Roll, Stay

NOTED = 0.3  # the share of pupils with notes, outside the classes of the accounts
FRIDAY = 4


@dataclass(frozen=True)
class Words:
    """What a note says, and the drawing that goes with it."""

    text: str
    picture: str = ""


@dataclass(frozen=True)
class Noted:
    """A note that is still to find its strand and its point among the rows."""

    note: Note
    strand: StrandKey | None
    point: int | None
    picture: str


@cache
def material() -> dict[str, list[Words]]:
    """Return what notes say, by strand, for a target (`target`) and in general (`general`)."""
    read = yaml.safe_load((FOLDER / "notes.yaml").read_text(encoding="utf-8"))
    found = {**read["strands"], "general": read["general"], "target": read["target"]}
    return {about: [Words(**each) for each in entries] for about, entries in found.items()}


class Notes:
    """Thinks up notes of this term and the one before: most in the classes of the accounts."""

    def __init__(
        self,
        roll: Roll,
        calendar: Calendar,
        progress: Progress,
        staff: Staff,
        plans: Plans,
        rng: random.Random,
    ) -> None:
        self.notes: list[Noted] = []
        self._staff = staff
        self._rng = rng
        self._days = _school_days(calendar)
        targets: dict[str, list[TermlyTarget]] = defaultdict(list)
        for target in plans.targets:
            if target.term is calendar.terms[calendar.current]:
                targets[target.pupil.upn].append(target)
        shown = {
            (role.school, role.class_name)
            for person in accounts()
            for role in person.roles
            if role.class_name
        }
        for child, stay in roll.on_roll(calendar.on):
            learner = progress.learners.get(child)
            busy = (stay.room.unit.school.name, stay.room.group.name) in shown
            many = rng.randint(3, 6) if busy else rng.randint(1, 3)
            if learner and (busy or rng.random() < NOTED):
                for _ in range(many):
                    self._note(child, stay, learner, targets[child.pupil.upn], busy=busy)

    def _words(self, about: str, *, busy: bool) -> Words:
        """Choose what a note says; a picture goes with more of them where one looks first."""
        words = material()[about]
        return self._rng.choices(words, [4 if busy and each.picture else 1 for each in words])[0]

    def _note(
        self,
        child: Child,
        stay: Stay,
        learner: Learner,
        targets: list[TermlyTarget],
        *,
        busy: bool,
    ) -> None:
        days = [day for day in self._days if child.on(day) is stay]
        if not days:
            return
        rng = self._rng
        strands = [key for key in learner.strands if key.code in material()]
        about = rng.choices(("strand", "target", "general"), (70, 18 if targets else 0, 12))[0]
        key = rng.choice(strands) if about == "strand" and strands else None
        words = self._words(
            key.code if key else "target" if about == "target" else "general", busy=busy
        )
        point = secured = None
        if key and rng.random() < 0.6:
            secured = rng.random() < 0.45
            # Secured is what was judged last; worked on is the step after it.
            point = learner.values[key] + (0 if secured else 1)
        note = Note(
            pupil=child.pupil,
            target=rng.choice(targets) if about == "target" else None,
            secured=secured,
            seen_on=rng.choice(days),
            text=words.text.format(name=child.pupil.first_name),
            written_by=self._staff.teacher(stay.room),
        )
        note.written_at = dt.datetime.combine(note.seen_on, dt.time(15, 30), dt.UTC)
        self.notes.append(Noted(note, key, point, words.picture))


def save_notes(notes: Notes) -> None:
    """Save them with their pictures; pupils, targets, people and streams are saved already."""
    strands = {
        (strand.stream.code, strand.code): strand
        for strand in Strand.objects.select_related("stream")
    }
    points = {
        (point.stream.code, int(point.value)): point
        for point in Point.objects.select_related("stream")
    }
    for each in notes.notes:
        if each.strand is None:
            continue
        each.note.strand = strands[each.strand.stream, each.strand.code]
        each.note.point = points.get((each.strand.stream, each.point or 0))
        # The step after the last one of a scale is none.
        each.note.secured = each.note.secured if each.note.point else None
    Note.objects.bulk_create([each.note for each in notes.notes], batch_size=5000)
    Evidence.objects.bulk_create(
        row
        for each in notes.notes
        if each.picture
        for row in evidence_rows(each.note, [drawing(each.picture)])
    )


def _school_days(calendar: Calendar) -> list[dt.date]:
    """Return the school days of this term so far and of the term before."""
    terms = calendar.terms[max(0, calendar.current - 1) : calendar.current + 1]
    return [
        day
        for term in terms
        for n in range((term.ends_on - term.starts_on).days + 1)
        if (day := term.starts_on + dt.timedelta(days=n)) <= calendar.on and day.weekday() <= FRIDAY
    ]
