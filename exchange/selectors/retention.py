"""How long records are kept, and what is due to be erased."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from assessment.models import Achievement, Evidence, Note
from exchange.choices import USUAL_YEARS, RecordKind
from exchange.measures import phrase_to_type, years_before
from exchange.models import Erasure, ErasureLog, RetentionRule
from exchange.models.record_map import events_of
from parrcs.core.access import Access, Permission
from pupils.models import AttendanceTotal, Placement, PlacementRequest, Pupil

# In the place of a school, for what is in history alone.
REMOVED = "Removed before"


@dataclass(frozen=True)
class DueKind:
    """What is due of one kind: the ids of the rows, and how many in each place."""

    kind: RecordKind
    rows: Sequence[int]
    places: Sequence[tuple[str, int]]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.rows)


@dataclass(frozen=True)
class Due:
    """All that a trust has kept as long as it keeps it; `names` for whoever sees every pupil.

    `kept` is how many of them somebody keeps out: they are named, and not among the rows.
    """

    on: dt.date
    kinds: Sequence[DueKind]
    names: Sequence[Pupil]
    kept: int = 0

    @property
    def pupils(self) -> int:
        """How many whole records."""
        return sum(each.count for each in self.kinds if each.kind is RecordKind.PUPIL)

    @property
    def records(self) -> int:
        """How many other records."""
        return sum(each.count for each in self.kinds if each.kind is not RecordKind.PUPIL)

    def without(self, kept: Collection[int]) -> "Due":
        """Return what is left to erase where some of the pupils are kept out of it."""
        out = {pupil.pk for pupil in self.names} & set(kept)
        kinds = [
            replace(each, rows=[row for row in each.rows if row not in out])
            if each.kind is RecordKind.PUPIL
            else each
            for each in self.kinds
        ]
        return replace(self, kinds=kinds, kept=len(out))

    @property
    def phrase(self) -> str:
        """What somebody types to have it erased."""
        return phrase_to_type(self.pupils, self.records)

    @property
    def seen(self) -> str:
        """The mark of these very rows."""
        words = repr([(each.kind, sorted(each.rows)) for each in self.kinds])
        return hashlib.sha256(words.encode()).hexdigest()


def years_kept(access: Access) -> dict[RecordKind, int | None]:
    """Return how many years records of each kind are kept; None: as long as the pupil's own."""
    _ask(access)
    own = {RecordKind(rule.kind): rule.years for rule in RetentionRule.objects.all()}
    return {kind: own.get(kind, usual) for kind, usual in USUAL_YEARS.items()}


def due_records(access: Access, *, today: dt.date) -> Due:
    """Return what is due on a day. Whoever may not see pupils is told how many, and no more."""
    years = years_kept(access)
    since = {kind: years_before(today, n) for kind, n in years.items() if n is not None}
    pupils = _gone(today).filter(born_on__lte=since[RecordKind.PUPIL])
    in_history = _only_in_history(since, pupils)
    kinds: list[DueKind] = []
    for kind, rows in _rows(since, pupils).items():
        found = list(rows)
        removed = in_history[kind]
        if kind is RecordKind.REQUEST:
            places = Counter(name for _, name in found)
        else:
            schools = _last_schools({of for _, of in found})
            places = Counter(schools.get(of, "Never placed") for _, of in found)
        if removed:
            places[REMOVED] = len(removed)
        ids = [*(row for row, _ in found), *removed]
        kinds.append(DueKind(kind, ids, sorted(places.items())))
    sees = access.reach(Permission.SEE_LEAVERS).whole_trust
    return Due(today, kinds, list(pupils) if sees else ())


def erasures(access: Access) -> QuerySet[ErasureLog]:
    """Return what was erased, the latest first, with how many pupils were kept out of it."""
    _ask(access)
    decided = Erasure.objects.filter(pk=OuterRef("erasure"))
    return ErasureLog.objects.select_related("erased_by").annotate(
        kept=Subquery(decided.values("kept"))
    )


def waiting_erasures(access: Access) -> QuerySet[Erasure]:
    """Return the decisions that a worker has not carried out, or could not."""
    return Erasure.objects.visible_to(access).exclude(state="done").select_related("asked_by")


def one_erasure(access: Access, *, erasure_id: int) -> tuple[Erasure, ErasureLog | None]:
    """Return a decision with the log of its being carried out, or 404."""
    found = Erasure.objects.visible_to(access).select_related("asked_by")
    erasure = get_object_or_404(found, pk=erasure_id)
    return erasure, ErasureLog.objects.filter(erasure=erasure.pk).first()


def is_on_roll(access: Access, *, pupil: Pupil, today: dt.date) -> bool:
    """Say whether a pupil has a placement that holds, or is to come."""
    return not _gone(today).filter(pk__in=Pupil.objects.visible_to(access), pk=pupil.pk).exists()


def _ask(access: Access) -> None:
    if not access.reach(Permission.SET_RETENTION).whole_trust:
        raise PermissionDenied


