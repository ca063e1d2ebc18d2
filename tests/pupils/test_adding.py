"""Adding a pupil, and correcting what is known of one."""

import datetime as dt

import pytest
from django.apps import apps
from django.urls import reverse

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.measures import upn_check_letter, upn_problem
from pupils.models import Placement, Pupil
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import MembershipFactory, UserFactory
from tests.pupils.conftest import words, wrong


def typed(world, **other):
    """A new pupil of Curlew, as the form is filled in."""
    return {
        "upn": "B801200005001",
        "first_name": "Amara",
        "last_name": "Okafor",
        "born_on": "2016-02-29",
        "sex": "F",
        "primary_need": "SLCN",
        "pupil_premium": "on",
        "school": world.school.pk,
        "arb": "",
        "class_group": world.class_group.pk,
        "route": world.routes["semi-formal"].pk,
        "starts_on": "2026-11-16",
    } | other


@pytest.mark.parametrize(
    "upn", ["B801200005001", "F908700025001", "V908700025002", "E90870002501A"]
)
def test_good_numbers_are_taken(upn):
    assert upn_problem(upn) == ""


@pytest.mark.parametrize(
    ("upn", "said"),
    [
        ("A801200005001", "the first letter would be B, not A"),
        ("B801200005010", "One character is wrong"),
        ("B80120000500", "A UPN has 13 characters, this one has 12."),
        ("B8012000050011", "this one has 14"),
        ("1801200005001", "A UPN is a letter, eleven digits"),
        ("B80120000500?", "A UPN is a letter, eleven digits"),
        ("B8012O0005001", "A UPN is a letter, eleven digits"),
        ("E90870002501I", "No UPN ends in I"),
        ("B٨01200005001", "A UPN is a letter, eleven digits"),
    ],
)
def test_what_is_wrong_with_a_number_is_said(upn, said):
    assert said in upn_problem(upn)


def test_a_head_adds_a_pupil_whom_the_teacher_then_sees(world, sign_in):
    response = sign_in(Role.HEAD).post(
        reverse("pupil_add"), typed(world, upn=" b8012 0000 5001 "), follow=True
    )
    pupil = Pupil.objects.get(upn="B801200005001")
    assert response.redirect_chain == [(reverse("pupil", args=[pupil.pk]), 302)]
    assert "Amara Okafor was added." in words(response)
    assert (pupil.born_on, pupil.sex, pupil.primary_need) == (dt.date(2016, 2, 29), "F", "SLCN")
    assert (pupil.pupil_premium, pupil.looked_after, pupil.eal) == (True, False, False)
    placement = Placement.objects.get(pupil=pupil)
    assert (placement.school, placement.arb, placement.class_group) == (
        world.school,
        None,
        world.class_group,
    )
    assert placement.route == world.routes["semi-formal"]
    assert (placement.starts_on, placement.ends_on) == (dt.date(2026, 11, 16), None)
    assert "Amara" in words(sign_in(Role.TEACHER).get(reverse("pupils")))


@pytest.mark.parametrize("role", [Role.ASSESSMENT_LEAD, Role.INCLUSION_LEAD, Role.TRUST_LEAD])
def test_others_who_manage_pupils_add_one_to_an_arb(world, sign_in, role):
    asked = typed(world, arb=world.arb.pk, class_group=world.arb_class.pk)
    assert sign_in(role).post(reverse("pupil_add"), asked).status_code == 302
    assert Placement.objects.get(pupil__upn=asked["upn"]).arb == world.arb


@pytest.mark.parametrize(
    "role", [Role.TEACHER, Role.HOST_LINK, Role.GOVERNOR, Role.TRUSTEE, Role.TRUST_ADMIN]
)
def test_nobody_else_adds_one(world, sign_in, role):
    assert sign_in(role).post(reverse("pupil_add"), typed(world)).status_code == 403
    assert not Pupil.objects.filter(upn="B801200005001").exists()


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"upn": ""}, ["id_upn"]),
        ({"upn": "A801200005001"}, ["id_upn"]),
        ({"upn": "B801200005001\x00"}, ["id_upn"]),
        ({"upn": "B" * 5000}, ["id_upn"]),
        ({"first_name": "  "}, ["id_first_name"]),
        ({"last_name": "x" * 81}, ["id_last_name"]),
        ({"born_on": "31/02/2016"}, ["id_born_on"]),
        ({"born_on": "2027-01-01"}, ["id_born_on"]),
        ({"born_on": "1916-01-01"}, ["id_born_on"]),
        ({"sex": "X"}, ["id_sex"]),
        ({"primary_need": "NONE"}, ["id_primary_need"]),
        ({"school": ""}, ["id_school"]),
        ({"school": "nonsense"}, ["id_school"]),
        ({"route": "999999"}, ["id_route"]),
        ({"class_group": "999999"}, ["id_class_group"]),
        ({"starts_on": ""}, ["id_starts_on"]),
        ({"starts_on": "2015-01-01", "class_group": ""}, ["id_starts_on"]),
        ({"starts_on": "2026-08-31"}, ["id_class_group"]),
        ({"upn": "", "sex": "", "starts_on": "soon"}, ["id_upn", "id_sex", "id_starts_on"]),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(
    world, sign_in, change, fields
):
    before = Pupil.objects.count()
    response = sign_in(Role.HEAD).post(reverse("pupil_add"), typed(world, **change))
    assert sorted(wrong(response)) == sorted(fields)
    assert Pupil.objects.count() == before
    content = response.content.decode()
    kept = {"id_first_name": 'value="Amara"', "id_last_name": 'value="Okafor"'}
    assert all(value in content for field, value in kept.items() if field not in fields)
    assert f'<option value="{world.class_group.pk}" selected>' in content or change.keys() & {
        "class_group"
    }


