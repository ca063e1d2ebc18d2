"""The demo's own window of one school, leave for late entry, and two new starters in a class."""

import datetime as dt
import random

from parrcs.core.access import Role
from pupils.choices import AreaOfNeed, PlanKind, PrimaryNeed, Sex
from pupils.measures import upn_check_letter
from pupils.models import Outcome, Placement, Plan, Pupil, Route
from reporting.services.demo.material import Namer, accounts
from schools.models import ClassGroup, LateEntry, Membership, School, Term, Window
from schools.selectors.calendar import current_term
from schools.selectors.windows import windows

# Its window closed yesterday, a week or two before that of the others.
CLOSED_EARLY = "Moorland School"
REASONS = (
    "Away on a residential week; the rest is judged afterwards.",
    "Supply teacher until Friday.",
)
NEW = ((Sex.MALE, PrimaryNeed.ASD, "semi-formal"), (Sex.FEMALE, PrimaryNeed.SLCN, "formal"))
OUTCOMES = (
    (AreaOfNeed.COMMUNICATION, "Tells an adult with a word, a sign or a picture what is wanted."),
    (AreaOfNeed.COGNITION, "Follows the order of a morning with a row of pictures."),
)
# Serial numbers that the roll of a school does not reach.
FIRST_SERIAL = 951


def save_windows(*, on: dt.date, rng: random.Random) -> None:
    """Set all three as the heads and the assessment lead would have. Needs `in_trust`."""
    term = current_term(on).term
    if term is None:
        return
    _own_window(term, on)
    shown = next(role for p in accounts() for role in p.roles if p.email.startswith("teacher@"))
    classes = _classes(term, shown.school)
    group = next((each for each in classes if each.name == shown.class_name), None)
    if group is None:
        return
    other = next(each for each in classes if each != group)
    window = windows().of(term.pk, group.school_id)
    if window is not None:
        _late(other, term, window.closes_on + dt.timedelta(days=5), REASONS[0])
    _starters(group, term, on, rng)


def _own_window(term: Term, on: dt.date) -> None:
    school = School.objects.filter(name=CLOSED_EARLY).first()
    held = windows().of(term.pk)
    head = _head(school) if school else None
    if school is None or held is None or head is None or held.opens_on >= on:
        return
    Window.objects.create(
        term=term,
        school=school,
        opens_on=held.opens_on,
        closes_on=on - dt.timedelta(days=1),
    )
    for group in _classes(term, school.name)[:1]:
        _late(group, term, on + dt.timedelta(days=6), REASONS[1])


def _classes(term: Term, school: str) -> list[ClassGroup]:
    return list(
        ClassGroup.objects.filter(year=term.year_id, school__name=school, arb=None)
        .select_related("school")
        .order_by("name")
    )


def _head(school: School) -> Membership | None:
    return Membership.objects.live().filter(school=school, role=Role.HEAD).first()


def _late(group: ClassGroup, term: Term, until: dt.date, reason: str) -> None:
    head = _head(group.school)
    if head is not None:
        LateEntry.objects.create(
            term=term,
            class_group=group,
            until=until,
            reason=reason,
            allowed_by_id=head.person_id,
            allowed_at=head.started_at,
        )


def _starters(group: ClassGroup, term: Term, on: dt.date, rng: random.Random) -> None:
    """Let two pupils join the class in the last days, of whom nothing is known yet."""
    namer, school = Namer(rng), group.school
    joined = max(term.starts_on, on - dt.timedelta(days=4))
    mates = Pupil.objects.filter(placements__class_group=group).order_by("born_on")
    born = mates[len(mates) // 2].born_on if mates else term.starts_on - dt.timedelta(days=3000)
    routes = {each.code: each for each in Route.objects.all()}
    taken = set(Pupil.objects.values_list("first_name", "last_name"))
    for number, (sex, need, route) in enumerate(NEW):
        first, last, _ = namer.name(sex)
        while (first, last) in taken:
            first, last, _ = namer.name(sex)
        place = f"{school.la_code}{school.establishment_number}{joined.year % 100:02}"
        digits = f"{place}{FIRST_SERIAL + number}"
        pupil = Pupil.objects.create(
            upn=upn_check_letter(digits) + digits,
            first_name=first,
            last_name=last,
            born_on=born + dt.timedelta(days=30 * number),
            sex=sex,
            primary_need=need,
        )
        Placement.objects.create(
            pupil=pupil,
            school=school,
            class_group=group,
            route=routes[route],
            starts_on=joined,
        )
        plan = Plan.objects.create(pupil=pupil, kind=PlanKind.EHCP, starts_on=joined)
        for area, text in OUTCOMES:
            Outcome.objects.create(plan=plan, area=area, text=text)