def _gone(today: dt.date) -> QuerySet[Pupil]:
    """Return the pupils of whom no placement holds or is to come."""
    held = Placement.objects.not_ended(today).filter(pupil=OuterRef("pk"))
    return Pupil.objects.filter(~Exists(held))


def _rows(
    since: Mapping[RecordKind, dt.date], pupils: QuerySet[Pupil]
) -> dict[RecordKind, QuerySet[Any, Any]]:
    """Return the rows that are due, with whose they are; what goes with another row is left out."""
    notes = Note.objects.none()
    found: dict[RecordKind, QuerySet[Any, Any]] = {RecordKind.PUPIL: pupils.values_list("pk", "pk")}
    if day := since.get(RecordKind.NOTE):
        notes = Note.objects.filter(seen_on__lte=day)
        found[RecordKind.NOTE] = notes.exclude(pupil__in=pupils).values_list("pk", "pupil")
    if day := since.get(RecordKind.EVIDENCE):
        found[RecordKind.EVIDENCE] = (
            Evidence.objects.filter(note__seen_on__lte=day)
            .exclude(note__in=notes)
            .exclude(note__pupil__in=pupils)
            .values_list("pk", "note__pupil")
        )
    if day := since.get(RecordKind.ACHIEVEMENT):
        found[RecordKind.ACHIEVEMENT] = (
            Achievement.objects.filter(achieved_on__lte=day)
            .exclude(pupil__in=pupils)
            .values_list("pk", "pupil")
        )
    if day := since.get(RecordKind.ATTENDANCE):
        found[RecordKind.ATTENDANCE] = (
            AttendanceTotal.objects.filter(ends_on__lte=day)
            .exclude(pupil__in=pupils)
            .values_list("pk", "pupil")
        )
    if day := since.get(RecordKind.REQUEST):
        found[RecordKind.REQUEST] = (
            PlacementRequest.objects.annotate(last=Coalesce("decided_on", "requested_on"))
            .filter(Q(last__lte=day), pupil=None)
            .values_list("pk", "arb__name")
        )
    return found


def _only_in_history(
    since: Mapping[RecordKind, dt.date], pupils: QuerySet[Pupil]
) -> dict[RecordKind, list[int]]:
    """Return what somebody removed by hand, of which history keeps the rest, by its own day.

    What goes with a pupil, or with a note, is left out.
    """
    found: dict[RecordKind, list[int]] = {}
    gone = _removed(Pupil, Q(born_on__lte=since[RecordKind.PUPIL]))
    found[RecordKind.PUPIL] = _ids(gone)
    ours = Q(pupil__in=pupils) | Q(pupil__in=gone.values("pgh_obj_id"))
    day_of: tuple[tuple[RecordKind, type[Model], str], ...] = (
        (RecordKind.NOTE, Note, "seen_on"),
        (RecordKind.ACHIEVEMENT, Achievement, "achieved_on"),
        (RecordKind.ATTENDANCE, AttendanceTotal, "ends_on"),
    )
    for kind, model, column in day_of:
        if kind in since:
            found[kind] = _ids(_removed(model, Q(**{f"{column}__lte": since[kind]}) & ~ours))
    if day := since.get(RecordKind.EVIDENCE):
        found[RecordKind.EVIDENCE] = _removed_files(day, since.get(RecordKind.NOTE), ours)
    if day := since.get(RecordKind.REQUEST):
        is_due = Q(requested_on__lte=day, pupil=None)
        found[RecordKind.REQUEST] = _ids(_removed(PlacementRequest, is_due))
    return found


def _removed_files(day: dt.date, note_day: dt.date | None, ours: Q) -> list[int]:
    """Return the removed files of notes of a day, whether the note is there or removed too."""
    with_notes = Q(seen_on__lte=note_day) | ours if note_day else ours
    is_due = Q(seen_on__lte=day) & ~with_notes
    there = Note.objects.filter(is_due).values("pk")
    removed = _removed(Note, is_due).values("pgh_obj_id")
    return _ids(_removed(Evidence, Q(note__in=there) | Q(note__in=removed)))


def _removed(model: type[Model], is_due: Q) -> QuerySet[Any, Any]:
    """Return the last state of rows that are no more."""
    event = dict(events_of(apps))[model._meta.label]
    there = model._base_manager.filter(pk=OuterRef("pgh_obj_id"))
    return event._base_manager.filter(is_due, ~Exists(there), pgh_label="deleted")


def _ids(events: QuerySet[Any, Any]) -> list[int]:
    return sorted(set(events.values_list("pgh_obj_id", flat=True)))


def _last_schools(pupil_ids: set[int]) -> dict[int, str]:
    """Return the name of the school at which each of these pupils was registered last."""
    if not pupil_ids:
        return {}
    placed = Placement.objects.order_by("starts_on").values_list("pupil", "school__name")
    # So many ids are no list for a query; whoever is on roll is few beside them.
    return {pupil: school for pupil, school in placed if pupil in pupil_ids}
