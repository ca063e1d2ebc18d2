"""What the demo's schools owe by law: most of it done, some late, as a trust lead finds it."""

import datetime as dt
import random
from decimal import Decimal

from pupils.models import Placement, TermlyPEP
from pupils.models.pupils import national_year
from schools.choices import Premium, PremiumAim
from schools.models import (
    AcademicYear,
    PremiumActivity,
    PremiumPlan,
    School,
    StatutoryDeadline,
    Term,
)
from schools.selectors.statutory import WeeksAfterStart, rules, statement

# What, for which aim, which share of what was received, what it is to bring, and what it brought.
_PAID: dict[Premium, tuple[tuple[str, PremiumAim, str, str, str], ...]] = {
    Premium.PUPIL: (
        (
            "Training in attention and early communication for all class teams",
            PremiumAim.TEACHING,
            "0.32",
            "Pupils take more turns in a conversation in every lesson",
            "Observed in 9 of 11 classes; turns taken doubled in seven of them",
        ),
        (
            "Reading tutors, three times a week",
            PremiumAim.TARGETED,
            "0.41",
            "Pupils with pupil premium read as well as their classmates",
            "",
        ),
        (
            "Breakfast club and help with the journey",
            PremiumAim.WIDER,
            "0.22",
            "Attendance of those who missed most rises by five points",
            "Attendance of the twelve pupils rose from 81 % to 87 %",
        ),
    ),
    Premium.SPORT: (
        (
            "A coach of disability sport teaches beside class teams",
            PremiumAim.CONFIDENCE,
            "0.45",
            "Class teams lead adapted games without the coach",
            "",
        ),
        (
            "Trikes and a resurfaced track",
            PremiumAim.ACTIVITY,
            "0.38",
            "Every pupil is active for half an hour each day",
            "",
        ),
        (
            "Boccia and swimming festivals with two other schools",
            PremiumAim.SPORT,
            "0.24",
            "Each class takes part once in the year",
            "",
        ),
    ),
}
_NOTES = (
    "Targets are specific; the pupil's own words are in it",
    "Agreed with social worker and virtual school",
    "Attainment is in it; wishes of the pupil are thin",
    "",
)
_PENNY = Decimal("0.01")


def save_compliance(*, on: dt.date, rng: random.Random) -> None:
    """Record premiums, PEPs and assessments as they stand on a day. Needs `in_trust`."""
    years = AcademicYear.objects.filter(starts_on__lte=on).order_by("-starts_on")[:2]
    schools = School.objects.filter(of_trust=True).order_by("name")
    for number, school in enumerate(schools):
        for year in years:
            is_over = year.ends_on < on
            for premium in Premium:
                _premium(school, year, premium, on, rng, late=number % 4 == 1, is_over=is_over)
            _assessments(school, year, rng, on=on, left_out=number % 5 == 2)
    _peps(on, rng)


def _premium(
    school: School,
    year: AcademicYear,
    premium: Premium,
    on: dt.date,
    rng: random.Random,
    *,
    late: bool,
    is_over: bool,
) -> None:
    due = statement(premium).due.due(year=year.name, starts_on=year.starts_on).on
    published = due - dt.timedelta(days=rng.randrange(3, 60))
    done = published < on and not (late and not is_over)
    received = Decimal(rng.randrange(1_600_000, 6_500_000)) / 100
    plan = PremiumPlan.objects.create(
        school=school,
        year=year,
        premium=premium,
        received=received,
        published_on=published if done else None,
        published_at=f"https://{school.name.split()[0].lower()}.example/{premium}-premium"
        if done
        else "",
    )
    gone = Decimal(1) if is_over else Decimal("0.3")
    for what, aim, share, intended, impact in _PAID[premium]:
        planned = (received * Decimal(share)).quantize(_PENNY)
        PremiumActivity.objects.create(
            plan=plan,
            what=what,
            aim=aim,
            planned=planned,
            spent=(planned * gone * rng.randrange(90, 108) / 100).quantize(_PENNY),
            intended=intended,
            impact=impact if is_over else "",
            impact_on=year.ends_on - dt.timedelta(days=50) if is_over and impact else None,
        )


def _assessments(
    school: School, year: AcademicYear, rng: random.Random, *, on: dt.date, left_out: bool
) -> None:
    """Say that those whose day is over were done; in some schools some were forgotten."""
    placed = Placement.objects.filter(school=school).select_related("pupil")
    first = Term.objects.filter(year=year).order_by("starts_on").first()
    begins = first.starts_on if first else year.starts_on
    for number, rule in enumerate(rules()):
        due = rule.due.due(year=year.name, starts_on=year.starts_on, term_starts_on=begins).on
        if rule.optional or due >= on or (left_out and number < 2):
            continue
        day = min(on, year.ends_on) if isinstance(rule.due, WeeksAfterStart) else due
        here = sum(
            national_year(each.pupil.born_on, year.starts_on) in rule.years
            for each in placed.on(day)
        )
        if here:
            opens_on = rule.opens_on(year=year.name, starts_on=year.starts_on)
            StatutoryDeadline.objects.create(
                school=school,
                year=year,
                rule=rule.code,
                done_on=max(opens_on, due - dt.timedelta(days=rng.randrange(0, 6))),
                done_by="Assessment lead",
                pupils=max(0, here - rng.randrange(0, 3)),
                note="The others work below the standard" if "tests" in rule.code else "",
            )


def _peps(on: dt.date, rng: random.Random) -> None:
    """Record the PEPs of children looked after in the year that runs and the one before."""
    peps = []
    for term in Term.objects.filter(starts_on__lte=on).order_by("-starts_on")[:4]:
        day = min(term.ends_on, on)
        in_care = Placement.objects.on(day).filter(pupil__looked_after=True).order_by("pupil")
        for placement in in_care:
            if rng.random() >= (0.9 if term.ends_on < on else 0.55):
                continue
            days = max(1, (day - term.starts_on).days)
            peps.append(
                TermlyPEP(
                    pupil_id=placement.pupil_id,
                    term=term,
                    held_on=term.starts_on + dt.timedelta(days=rng.randrange(days)),
                    held_by="Designated teacher",
                    quality=rng.choice(_NOTES),
                )
            )
    TermlyPEP.objects.bulk_create(peps, batch_size=500)
