"""What reports tell of provision, plans, achievements, and what a school owes by law."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Exists, FilteredRelation, OuterRef, Q

from assessment.models import Achievement
from parrcs.core.access import Access
from pupils.models import Outcome, Provision
from pupils.selectors.cohorts import Cohort
from pupils.selectors.compliance import owed_by
from pupils.selectors.lenses import Lens
from pupils.selectors.owed import Place
from pupils.selectors.reviews import clocks_of_meetings_due
from schools.measures import Spending, Standing
from schools.models import School, Term


class OwedRow(NamedTuple):
    """One thing that a school owes by law in the year.

    `kind` is `premiums`, `peps` or `assessments`; `term_id` is that of a PEP, and `premium` the one
    of which there is a plan, with what was `spent` of it.
    """

    school_id: int
    kind: str
    premium: str
    term_id: int | None
    due_on: dt.date
    done_on: dt.date | None
    late: bool
    spent: Spending | None


class ReviewRow(NamedTuple):
    """The meeting of an annual review that was due in the term, of a pupil on roll."""

    school_id: int
    due_on: dt.date
    done_on: dt.date | None
    late: bool


class AchievementRow(NamedTuple):
    """Something that a pupil on roll achieved in the term, in a core area or in wider progress."""

    pupil_id: int
    core_area_id: int | None
    wider: str


class ProvisionRow(NamedTuple):
    """Something that a pupil on roll was given in the term, and how far it brought them."""

    pupil_id: int
    kind: str
    progress: int | None


class OutcomeRow(NamedTuple):
    """An outcome of a plan in force, and whether its words were changed in the term."""

    outcome_id: int
    area: str
    changed: bool


def owed(access: Access, schools: Sequence[School], *, term: Term, today: dt.date) -> list[OwedRow]:
    """Return all that schools owe in the year of a term, as it stands today."""
    places = [Place(each, None) for each in schools]
    return [
        OwedRow(
            found.place.school.pk,
            section.key,
            each.key if each.spent else "",
            each.term.pk if each.term else None,
            each.due.on,
            each.done_on,
            each.standing is Standing.LATE,
            each.spent,
        )
        for found in owed_by(access, places, year=term.year, lens=Lens.REGISTERED, today=today)
        for section in found.sections
        for each in section.rows
    ]


def reviews_due(on_roll: Cohort, *, today: dt.date) -> list[ReviewRow]:
    """Return the review meetings that were due in the cohort's term.

    Of all on roll, also of who is elsewhere by now: else the figure would hang on who asks.
    """
    term = on_roll.term
    school = dict(on_roll.placements.values_list("pupil", "school"))
    clocks = clocks_of_meetings_due(
        on_roll.placements.values("pupil"), first=term.starts_on, last=term.ends_on, today=today
    )
    return [
        ReviewRow(school[each.review.pupil_id], step.due, step.done_on, step.late)
        for each in clocks
        for step in [each.meeting]
    ]


def achievements(access: Access, on_roll: Cohort) -> list[AchievementRow]:
    """Return what the pupils on roll achieved in the days of the cohort's term."""
    rows = Achievement.objects.visible_to(access).filter(
        pupil__in=on_roll.placements.values("pupil"),
        achieved_on__range=(on_roll.term.starts_on, on_roll.term.ends_on),
    )
    return [AchievementRow(*row) for row in rows.values_list("pupil", "core_area", "wider")]


def provisions(on_roll: Cohort) -> list[ProvisionRow]:
    """Return what the pupils on roll were given on any day of the cohort's term."""
    term = on_roll.term
    rows = (
        Provision.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=term.starts_on),
            pupil__in=on_roll.placements.values("pupil"),
            starts_on__lte=term.ends_on,
        )
        .annotate(judged=FilteredRelation("reviews", condition=Q(reviews__term=term)))
        .order_by("id")
    )
    return [ProvisionRow(*row) for row in rows.values_list("pupil", "kind", "judged__progress")]


def outcomes(on_roll: Cohort) -> list[OutcomeRow]:
    """Return the outcomes of the plans that the pupils on roll had on the census date.

    History holds each superseded state of an outcome, with the moment.
    """
    term = on_roll.term
    events: Any = apps.get_model(Outcome._meta.app_label, "OutcomeEvent").objects
    changed = events.filter(
        pgh_obj=OuterRef("pk"),
        pgh_label="superseded",
        pgh_created_at__date__range=(term.starts_on, term.ends_on),
    )
    rows = Outcome.objects.filter(
        Q(plan__ends_on__isnull=True) | Q(plan__ends_on__gte=term.census_on),
        plan__pupil__in=on_roll.placements.values("pupil"),
        plan__starts_on__lte=term.census_on,
    ).annotate(is_changed=Exists(changed))
    return [OutcomeRow(*row) for row in rows.values_list("id", "area", "is_changed")]
