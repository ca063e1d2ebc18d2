"""Places, people and the calendar of a made-up trust."""

import datetime as dt

import factory
from allauth.account.models import EmailAddress
from factory.django import DjangoModelFactory

from schools import models
from schools.choices import SchoolKind, Season

PASSWORD = "correct horse battery staple"


class TrustFactory(DjangoModelFactory[models.Trust]):
    class Meta:
        model = models.Trust

    uid = factory.Sequence(lambda n: f"{90000 + n}")
    name = factory.Sequence(lambda n: f"Trust {n}")


class UserFactory(DjangoModelFactory[models.User]):
    class Meta:
        model = models.User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    # Not a password: tests sign in with `client.force_login`, browser tests set a real one.
    password = "!"

    @factory.post_generation
    def proved_address(self, create: bool, extracted: object, **kwargs: object) -> None:
        EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class SchoolFactory(DjangoModelFactory[models.School]):
    class Meta:
        model = models.School

    urn = factory.Sequence(lambda n: f"{100000 + n}")
    name = factory.Sequence(lambda n: f"School {n}")
    kind = SchoolKind.SPECIAL


class HostFactory(SchoolFactory):
    name = factory.Sequence(lambda n: f"Host {n}")
    kind = SchoolKind.MAINSTREAM
    of_trust = False


class ARBFactory(DjangoModelFactory[models.ARB]):
    class Meta:
        model = models.ARB

    school = factory.SubFactory(SchoolFactory)
    host = factory.SubFactory(HostFactory)
    name = factory.Sequence(lambda n: f"ARB {n}")
    opened_on = dt.date(2020, 9, 1)


class AcademicYearFactory(DjangoModelFactory[models.AcademicYear]):
    class Meta:
        model = models.AcademicYear
        django_get_or_create = ("name",)

    class Params:
        start = 2026

    name = factory.LazyAttribute(lambda o: f"{o.start}/{(o.start + 1) % 100:02}")
    starts_on = factory.LazyAttribute(lambda o: dt.date(o.start, 9, 1))
    ends_on = factory.LazyAttribute(lambda o: dt.date(o.start + 1, 8, 31))


class TermFactory(DjangoModelFactory[models.Term]):
    class Meta:
        model = models.Term
        django_get_or_create = ("year", "season")

    year = factory.SubFactory(AcademicYearFactory)
    season = Season.AUTUMN
    starts_on = factory.LazyAttribute(lambda o: _term_days(o)[0])
    census_on = factory.LazyAttribute(lambda o: _term_days(o)[1])
    ends_on = factory.LazyAttribute(lambda o: _term_days(o)[2])


def _term_days(term: factory.builder.Resolver) -> tuple[dt.date, dt.date, dt.date]:
    start = term.year.starts_on.year
    return {
        Season.AUTUMN: (
            dt.date(start, 9, 1),
            dt.date(start, 10, 1),
            dt.date(start, 12, 18),
        ),
        Season.SPRING: (
            dt.date(start + 1, 1, 5),
            dt.date(start + 1, 1, 21),
            dt.date(start + 1, 3, 27),
        ),
        Season.SUMMER: (
            dt.date(start + 1, 4, 13),
            dt.date(start + 1, 5, 20),
            dt.date(start + 1, 7, 21),
        ),
    }[Season(term.season)]


class WindowFactory(DjangoModelFactory[models.Window]):
    """Open whatever today is, so that no test depends on the date."""

    class Meta:
        model = models.Window

    term = factory.SubFactory(TermFactory)
    opens_on = dt.date(2000, 1, 1)
    closes_on = dt.date(9999, 12, 31)


class ClassGroupFactory(DjangoModelFactory[models.ClassGroup]):
    class Meta:
        model = models.ClassGroup

    school = factory.SubFactory(SchoolFactory)
    year = factory.SubFactory(AcademicYearFactory)
    name = factory.Sequence(lambda n: f"Class {n}")


class MembershipFactory(DjangoModelFactory[models.Membership]):
    class Meta:
        model = models.Membership

    person = factory.SubFactory(UserFactory)