def test_an_empty_form_that_is_sent_is_answered(world, sign_in):
    assert "id_upn" in wrong(sign_in(Role.HEAD).post(reverse("pupil_add"), {}))


def test_a_place_that_does_not_belong_together_is_refused_in_words(world, sign_in):
    lead = sign_in(Role.TRUST_LEAD)
    for change, said in (
        ({"arb": world.arb.pk}, "Curlew is not a class of Harbour Tide ARB."),
        ({"class_group": world.arb_class.pk}, "Tern is not a class of Harbour Beacon School"),
        ({"class_group": world.other_class.pk}, "Dunlin is not a class of Harbour Beacon School"),
        (
            {"school": world.other_school.pk, "arb": world.arb.pk, "class_group": ""},
            "Harbour Tide ARB is not an ARB of Harbour Moor School.",
        ),
    ):
        response = lead.post(reverse("pupil_add"), typed(world, **change))
        wrong(response)
        assert said in words(response)
    assert not Pupil.objects.filter(upn="B801200005001").exists()


def test_a_place_out_of_reach_is_not_offered_and_not_taken(world, foreign, sign_in):
    head = sign_in(Role.HEAD)
    form = head.get(reverse("pupil_add")).content.decode()
    assert "Harbour Moor School" not in form
    assert "Dunlin" not in form
    assert "Harbour Penwith High" not in form
    for change in (
        {"school": world.other_school.pk},
        {"school": world.host.pk},
        {"school": foreign.school.pk},
        {"class_group": world.other_class.pk},
        {"class_group": foreign.class_group.pk},
        {"arb": foreign.arb.pk},
        {"route": foreign.routes["formal"].pk},
    ):
        (field,) = change
        assert f"id_{field}" in wrong(head.post(reverse("pupil_add"), typed(world, **change)))


def test_the_head_of_an_arb_adds_pupils_to_the_arb_only(world, client):
    person = UserFactory()
    MembershipFactory(person=person, role=Role.HEAD, arb=world.arb)
    client.force_login(person)
    response = client.post(reverse("pupil_add"), typed(world, class_group=""))
    assert wrong(response) == ["id_arb"]
    assert "You do not place pupils in the school itself." in words(response)
    asked = typed(world, arb=world.arb.pk, class_group=world.arb_class.pk)
    assert client.post(reverse("pupil_add"), asked).status_code == 302


def test_a_number_that_is_there_already_names_nobody_whom_the_person_may_not_see(world, sign_in):
    there = PupilFactory(upn="B801200005001", first_name="Secret", last_name="Elsewhere")
    PlacementFactory(pupil=there, school=world.other_school, route=world.routes["formal"])
    head = sign_in(Role.HEAD).post(reverse("pupil_add"), typed(world))
    assert wrong(head) == ["id_upn"]
    assert "already in another school of the trust" in words(head)
    assert "Secret" not in words(head)
    assert "Moor" not in words(head)
    lead = sign_in(Role.TRUST_LEAD).post(reverse("pupil_add"), typed(world))
    assert "This is the UPN of Secret Elsewhere" in words(lead)
    assert Pupil.objects.filter(upn="B801200005001").count() == 1
    assert not Placement.objects.filter(pupil__first_name="Amara").exists()


def test_the_same_child_is_not_added_twice_unasked(world, sign_in):
    # A temporary number, and the permanent one later: the usual way to two records of a child.
    # With an id as long as real ones: no number is written with commas where a form reads it.
    there = PupilFactory(
        pk=1_234_567,
        first_name="Amara",
        last_name="O\u2019Kafor",
        born_on=dt.date(2016, 2, 29),
        upn="B801200005001",
    )
    PlacementFactory(pupil=there, school=world.school, route=world.routes["formal"])
    head = sign_in(Role.HEAD)
    asked = typed(world, upn="F908700025001", last_name="o'kafor")
    first = head.post(reverse("pupil_add"), asked)
    assert wrong(first) == ["id_another_than"]
    assert f'name="another_than" value="{there.pk}"' in first.content.decode()
    assert "Amara O\u2019Kafor, born on the same day, is here already" in words(first)
    assert "B801200005001" in words(first)
    assert Pupil.objects.filter(first_name="Amara").count() == 1
    # The tick is about this child and no other.
    other = asked | {"another_than": there.pk + 1}
    assert wrong(head.post(reverse("pupil_add"), other)) == ["id_another_than"]
    asked_again = asked | {"another_than": there.pk, "upn": "B8012"}
    kept = head.post(reverse("pupil_add"), asked_again)
    assert wrong(kept) == ["id_upn"]
    assert "checked" in kept.content.decode().partition('name="another_than"')[2][:60]
    second = head.post(reverse("pupil_add"), asked | {"another_than": there.pk}, follow=True)
    assert "Amara o'kafor was added." in words(second)
    # Nobody is asked about a child whom they may not see.
    Placement.objects.filter(pupil=there).update(school=world.other_school)
    Pupil.objects.filter(upn="F908700025001").update(first_name="Bo")
    third = head.post(reverse("pupil_add"), asked | {"upn": "V908700025002"}, follow=True)
    assert "was added" in words(third)


