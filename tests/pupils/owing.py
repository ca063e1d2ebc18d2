"""What the stories about what schools owe by law share."""

import datetime as dt
from unittest import mock

from django.urls import reverse
from django.utils import timezone

from pupils.models import Pupil
from tests.factories.pupils import PlacementFactory, PupilFactory


def page_of(client, world, **query):
    return client.get(reverse("compliance_school", args=[world.school.pk]), query)


def in_care(*pupils):
    """Let pupils be looked after from today on."""
    Pupil.objects.filter(pk__in=[pupil.pk for pupil in pupils]).update(looked_after=True)


def comes_in_care(class_group, route):
    """Place a pupil who was looked after when they came, in September 2025."""
    pupil = PupilFactory(looked_after=True)
    PlacementFactory(pupil=pupil, school=class_group.school, class_group=class_group, route=route)
    return pupil


def ticked_on(day, pupil):
    """Write into the history that a pupil was not looked after until a day."""
    events = Pupil.events.rel.related_model.objects
    fields = [f.name for f in Pupil._meta.local_concrete_fields if f.name != "trust"]
    before = {name: getattr(pupil, name) for name in fields} | {"looked_after": False}
    with mock.patch.object(
        timezone, "now", return_value=dt.datetime.combine(day, dt.time(12), dt.UTC)
    ):
        events.create(pgh_label="superseded", pgh_obj_id=pupil.pk, **before)


def pep_of(pupil, term):
    return reverse("pep", args=[pupil.pk, term.pk])


def plan_of(world, name="premium", *more, premium="pupil"):
    return reverse(name, args=[world.school.pk, world.term.year_id, premium, *more])


def date_of(world, rule="ks2-tests"):
    return reverse("deadline", args=[world.school.pk, world.term.year_id, rule])


def pupils_with_premium(world, many):
    """Place pupils with pupil premium in Year 6 of Curlew."""
    for _ in range(many):
        PlacementFactory(
            pupil=PupilFactory(pupil_premium=True),
            school=world.school,
            class_group=world.class_group,
            route=world.routes["formal"],
        )


def rows_of(response):
    (place,) = [response.context["found"]]
    return {(each.key or each.what, each.who if each.term else ""): each for each in place.rows}
