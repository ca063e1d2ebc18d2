"""Short plans that support a pupil, and what staff must know of health and communication."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format

from parrcs.core.access import Access, Permission
from pupils.choices import PlanKind, SupportKind
from pupils.models import Plan, PupilNeeds, SupportPlan
from pupils.selectors.pupils import PupilFile
from pupils.selectors.target_history import Change, changes_of

# Whoever has one of these is on the register of special educational needs (SEN).
_ON_REGISTER = (PlanKind.EHCP, PlanKind.SEN_SUPPORT)
_NEEDS = {
    "medical": "Medical needs",
    "emergency": "In an emergency",
    "communication": "Communication",
    "confirmed": "Confirmed",
}


@dataclass(frozen=True)
class Support:
    """All that supports a pupil: plans in force, those to come and those that ended, and needs."""

    plans: Sequence[SupportPlan]
    to_come: Sequence[SupportPlan]
    ended: Sequence[SupportPlan]
    needs: PupilNeeds | None
    on_register: bool
    today: dt.date

    @property
    def late(self) -> int:
        """How many plans should have been reviewed by now."""
        return sum(each.review_on < self.today for each in self.plans)

    @property
    def wanted(self) -> SupportKind | None:
        """Which plan a pupil off track still needs; None where one goes on."""
        kinds = (SupportKind.SUPPORT, SupportKind.INDIVIDUAL)
        if any(each.kind in kinds for each in (*self.plans, *self.to_come)):
            return None
        return self.fitting

    @property
    def fitting(self) -> SupportKind:
        """Which plan is for a pupil off track: an individual plan for one on the SEN register."""
        return SupportKind.INDIVIDUAL if self.on_register else SupportKind.SUPPORT


def support_plans_of(access: Access, *, file: PupilFile) -> QuerySet[SupportPlan]:
    """Return a pupil's short plans, the latest first."""
    return SupportPlan.objects.visible_to(access).filter(pupil=file.pupil)


def needs_of(access: Access, *, file: PupilFile) -> PupilNeeds | None:
    """Return what staff must know of a pupil, if it is written."""
    return PupilNeeds.objects.visible_to(access).filter(pupil=file.pupil).first()


def support_of(access: Access, *, file: PupilFile) -> Support | None:
    """Return what supports a pupil; None for a person who may not read it."""
    if not file.lets(access, Permission.SEE_SUPPORT):
        return None
    plans = list(support_plans_of(access, file=file))
    held = [
        each
        for each in Plan.objects.filter(pupil=file.pupil, kind__in=_ON_REGISTER)
        if each.starts_on <= file.today and (each.ends_on is None or each.ends_on >= file.today)
    ]
    going_on = sorted((each for each in plans if each.goes_on), key=lambda each: each.review_on)
    return Support(
        [each for each in going_on if each.starts_on <= file.today],
        [each for each in going_on if each.starts_on > file.today],
        [each for each in plans if not each.goes_on],
        needs_of(access, file=file),
        bool(held),
        file.today,
    )


def changes_of_needs(needs: PupilNeeds) -> list[Change]:
    """Return how the needs were changed, the last change first."""
    return changes_of(needs, names=_NEEDS, said=_said)


def _said(state: Any) -> dict[str, str]:
    day = date_format(state.confirmed_on, "j F Y")
    return {
        "medical": state.medical,
        "emergency": state.emergency,
        "communication": state.communication,
        "confirmed": f"with {state.confirmed_with}, {day}",
    }