def test_another_trust_may_hold_the_same_number(world, foreign, sign_in):
    with in_trust(foreign.trust.pk):
        PupilFactory(upn="B801200005001")
    assert sign_in(Role.HEAD).post(reverse("pupil_add"), typed(world)).status_code == 302


def test_after_a_choice_the_form_offers_what_belongs_to_it(world, sign_in):
    lead = sign_in(Role.TRUST_LEAD)
    asked = {"school": world.school.pk, "arb": world.arb.pk, "starts_on": "2026-11-16"}
    content = lead.get(reverse("pupil_places"), asked).content.decode()
    assert "Tern" in content
    assert "Curlew" not in content
    assert "Dunlin" not in content
    assert "Harbour Tide ARB" in content
    # A day of another year has no classes; half a day typed is no day yet.
    assert (
        "Tern"
        not in lead.get(
            reverse("pupil_places"), asked | {"starts_on": "2025-11-16"}
        ).content.decode()
    )
    assert (
        "Tern"
        in lead.get(reverse("pupil_places"), asked | {"starts_on": "2025-11-"}).content.decode()
    )
    other = lead.get(reverse("pupil_places"), {"school": world.other_school.pk}).content.decode()
    assert "Dunlin" in other
    assert "Harbour Tide ARB" not in other


def known(pupil, **other):
    return {
        "upn": pupil.upn,
        "first_name": pupil.first_name,
        "last_name": pupil.last_name,
        "born_on": pupil.born_on.isoformat(),
        "sex": pupil.sex,
        "primary_need": pupil.primary_need,
    } | other


def test_details_are_corrected_and_the_old_ones_kept(world, sign_in):
    pupil = world.pupils[0]
    pupil.upn = "B801200005001"
    pupil.looked_after = True
    pupil.save()
    lead, url = sign_in(Role.INCLUSION_LEAD), reverse("pupil_change", args=[pupil.pk])
    form = lead.get(url).content.decode()
    assert 'value="B801200005001"' in form
    assert 'value="2016-03-14"' in form
    response = lead.post(url, known(pupil, last_name="Newname", eal="on"), follow=True)
    assert "The details are saved." in words(response)
    now = Pupil.objects.get(pk=pupil.pk)
    assert (now.last_name, now.eal, now.looked_after) == ("Newname", True, False)
    before = apps.get_model("pupils", "PupilEvent").objects.filter(pgh_obj=pupil).latest("pgh_id")
    assert (before.last_name, before.looked_after) == (pupil.last_name, True)
    assert before.pgh_context["person"] == world.people[Role.INCLUSION_LEAD].pk


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"upn": "A801200005001"}, ["id_upn"]),
        ({"first_name": ""}, ["id_first_name"]),
        ({"born_on": "yesterday"}, ["id_born_on"]),
        ({"primary_need": ""}, ["id_primary_need"]),
    ],
)
def test_wrong_details_change_nothing(world, sign_in, change, fields):
    pupil = world.pupils[0]
    pupil.upn = "B801200005001"
    pupil.save()
    url = reverse("pupil_change", args=[pupil.pk])
    asked = known(pupil, **({"last_name": "Typed"} | change))
    response = sign_in(Role.HEAD).post(url, asked)
    assert wrong(response) == fields
    assert 'value="Typed"' in response.content.decode()
    assert Pupil.objects.get(pk=pupil.pk).last_name == pupil.last_name


def test_a_number_of_another_pupil_is_not_taken_over(world, sign_in):
    PupilFactory(upn="F908700025001")
    pupil = world.pupils[0]
    pupil.upn = "B801200005001"
    pupil.save()
    response = sign_in(Role.HEAD).post(
        reverse("pupil_change", args=[pupil.pk]), known(pupil, upn="F908700025001")
    )
    assert wrong(response) == ["id_upn"]
    assert Pupil.objects.get(pk=pupil.pk).upn == "B801200005001"


def test_the_check_letter_is_the_weighted_sum(world):
    rest = "801200005001"
    weighted = sum((place + 2) * int(digit) for place, digit in enumerate(rest))
    assert upn_check_letter(rest) == "ABCDEFGHJKLMNPQRTUVWXYZ"[weighted % 23] == "B"
