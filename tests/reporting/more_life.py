"""What befalls a school beside judgements and targets, always the same from the same seed."""

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.utils import timezone

from assessment.models import Achievement, CoreArea
from parrcs.core.access import Role
from pupils.choices import ProvisionKind, ReviewDecision, ReviewStepKind, WiderProgress
from pupils.models import (
    AnnualReview,
    AttendanceTotal,
    Outcome,
    Plan,
    Provision,
    ProvisionReview,
    Pupil,
    ReviewStep,
    TermlyPEP,
    TermlyTarget,
)
from reporting.choices import Counted, Part, ReportKind
from reporting.models import NextStep, SectionText, TermCount
from schools.choices import Premium, PremiumAim
from schools.models import PremiumActivity, PremiumPlan, School, StatutoryDeadline, Term
from tests.world import World

WEEK = dt.timedelta(weeks=1)
RULES = ("reception-baseline", "ks2-tests", "phonics-check", "early-years-profile")


def add_more_life(world: World, *, seed: int) -> None:
    """Add all that the further sections of a report tell of, for both schools."""
    chance = random.Random(seed)  # noqa: S311  # made-up lives, not secrets
    Term.objects.filter(pk=world.term.pk).update(
        break_starts_on=dt.date(2026, 10, 26), break_ends_on=dt.date(2026, 10, 30)
    )
    pupils = list(Pupil.objects.order_by("pk"))
    AttendanceTotal.objects.bulk_create(
        each for pupil in pupils for each in _attends(chance, world.terms, pupil)
    )
    _given(chance, world, pupils)
    _achieved(chance, world, pupils)
    _planned(chance, world)
    TermlyPEP.objects.bulk_create(
        TermlyPEP(pupil=pupil, term=term, held_on=term.starts_on + WEEK, held_by="R. Shah")
        for pupil in pupils
        if pupil.looked_after or chance.random() < 0.1
        for term in world.terms
        if chance.random() < 0.6
    )
    for school in (world.school, world.other_school):
        _owes(chance, world, school)
        _wrote(chance, world, school)


