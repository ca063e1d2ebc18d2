"""What each role should see of each model, worked out from the cast and not from `visible_to`."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from assessment.models import Achievement, Aim, Evidence, Judgement, Note, TestScore
from exchange.models import AccessRequest, Erasure, Import, Transfer
from parrcs.core.access import Role
from pupils.models import (
    AnnualReview,
    AttendanceTotal,
    ClassListCheck,
    Placement,
    PlacementRequest,
    Pupil,
    PupilNeeds,
    SupportPlan,
    TermlyPEP,
    TermlyTarget,
)
from reporting.choices import ReportKind, ReportStatus
from reporting.models import (
    KeptView,
    NextStep,
    Report,
    ReportBatch,
    ReportRun,
    SectionText,
    TermCount,
)
from schools.models import (
    ARB,
    ARBFunding,
    ARBStaff,
    ClassGroup,
    Download,
    Invitation,
    JointVisit,
    Lease,
    Membership,
    Notice,
    PremiumActivity,
    PremiumPlan,
    SafeguardingContact,
    School,
    StatutoryDeadline,
)
from tests.world import World

# What supports a pupil is not for the contact in the host school.
_NOT_FOR_HOSTS = (AnnualReview, PupilNeeds, SupportPlan)

# How each model that is narrowed by its pupil leads there.
_PUPIL_OF: dict[type[models.Model], str] = {
    Pupil: "pk",
    Evidence: "note__pupil",
    **dict.fromkeys(
        (
            AccessRequest,
            Achievement,
            Aim,
            AttendanceTotal,
            Judgement,
            Note,
            Placement,
            TermlyTarget,
            TestScore,
        ),
        "pupil",
    ),
    **dict.fromkeys(_NOT_FOR_HOSTS, "pupil"),
}

# Of these only some roles see anything; the erasure in the rows was decided by the trust lead.
_ONLY: dict[type[models.Model], tuple[Role, ...]] = {
    AccessRequest: (Role.HEAD, Role.INCLUSION_LEAD, Role.TRUST_LEAD),
    Erasure: (Role.TRUST_LEAD, Role.TRUST_ADMIN),
    Download: (Role.TRUST_LEAD, Role.TRUST_ADMIN),
}

# Who sees what a school owes by law, and how that leads to the school or the pupil.
_OWED = (Role.ASSESSMENT_LEAD, Role.INCLUSION_LEAD, Role.HEAD)
_OF_SCHOOL: dict[type[models.Model], str] = {
    PremiumPlan: "school",
    PremiumActivity: "plan__school",
    StatutoryDeadline: "school",
}

# Which scoped roles see the rows of an ARB of theirs; trust leads see all of them.
_STAFF = (Role.ASSESSMENT_LEAD, Role.INCLUSION_LEAD, Role.HEAD, Role.HOST_LINK)
_OF_ARB: dict[type[models.Model], tuple[Role, ...]] = {
    **dict.fromkeys((ARBStaff, SafeguardingContact), (*_STAFF, Role.TRUST_ADMIN)),
    **dict.fromkeys((ARBFunding, JointVisit, Lease), (Role.HEAD, Role.HOST_LINK)),
    PlacementRequest: (Role.HEAD, Role.INCLUSION_LEAD),
}


def narrowed_models() -> list[type[models.Model]]:
    """Return every model whose rows are narrowed to the person who asks."""
    return [
        model
        for model in apps.get_models()
        if hasattr(model._default_manager.get_queryset(), "visible_to")
    ]


def surprises(model: type[models.Model], world: World) -> list[str]:
    """Return each role that sees something of a model that it should not, or misses something."""
    found = []
    for role, seen in _seen(world):
        rows: Any = model._default_manager.get_queryset()
        visible = set(rows.visible_to(world.access(role)).values_list("pk", flat=True))
        none: set[int] = set()
        if visible != (none if _sees_none(model, role) else _wanted(model, world, role, seen)):
            found.append(f"{role} of {model.__name__}")
    return found


def _sees_none(model: type[models.Model], role: Role) -> bool:
    return model in _ONLY and role not in _ONLY[model]


def _seen(world: World) -> Iterator[tuple[Role, list[Pupil]]]:
    here = [*world.pupils, *world.arb_pupils]
    yield Role.TEACHER, world.pupils
    yield Role.ASSESSMENT_LEAD, here
    yield Role.INCLUSION_LEAD, here
    yield Role.HEAD, here
    yield Role.HOST_LINK, world.arb_pupils
    yield Role.GOVERNOR, []
    yield Role.TRUSTEE, []
    yield Role.TRUST_ADMIN, []
    yield Role.TRUST_LEAD, [*here, *world.other_pupils]


def _wanted(model: type[models.Model], world: World, role: Role, seen: list[Pupil]) -> set[int]:
    rows = model._default_manager.all()
    if model in _NOT_FOR_HOSTS and role is Role.HOST_LINK:
        seen = []
    if model in _PUPIL_OF:
        return set(
            rows.filter(**{f"{_PUPIL_OF[model]}__in": [each.pk for each in seen]}).values_list(
                "pk", flat=True
            )
        )
    if model in _OF_SCHOOL or model is TermlyPEP or model in _OF_ARB:
        of_arb = model in _OF_ARB
        return _of_arb(model, world, role) if of_arb else _owed(model, world, role, seen)
    if model in (Membership, Invitation, Notice):
        return _of_person(model, world, role)
    if role in (Role.TRUST_LEAD, Role.TRUST_ADMIN, Role.TRUSTEE):
        return _of_the_trust(model, role)
    if model is ClassListCheck:
        classes = _wanted(ClassGroup, world, role, seen)
        return set(rows.filter(class_group__in=classes).values_list("pk", flat=True))
    by_model: dict[type[models.Model], set[int]] = {
        School: {world.school.pk},
        ARB: {
            Role.HOST_LINK: {world.arb.pk},
            Role.TEACHER: set[int](),
            Role.GOVERNOR: set[int](),
        }.get(role, {world.arb.pk}),
        ClassGroup: {
            Role.HOST_LINK: {world.arb_class.pk},
            Role.TEACHER: {world.class_group.pk},
            Role.GOVERNOR: set[int](),
        }.get(role, {world.class_group.pk, world.arb_class.pk}),
        Import: _imports(Import, role, world),
        Transfer: _imports(Transfer, role, world),
        Report: _reports(Report, role, world),
        ReportRun: _reports(ReportRun, role, world),
        SectionText: _reports(SectionText, role, world),
        NextStep: _reports(NextStep, role, world),
        TermCount: _reports(TermCount, role, world),
        ReportBatch: set(),
        KeptView: set(),
    }
    return by_model[model]


def _of_person(model: type[models.Model], world: World, role: Role) -> set[int]:
    if model is Invitation and role is not Role.TRUST_ADMIN:
        return set()
    own = {} if role is Role.TRUST_ADMIN and model is not Notice else {"person": world.people[role]}
    rows = model._default_manager.filter(trust=world.trust, **own)
    return set(rows.values_list("pk", flat=True))


def _owed(model: type[models.Model], world: World, role: Role, seen: list[Pupil]) -> set[int]:
    rows = model._default_manager.all()
    if role not in (Role.TRUST_LEAD, *_OWED):
        return set()
    if model is TermlyPEP:
        rows = rows.filter(pupil__in=[each.pk for each in seen])
    elif role is not Role.TRUST_LEAD:
        rows = rows.filter(**{_OF_SCHOOL[model]: world.school.pk})
    return set(rows.values_list("pk", flat=True))


def _of_arb(model: type[models.Model], world: World, role: Role) -> set[int]:
    rows = model._default_manager.all()
    if role not in (Role.TRUST_LEAD, *_OF_ARB[model]):
        return set()
    if role not in (Role.TRUST_LEAD, Role.TRUST_ADMIN):
        rows = rows.filter(arb=world.arb.pk)
    return set(rows.values_list("pk", flat=True))


def _of_the_trust(model: type[models.Model], role: Role) -> set[int]:
    everything = set(model._default_manager.values_list("pk", flat=True))
    nothing: set[int] = set()
    if model is Report and role is Role.TRUSTEE:
        return _out(ReportKind.LGB, ReportKind.TRUSTEE)
    if model in (Report, ReportRun, ReportBatch, SectionText, NextStep, TermCount, KeptView):
        return everything if role is Role.TRUST_LEAD else nothing
    if model in (Import, Transfer):
        return everything if role is Role.TRUST_LEAD else nothing
    if model in (ARB, ClassGroup, ClassListCheck):
        return nothing if role is Role.TRUSTEE else everything
    return everything


def _out(*kinds: ReportKind, **where: object) -> set[int]:
    """Return the published reports of some kinds."""
    out = (ReportStatus.PUBLISHED, ReportStatus.SUPERSEDED)
    found = Report.objects.filter(kind__in=kinds, status__in=out, **where)
    return set(found.values_list("pk", flat=True))


def _reports(model: type[models.Model], role: Role, world: World) -> set[int]:
    if model is Report and role is Role.GOVERNOR:
        return _out(ReportKind.LGB, school=world.school)
    if role not in (Role.HEAD, Role.ASSESSMENT_LEAD):
        return set()
    return set(model._default_manager.filter(school=world.school).values_list("pk", flat=True))


def _imports(model: type[models.Model], role: Role, world: World) -> set[int]:
    """Return the imports or transfers of the school and of its ARB."""
    if role not in (Role.HEAD, Role.ASSESSMENT_LEAD, Role.INCLUSION_LEAD):
        return set()
    theirs = Q(school=world.school) | Q(arb=world.arb)
    return set(model._default_manager.filter(theirs).values_list("pk", flat=True))
