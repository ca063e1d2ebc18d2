"""Pupils, where they are, and what their plans say."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from pupils import models
from pupils.choices import AreaOfNeed, PlanKind, PrimaryNeed, Sex
from tests.factories.schools import SchoolFactory, TermFactory


class RouteFactory(DjangoModelFactory[models.Route]):
    class Meta:
        model = models.Route
        django_get_or_create = ("code",)

    code = "semi-formal"
    name = factory.LazyAttribute(lambda o: o.code.capitalize())
    position = 2


class PupilFactory(DjangoModelFactory[models.Pupil]):
    class Meta:
        model = models.Pupil

    upn = factory.Sequence(lambda n: f"T{n:012}")
    first_name = factory.Sequence(lambda n: f"First{n}")
    last_name = factory.Sequence(lambda n: f"Last{n:05}")
    born_on = dt.date(2016, 3, 14)
    sex = Sex.FEMALE
    primary_need = PrimaryNeed.ASD


class PlacementFactory(DjangoModelFactory[models.Placement]):
    class Meta:
        model = models.Placement

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SubFactory(SchoolFactory)
    route = factory.SubFactory(RouteFactory)
    starts_on = dt.date(2025, 9, 1)


class PlanFactory(DjangoModelFactory[models.Plan]):
    class Meta:
        model = models.Plan

    pupil = factory.SubFactory(PupilFactory)
    kind = PlanKind.EHCP
    starts_on = dt.date(2025, 9, 1)


class OutcomeFactory(DjangoModelFactory[models.Outcome]):
    class Meta:
        model = models.Outcome

    plan = factory.SubFactory(PlanFactory)
    area = AreaOfNeed.COMMUNICATION
    text = "Asks for help in a way that unfamiliar adults understand."


class TermlyTargetFactory(DjangoModelFactory[models.TermlyTarget]):
    class Meta:
        model = models.TermlyTarget

    outcome = factory.SubFactory(OutcomeFactory)
    pupil = factory.SelfAttribute("outcome.plan.pupil")
    term = factory.SubFactory(TermFactory)
    walt = "ask for help with a picture card"
    wilf = "hands over the card in three of five sessions"