def _attends(
    chance: random.Random, terms: Iterable[Term], pupil: Pupil
) -> Iterator[AttendanceTotal]:
    """Give a pupil a habit, in stretches of which some begin in a holiday or between terms."""
    habit = chance.choice([0.3, 0.49, 0.5, 0.88, 0.9, 0.9, 0.95, 1])
    for term in terms:
        if chance.random() < 0.1:
            continue
        for n, weeks in enumerate((0, 4, 8, 16)):
            possible = chance.choice([0, 10, 20, 40])
            attended = round(possible * (habit if chance.random() < 0.7 else 1))
            missed = possible - attended
            unauthorised = chance.randint(0, missed)
            starts_on = term.starts_on + weeks * WEEK + dt.timedelta(days=chance.randint(0, 3))
            yield AttendanceTotal(
                pupil=pupil,
                starts_on=starts_on,
                ends_on=starts_on + dt.timedelta(days=4 + n),
                possible=possible,
                attended=attended,
                authorised=missed - unauthorised,
                unauthorised=unauthorised,
                late=chance.randint(0, attended // 4),
            )


def _given(chance: random.Random, world: World, pupils: Iterable[Pupil]) -> None:
    kinds = ProvisionKind.values[:4]
    provisions = Provision.objects.bulk_create(
        Provision(
            pupil=pupil,
            kind=chance.choice(kinds),
            aim="Joins in.",
            starts_on=(first := chance.choice(world.terms).starts_on + 2 * WEEK),
            ends_on=chance.choice([None, first + WEEK, first + 30 * WEEK]),
        )
        for pupil in pupils
        for _ in range(chance.choice([0, 0, 1, 2]))
    )
    ProvisionReview.objects.bulk_create(
        ProvisionReview(
            provision=each,
            term=term,
            progress=chance.choice(WiderProgress.values),
            reviewed_by=world.people[Role.TEACHER],
        )
        for each in provisions
        for term in world.terms
        if chance.random() < 0.7
    )


def _achieved(chance: random.Random, world: World, pupils: Iterable[Pupil]) -> None:
    areas = list(CoreArea.objects.all())
    Achievement.objects.bulk_create(
        Achievement(
            pupil=pupil,
            achieved_on=chance.choice(world.terms).starts_on
            + dt.timedelta(days=chance.choice([-1, 0, 40, 107, 130])),
            what="Swam a width.",
            **(
                {"core_area": chance.choice(areas)}
                if chance.random() < 0.5
                else {"wider": chance.choice(ProvisionKind.values[:3])}
            ),
            written_by=world.people[Role.TEACHER],
        )
        for pupil in pupils
        for _ in range(chance.choice([0, 1, 1, 3]))
    )


def _planned(chance: random.Random, world: World) -> None:
    """Review plans, end some, change outcomes, and let targets go on from earlier ones."""
    for plan in Plan.objects.order_by("pk"):
        fate = chance.random()
        if fate < 0.1:
            Plan.objects.filter(pk=plan.pk).update(ends_on=dt.date(2026, 9, 15))
        for year in (2025, 2026):
            if chance.random() < 0.7:
                _review(chance, world, plan, year)
    for outcome in Outcome.objects.order_by("pk")[::6]:
        outcome.text = "Joins in a game of four."
        outcome.save()
    earlier = {each.outcome_id: each for each in TermlyTarget.objects.filter(term=world.terms[2])}
    for target in TermlyTarget.objects.filter(term=world.term).order_by("pk"):
        if target.outcome_id in earlier and chance.random() < 0.5:
            target.carried_from = earlier[target.outcome_id]
            target.save(update_fields=["carried_from"])
        elif chance.random() < 0.2:  # a part of another one of the same term
            target.carried_from = TermlyTarget.objects.filter(
                term=world.term, outcome=target.outcome
            ).first()
            target.save(update_fields=["carried_from"])


def _review(chance: random.Random, world: World, plan: Plan, year: int) -> None:
    meets_on = dt.date(year, 9, 20) + dt.timedelta(days=chance.choice([0, 20, 40, 130, 260, 300]))
    review = AnnualReview.objects.create(
        plan=plan,
        pupil_id=plan.pupil_id,
        meets_on=meets_on,
        school_year=year,
        form="local",
        decision=chance.choice(["", ReviewDecision.KEEP, ReviewDecision.AMEND]),
    )
    later = {
        ReviewStepKind.MEETING: chance.choice([-3, 0, 1, 20]),
        ReviewStepKind.DECISION: 28,
        ReviewStepKind.FINAL: 80,
    }
    ReviewStep.objects.bulk_create(
        ReviewStep(
            review=review,
            step=step,
            done_on=meets_on + dt.timedelta(days=days),
            done_by=world.people[Role.HEAD],
        )
        for step, days in later.items()
        if chance.random() < 0.6
    )


def _owes(chance: random.Random, world: World, school: School) -> None:
    for year in dict.fromkeys(each.year for each in world.terms):
        for premium in Premium:
            if chance.random() < 0.7:
                _premium(chance, school, year.pk, year.starts_on, premium)
        for rule in RULES:
            if chance.random() < 0.6:
                done = chance.random() < 0.6
                day = year.starts_on + dt.timedelta(days=chance.choice([30, 60, 250, 300]))
                StatutoryDeadline.objects.create(
                    school=school,
                    year=year,
                    rule=rule,
                    due_on=day if not done or chance.random() < 0.3 else None,
                    done_on=day if done else None,
                    done_by="R. Shah" if done else "",
                    pupils=3 if done else None,
                )


def _premium(
    chance: random.Random, school: School, year: int, starts_on: dt.date, premium: Premium
) -> None:
    published = chance.choice([None, 90, 200, 330])
    plan = PremiumPlan.objects.create(
        school=school,
        year_id=year,
        premium=premium,
        received=Decimal(chance.randint(0, 900_000)) / 100,
        published_on=starts_on + dt.timedelta(days=published) if published else None,
        published_at="https://school.example/plan" if published else "",
    )
    PremiumActivity.objects.bulk_create(
        PremiumActivity(
            plan=plan,
            what="Tutors",
            aim=PremiumAim.TEACHING,
            planned=Decimal(100),
            spent=Decimal(chance.randint(0, 500_000)) / 100,
            intended="They read.",
        )
        for _ in range(chance.randint(0, 3))
    )


def _wrote(chance: random.Random, world: World, school: School) -> None:
    TermCount.objects.bulk_create(
        TermCount(school=school, term=term, what=what, number=chance.choice([0, 2, 17, 1200]))
        for term in world.terms
        for what in Counted
        if chance.random() < 0.6
    )
    NextStep.objects.bulk_create(
        NextStep(
            kind=kind,
            school=school if kind == ReportKind.HT else None,
            term=world.term,
            what=f"Step {n} of {school}",
            owner="Deputy head",
            due_on=dt.date(2026, 12, n),
            done_on=dt.date(2026, 11, 20) if n % 2 else None,
        )
        for kind in (ReportKind.HT, ReportKind.TRUSTEE)
        for n in (9, 3, 8)
    )
    SectionText.objects.bulk_create(
        SectionText(
            kind=ReportKind.HT,
            school=school,
            term=term,
            section=part,
            text=f"Of {part} in {term} at {school}.",
            changed_by=world.people[Role.HEAD],
            changed_at=timezone.now(),
        )
        for term in world.terms[2:]
        for part in (Part.ATTENDANCE, Part.MODERATION)
    )
