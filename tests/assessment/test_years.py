"""A class is of one school year: who judges in it, and until when."""

import datetime as dt

from django.urls import reverse

from parrcs.core.access import Role
from schools.models import AcademicYear
from tests.factories.schools import WindowFactory
from tests.world import World


def grid_url(world: World, term=None) -> str:
    return reverse("grid", args=[world.class_group.pk, (term or world.term).pk])


def test_a_class_has_no_grid_in_a_term_of_another_year(world, sign_in, desk):
    assert sign_in(Role.HEAD).get(grid_url(world, world.terms[2])).status_code == 404
    WindowFactory(term=world.terms[2])
    head = desk(Role.HEAD)
    head.url = reverse("judge", args=[world.class_group.pk, world.terms[2].pk])
    refused = head.save()
    assert refused.status_code == 422
    assert refused.json()["words"] == "Curlew is not a class of Summer 2026."


def test_the_teacher_of_last_years_class_sees_and_records_no_longer(world, sign_in):
    teacher, pupil = sign_in(Role.TEACHER), reverse("pupil", args=[world.pupils[0].pk])
    assert teacher.get(pupil).status_code == 200
    AcademicYear.objects.filter(pk=world.class_group.year_id).update(
        starts_on=dt.date(1999, 9, 1), ends_on=dt.date(2000, 8, 31)
    )
    assert teacher.get(pupil).status_code == 404
    assert "No pupils here" in teacher.get(grid_url(world)).content.decode()
    assert sign_in(Role.HEAD).get(pupil).status_code == 200
