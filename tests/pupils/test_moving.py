"""A pupil who moves, and one who leaves."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from parrcs.core.access import Role
from pupils.models import Placement
from pupils.selectors.pupils import pupil_file
from pupils.services.pupils import Place, PlacementRefused, place_pupil
from tests.factories.pupils import PlacementFactory
from tests.factories.schools import ClassGroupFactory, MembershipFactory, UserFactory
from tests.pupils.conftest import move, words, wrong


def typed(world, **other):
    return {
        "school": world.school.pk,
        "arb": world.arb.pk,
        "class_group": world.arb_class.pk,
        "route": world.routes["formal"].pk,
        "starts_on": "2026-11-23",
    } | other


def stays(pupil):
    return [
        (each.class_group.name if each.class_group else None, each.starts_on, each.ends_on)
        for each in Placement.objects.filter(pupil=pupil)
    ]


def test_the_mover(world, sign_in, monkeypatch):
    pupil = world.pupils[0]
    teacher, page = sign_in(Role.TEACHER), reverse("pupil", args=[pupil.pk])
    form = sign_in(Role.HEAD).get(reverse("pupil_place", args=[pupil.pk]))
    assert "Is placed in Curlew, Harbour Beacon School" in words(form)
    url = reverse("pupil_place", args=[pupil.pk])
    response = move(sign_in(Role.HEAD), url, typed(world), follow=True)
    assert f"{pupil} is placed in Tern from 23 November 2026." in words(response)
    assert stays(pupil) == [
        ("Curlew", dt.date(2025, 9, 1), dt.date(2026, 11, 22)),
        ("Tern", dt.date(2026, 11, 23), None),
    ]
    # Until the day, the class teacher has the pupil; from the day, no longer. The host sees both.
    assert teacher.get(page).status_code == 200
    assert sign_in(Role.HOST_LINK).get(page).status_code == 200
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: dt.date(2026, 11, 23))
    assert teacher.get(page).status_code == 404
    assert teacher.get(page).content == teacher.get(reverse("pupil", args=[999_999_999])).content
    assert pupil.last_name not in words(teacher.get(reverse("pupils")))
    assert sign_in(Role.HOST_LINK).get(page).status_code == 200
    history = words(sign_in(Role.HEAD).get(page))
    assert "Curlew 2026/27 Harbour Beacon School" in history
    assert "1 September 2025 to 22 November 2026" in history


def test_the_same_day_corrects_a_placement(world, sign_in):
    pupil, earlier = (
        world.pupils[0],
        ClassGroupFactory(school=world.school, year=world.terms[0].year, name="Grebe"),
    )
    asked = typed(world, arb="", class_group=earlier.pk, starts_on="2025-09-01")
    url = reverse("pupil_place", args=[pupil.pk])
    assert move(sign_in(Role.HEAD), url, asked).status_code == 302
    assert stays(pupil) == [("Grebe", dt.date(2025, 9, 1), None)]
    assert Placement.objects.get(pupil=pupil).route == world.routes["formal"]


def test_a_placement_before_one_that_is_there_is_refused_in_words(world, sign_in):
    pupil = world.pupils[0]
    asked = typed(world, arb="", class_group="", starts_on="2025-08-31")
    response = sign_in(Role.HEAD).post(reverse("pupil_place", args=[pupil.pk]), asked)
    assert wrong(response) == ["id_starts_on"]
    assert "already has a placement from 1 September 2025" in words(response)
    assert 'value="2025-08-31"' in response.content.decode()
    assert stays(pupil) == [("Curlew", dt.date(2025, 9, 1), None)]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"school": ""}, ["id_school"]),
        ({"arb": "nonsense"}, ["id_arb"]),
        ({"class_group": "999999"}, ["id_class_group"]),
        ({"route": ""}, ["id_route"]),
        ({"starts_on": "2026-13-01"}, ["id_starts_on"]),
        ({"starts_on": "0001-01-01", "class_group": ""}, ["id_starts_on"]),
        ({"starts_on": "2026-08-31"}, ["id_class_group"]),
    ],
)
def test_a_wrong_move_moves_nobody(world, sign_in, change, fields):
    pupil = world.pupils[0]
    url = reverse("pupil_place", args=[pupil.pk])
    assert wrong(sign_in(Role.HEAD).post(url, typed(world, **change))) == fields
    assert stays(pupil) == [("Curlew", dt.date(2025, 9, 1), None)]


def test_the_trust_lead_moves_a_pupil_between_schools_and_each_head_then_has_a_part(world, sign_in):
    pupil = world.pupils[0]
    asked = typed(world, school=world.other_school.pk, arb="", class_group=world.other_class.pk)
    url = reverse("pupil_place", args=[pupil.pk])
    assert wrong(sign_in(Role.HEAD).post(url, asked)) == ["id_school", "id_class_group"]
    asked |= {"starts_on": "2026-11-01"}
    assert move(sign_in(Role.TRUST_LEAD), url, asked).status_code == 302
    # The old school still reads the record, and changes nothing any more.
    head = sign_in(Role.HEAD)
    assert head.get(reverse("pupil", args=[pupil.pk])).status_code == 200
    for name in ("pupil_place", "pupil_change", "pupil_leave", "target_add", "plan_add"):
        assert head.get(reverse(name, args=[pupil.pk])).status_code == 403


@pytest.fixture
def planned(world):
    """A pupil of Curlew who moves to the other school on 1 January 2027."""
    pupil = world.pupils[0]
    Placement.objects.filter(pupil=pupil).update(ends_on=dt.date(2026, 12, 31))
    PlacementFactory(
        pupil=pupil,
        school=world.other_school,
        class_group=world.other_class,
        route=world.routes["semi-formal"],
        starts_on=dt.date(2027, 1, 1),
    )
    return pupil


@pytest.fixture
def other_head(world):
    person = UserFactory(name="Other Head")
    MembershipFactory(person=person, role=Role.HEAD, school=world.other_school)
    client = Client()
    client.force_login(person)
    return client


def test_the_school_to_come_changes_its_planned_placement_and_nothing_else(
    world, planned, other_head
):
    page = other_head.get(reverse("pupil", args=[planned.pk])).content.decode()
    for name, status in (
        ("pupil_place", 200),
        ("pupil_leave", 200),
        ("pupil_change", 403),
        ("target_add", 403),
        ("plan_add", 403),
        ("pupil_baseline", 403),
    ):
        url = reverse(name, args=[planned.pk])
        assert (other_head.get(url).status_code, url in page) == (status, status == 200), name
    before = stays(planned)
    leave = reverse("pupil_leave", args=[planned.pk])
    refused = other_head.post(leave, {"ends_on": "2026-12-01"})
    assert wrong(refused) == ["id_ends_on"]
    assert "has been in another school since 1 September 2025; ask that school" in words(refused)
    assert stays(planned) == before
    # Its own it may correct, and take back.
    asked = typed(world, school=world.other_school.pk, arb="", starts_on="2027-01-01")
    place = reverse("pupil_place", args=[planned.pk])
    assert move(other_head, place, asked | {"class_group": ""}).status_code == 302
    assert stays(planned) == [before[0], (None, dt.date(2027, 1, 1), None)]
    assert other_head.post(leave, {"ends_on": "2026-12-31"}).status_code == 302
    assert stays(planned) == [before[0]]


def test_the_school_of_today_takes_back_no_planned_move_to_another(world, sign_in, planned):
    head, before = sign_in(Role.HEAD), stays(planned)
    said = "A planned move to another school stands from 1 January 2027; ask that school."
    leave = reverse("pupil_leave", args=[planned.pk])
    refused = head.post(leave, {"ends_on": "2026-12-01"})
    assert wrong(refused) == ["id_ends_on"]
    assert said in words(refused)
    for day in ("2027-01-01", "2027-02-01"):
        refused = head.post(reverse("pupil_place", args=[planned.pk]), typed(world, starts_on=day))
        assert wrong(refused) == ["id_starts_on"]
        assert said in words(refused)
    assert stays(planned) == before
    # Until the day the school does all else.
    for name in ("pupil_change", "target_add", "plan_add", "pupil_baseline"):
        assert head.get(reverse(name, args=[planned.pk])).status_code == 200
    assert sign_in(Role.TRUST_LEAD).post(leave, {"ends_on": "2026-12-01"}).status_code == 302
    assert stays(planned) == [("Curlew", dt.date(2025, 9, 1), dt.date(2026, 12, 1))]


def test_the_service_asks_for_itself_who_may(world, sign_in):
    """A view may forget; the service does not."""
    pupil = world.pupils[0]
    place = Place(world.school, world.routes["formal"])
    for role in (Role.TEACHER, Role.HOST_LINK):
        access = world.access(role)
        whose = pupil if role is Role.TEACHER else world.arb_pupils[0]
        file = pupil_file(access, pupil_id=whose.pk)
        assert file
        with pytest.raises(PermissionDenied):
            place_pupil(by=access, file=file, place=place, starts_on=dt.date(2026, 11, 23))
    head = world.access(Role.HEAD)
    file = pupil_file(head, pupil_id=pupil.pk)
    assert file
    with pytest.raises(PermissionDenied):
        place_pupil(
            by=head,
            file=file,
            place=Place(world.other_school, world.routes["formal"]),
            starts_on=dt.date(2026, 11, 23),
        )


def test_the_database_refuses_two_places_at_once(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        PlacementFactory(
            pupil=world.pupils[0],
            school=world.school,
            route=world.routes["formal"],
            starts_on=dt.date(2026, 1, 1),
        )


def test_what_the_database_refuses_is_said_in_words(world, monkeypatch):
    """Something that takes no lock has placed the pupil between our look and our save."""
    access = world.access(Role.HEAD)
    file = pupil_file(access, pupil_id=world.pupils[0].pk)
    assert file
    monkeypatch.setattr(
        "pupils.services.pupils.Placement.objects.filter", lambda **_: Placement.objects.none()
    )
    with pytest.raises(PlacementRefused, match="Someone has just placed"):
        place_pupil(
            by=access,
            file=file,
            place=Place(world.school, world.routes["formal"]),
            starts_on=dt.date(2026, 11, 23),
        )


def test_a_leaver(world, sign_in, monkeypatch):
    pupil = world.pupils[0]
    page = reverse("pupil", args=[pupil.pk])
    response = sign_in(Role.HEAD).post(
        reverse("pupil_leave", args=[pupil.pk]), {"ends_on": "2026-12-18"}, follow=True
    )
    assert f"The last day of {pupil} is 18 December 2026." in words(response)
    assert stays(pupil) == [("Curlew", dt.date(2025, 9, 1), dt.date(2026, 12, 18))]
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: dt.date(2026, 12, 19))
    assert sign_in(Role.TEACHER).get(page).status_code == 404
    head = sign_in(Role.HEAD).get(page)
    assert "Left on 18 December 2026" in words(head)
    # Whoever comes back is placed anew, and the gap stays.
    asked = typed(world, starts_on="2027-04-13")
    move(sign_in(Role.HEAD), reverse("pupil_place", args=[pupil.pk]), asked)
    assert stays(pupil)[1] == ("Tern", dt.date(2027, 4, 13), None)
    assert "Begins on 13 April 2027" in words(sign_in(Role.HEAD).get(page))


def test_a_last_day_can_be_corrected_and_takes_back_what_was_planned(world, sign_in):
    pupil, head = world.pupils[0], sign_in(Role.HEAD)
    url = reverse("pupil_leave", args=[pupil.pk])
    move(head, reverse("pupil_place", args=[pupil.pk]), typed(world, starts_on="2027-01-05"))
    assert len(stays(pupil)) == 2
    response = head.post(url, {"ends_on": "2026-12-01"}, follow=True)
    assert "The placement planned for later was taken back." in words(response)
    assert stays(pupil) == [("Curlew", dt.date(2025, 9, 1), dt.date(2026, 12, 1))]
    head.post(url, {"ends_on": "2026-12-18"})
    assert stays(pupil) == [("Curlew", dt.date(2025, 9, 1), dt.date(2026, 12, 18))]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("", "Enter a date."),
        ("31/02/2026", "This is not a date."),
        ("2025-08-31", "was placed anew on 1 September 2025"),
        ("2026-10-31", "was placed anew on 1 November 2026"),
    ],
)
def test_a_wrong_last_day_ends_nothing(world, sign_in, day, said):
    pupil = world.pupils[0]
    head = sign_in(Role.HEAD)
    move(head, reverse("pupil_place", args=[pupil.pk]), typed(world, starts_on="2026-11-01"))
    before = stays(pupil)
    response = head.post(reverse("pupil_leave", args=[pupil.pk]), {"ends_on": day})
    assert wrong(response) == ["id_ends_on"]
    assert said in words(response)
    assert stays(pupil) == before


def test_a_pupil_whose_placement_has_not_begun_has_no_last_day(world, sign_in):
    pupil = world.pupils[0]
    Placement.objects.filter(pupil=pupil).update(starts_on=dt.date(2027, 1, 5))
    response = sign_in(Role.HEAD).post(
        reverse("pupil_leave", args=[pupil.pk]), {"ends_on": "2026-12-01"}
    )
    assert wrong(response) == ["id_ends_on"]
    assert "has no placement that had begun by 1 December 2026" in words(response)
    assert stays(pupil) == [("Curlew", dt.date(2027, 1, 5), None)]
