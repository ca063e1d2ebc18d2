"""The standing cast: two small trusts, with one person of each role in the first."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from assessment.models import Stream
from parrcs.core.access import Access, Role
from parrcs.core.tenancy import in_trust
from pupils.models import Outcome, Plan, Pupil, Route, TermlyTarget
from schools.choices import Season
from schools.models import ARB, ClassGroup, School, Term, Trust, User
from schools.selectors.people import workplaces
from tests.factories.assessment import stream_with
from tests.factories.pupils import (
    OutcomeFactory,
    PlacementFactory,
    PlanFactory,
    PupilFactory,
    RouteFactory,
    TermlyTargetFactory,
)
from tests.factories.schools import (
    AcademicYearFactory,
    ARBFactory,
    ClassGroupFactory,
    HostFactory,
    MembershipFactory,
    SchoolFactory,
    TermFactory,
    TrustFactory,
    UserFactory,
    WindowFactory,
)


@dataclass
class World:
    """One trust with all that a test needs to name, and the people in it by role."""

    trust: Trust
    terms: list[Term]
    school: School
    other_school: School
    host: School
    arb: ARB
    class_group: ClassGroup
    other_class: ClassGroup
    arb_class: ClassGroup
    routes: dict[str, Route]
    developmental: Stream
    engagement: Stream
    pupils: list[Pupil]
    other_pupils: list[Pupil]
    arb_pupils: list[Pupil]
    people: dict[Role, User] = field(default_factory=dict)

    @property
    def term(self) -> Term:
        """The term with an open window: autumn 2026."""
        return self.terms[3]

    def access(self, role: Role) -> Access:
        """Return what the person of this role may do."""
        with in_trust(self.trust.pk, person_id=self.people[role].pk):
            (place,) = workplaces(self.people[role].pk)
        return place.access


def make_world(name: str) -> World:
    """Make a trust with two special schools, an ARB, three classes and a person of each role.

    Terms: the three of 2025/26, then autumn 2026, whose window is open; spring 2026's is shut.
    """
    trust = TrustFactory(name=f"{name} Partnership")
    with in_trust(trust.pk):
        last_year = AcademicYearFactory(start=2025)
        # Not over whatever today is, so that no test depends on the date.
        this_year = AcademicYearFactory(start=2026, ends_on=dt.date(9999, 8, 31))
        terms: list[Term] = [TermFactory(year=last_year, season=season) for season in Season]
        terms.append(TermFactory(year=this_year))
        WindowFactory(term=terms[3])
        school, other_school = (
            SchoolFactory(name=f"{name} {n} School") for n in ("Beacon", "Moor")
        )
        host = HostFactory(name=f"{name} Penwith High")
        arb = ARBFactory(school=school, host=host, name=f"{name} Tide ARB")
        routes: dict[str, Route] = {
            code: RouteFactory(code=code, position=position)
            for position, code in enumerate(("pre-formal", "semi-formal", "formal"))
        }
        developmental = stream_with(
            code="developmental",
            strands=["communication", "reading", "writing"],
            points=20,
            routes={
                routes["pre-formal"]: Decimal("0.5"),
                routes["semi-formal"]: Decimal(1),
                routes["formal"]: Decimal(2),
            },
            core=True,
        )
        engagement = stream_with(
            code="engagement",
            strands=["exploration", "persistence"],
            points=5,
            routes={routes["pre-formal"]: Decimal("0.25")},
            core=False,
        )
        class_group = ClassGroupFactory(school=school, year=this_year, name="Curlew")
        other_class = ClassGroupFactory(school=other_school, year=this_year, name="Dunlin")
        arb_class = ClassGroupFactory(school=school, arb=arb, year=this_year, name="Tern")
        world = World(
            trust=trust,
            terms=terms,
            school=school,
            other_school=other_school,
            host=host,
            arb=arb,
            class_group=class_group,
            other_class=other_class,
            arb_class=arb_class,
            routes=routes,
            developmental=developmental,
            engagement=engagement,
            pupils=[_pupil(class_group, route) for route in routes.values()],
            other_pupils=[_pupil(other_class, routes["semi-formal"]) for _ in range(2)],
            arb_pupils=[_pupil(arb_class, routes["formal"]) for _ in range(2)],
        )
        _people(world, name)
    return world


def _pupil(class_group: ClassGroup, route: Route) -> Pupil:
    pupil = PupilFactory()
    PlacementFactory(
        pupil=pupil,
        school=class_group.school,
        arb=class_group.arb,
        class_group=class_group,
        route=route,
    )
    return pupil


def give_target(pupil: Pupil, term: Term, position: int = 1) -> TermlyTarget:
    """Give a pupil a termly target, under the first outcome of their plan."""
    plan = Plan.objects.filter(pupil=pupil).first() or PlanFactory(pupil=pupil)
    outcome = Outcome.objects.filter(plan=plan).first() or OutcomeFactory(plan=plan)
    target: TermlyTarget = TermlyTargetFactory(outcome=outcome, term=term, position=position)
    return target


def _people(world: World, name: str) -> None:
    places: dict[Role, dict[str, object]] = {
        Role.TEACHER: {"class_group": world.class_group},
        Role.ASSESSMENT_LEAD: {"school": world.school},
        Role.INCLUSION_LEAD: {"school": world.school},
        Role.HEAD: {"school": world.school},
        Role.HOST_LINK: {"arb": world.arb},
        Role.GOVERNOR: {"school": world.school},
        Role.QA_REVIEWER: {"school": world.school},
    }
    for role in Role:
        person = UserFactory(
            email=f"{role}@{name.lower()}.example",
            name=f"{name} {role.replace('_', ' ')}",
        )
        MembershipFactory(person=person, role=role, **places.get(role, {}))
        world.people[role] = person
