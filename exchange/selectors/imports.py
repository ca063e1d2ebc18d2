"""Imports: those there were, and one with its lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from exchange.choices import ImportState, LineOutcome
from exchange.models import Import, ImportLine
from parrcs.core.access import Access, Permission, Reach
from schools.models import ARB, School


def import_list(access: Access) -> QuerySet[Import]:
    """Return the imports for the person's places, the latest first, without what was in them."""
    return (
        Import.objects.visible_to(access)
        .select_related("school", "arb", "sent_by", "applied_by", "undone_by")
        .defer("content", "columns", "options")
    )


def one_import(access: Access, *, import_id: int) -> Import:
    """Return one import without its file, or 404."""
    found = Import.objects.visible_to(access).select_related(
        "school", "arb__school", "sent_by", "applied_by", "undone_by"
    )
    return get_object_or_404(found.defer("content"), pk=import_id)


def import_content(access: Access, *, import_id: int) -> Import:
    """Return an import whose file is still kept, with the file, or 404.

    One with a pupil who was erased has lost its file before its time: it has no bytes.
    """
    return get_object_or_404(
        Import.objects.visible_to(access), pk=import_id, size__gt=0, content__isnull=False
    )


@dataclass(frozen=True)
class Choice:
    """One way to narrow the lines: all, those of one outcome, or those that undoing left."""

    code: str
    name: str
    count: int


def choices_of(run: Import) -> list[Choice]:
    """Return the ways to narrow the lines of an import, with how many there are."""
    counted = (
        (LineOutcome.REFUSED, run.refused_lines),
        (LineOutcome.NEW, run.new_lines),
        (LineOutcome.CHANGED, run.changed_lines),
        (LineOutcome.UNCHANGED, run.unchanged_lines),
    )
    found = [Choice("", "All", run.all_lines)]
    found += [Choice(outcome, str(outcome.label), count) for outcome, count in counted]
    if run.state == ImportState.UNDONE:
        found.append(Choice("left", "Left as it was", run.left_lines))
    return found


@dataclass(frozen=True)
class ToDo:
    """How many lines that change something an import still has, to apply or to undo.

    `gone` were emptied, as they were about pupils who have been erased since.
    """

    left: int
    gone: int


def to_do(run: Import) -> ToDo:
    """Count the lines of an import that can be applied or undone.

    Of one that is over for a week every line is empty, so that nobody can tell which were before.
    """
    lines = run.new_lines + run.changed_lines
    applied = run.state in (ImportState.APPLIED, ImportState.UNDONE)
    if applied and run.is_forgotten:
        return ToDo(0, 0)
    gone = ImportLine.objects.filter(
        run=run.pk, outcome__in=(LineOutcome.NEW, LineOutcome.CHANGED), texts=[]
    ).count()
    return ToDo(lines - gone, gone)


def lines_of(access: Access, *, run: Import, only: str = "") -> QuerySet[ImportLine]:
    """Return the lines of an import in the order of the file."""
    lines = (
        ImportLine.objects.filter(run__in=Import.objects.visible_to(access), run=run.pk)
        .select_related("pupil")
        .order_by("position")
    )
    if only == "left":
        return lines.exclude(left="")
    return lines.filter(outcome=only) if only in LineOutcome.values else lines


@dataclass(frozen=True)
class PlacesToImport:
    """The places that a file may be sent for."""

    whole_trust: bool
    schools: Sequence[School]
    arbs: Sequence[ARB]


def places_to_import(access: Access, *, permission: Permission) -> PlacesToImport:
    """Return the places for which the person imports and may do this by hand.

    Of an ARB only where the school around it is not theirs.
    """
    both = [access.reach(Permission.IMPORT), access.reach(permission)]
    schools = School.objects.filter(of_trust=True).order_by("name")
    arbs = ARB.objects.select_related("school").order_by("name")
    whole = all(reach.whole_trust for reach in both)
    return PlacesToImport(
        whole_trust=whole,
        schools=[s for s in schools if all(_covers(reach, s.pk) for reach in both)],
        arbs=[
            arb
            for arb in (() if whole else arbs)
            if all(_covers(reach, arb.school_id, arb.pk) for reach in both)
            and not all(_covers(reach, arb.school_id) for reach in both)
        ],
    )


def _covers(reach: Reach, school_id: int, arb_id: int | None = None) -> bool:
    return reach.covers(school_id=school_id, arb_id=arb_id)


def applied_after(access: Access, *, run: Import) -> QuerySet[Import]:
    """Return the imports of the kind that were applied after this one and stand, latest first."""
    return (
        import_list(access)
        .filter(kind=run.kind, state=ImportState.APPLIED, applied_at__gt=run.applied_at)
        .order_by("-applied_at")
    )


def sent_before(access: Access, *, run: Import) -> Import | None:
    """Return the last import of the very same file that was applied and stands."""
    return (
        import_list(access)
        .filter(sha256=run.sha256, kind=run.kind, state=ImportState.APPLIED)
        .exclude(pk=run.pk)
        .first()
    )
