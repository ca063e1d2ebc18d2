"""The list of pupils: who is on it for whom, and how one is found."""

import csv
import datetime as dt
import io
import re

import pytest
from django.urls import reverse

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.choices import PrimaryNeed
from pupils.models import Placement
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import MembershipFactory, UserFactory
from tests.pupils.conftest import words


def address(page):
    """The address of a page, and of the list as a CSV file."""
    return reverse(page, args=["csv"] if page.endswith("_file") else [])


def listed(response):
    """The pupils of the page, in its order."""
    return [row.pupil for row, _ in response.context["rows"]]


def count(response):
    """What the page says of how many there are."""
    said = re.search(r'id="count"[^>]*>([^<]*)<', response.content.decode())
    return said[1]


@pytest.mark.parametrize(
    ("role", "groups"),
    [
        (Role.TEACHER, ["pupils"]),
        (Role.HOST_LINK, ["arb_pupils"]),
        (Role.ASSESSMENT_LEAD, ["pupils", "arb_pupils"]),
        (Role.INCLUSION_LEAD, ["pupils", "arb_pupils"]),
        (Role.HEAD, ["pupils", "arb_pupils"]),
        (Role.TRUST_LEAD, ["pupils", "other_pupils", "arb_pupils"]),
    ],
)
def test_each_sees_the_pupils_of_their_own_places(world, foreign, sign_in, role, groups):
    response = sign_in(role).get(reverse("pupils"))
    expected = {pupil for group in groups for pupil in getattr(world, group)}
    assert set(listed(response)) == expected
    assert f"{len(expected)} pupils" in words(response)


@pytest.mark.parametrize(
    "role", [Role.GOVERNOR, Role.TRUSTEE, Role.TRUST_ADMIN, Role.MODERATOR, Role.QA_REVIEWER]
)
@pytest.mark.parametrize("page", ["pupils", "pupils_file", "pupil_add", "pupil_places"])
def test_who_reads_no_names_has_no_list(sign_in, role, page):
    assert sign_in(role).get(address(page)).status_code == 403


def test_a_visitor_is_asked_to_sign_in(client, db):
    assert client.get(reverse("pupils")).url.startswith(reverse("account_login"))


def test_a_line_says_where_a_pupil_is(world, sign_in):
    pupil = world.arb_pupils[0]
    line = words(sign_in(Role.HOST_LINK).get(reverse("pupils")))
    assert f"{pupil.last_name}, {pupil.first_name}" in line
    for each in ("Year 6", "Tern", "Harbour Beacon School", "Formal", "Autistic spectrum disorder"):
        assert each in line
    assert "Harbour Tide ARB at Harbour Penwith High" in line


@pytest.mark.parametrize(
    "typed", ["sahin", "Şahin", "elif", "ELİF ş", "B8012", " sahin elif ", "Şahin, Elif"]
)
def test_a_pupil_is_found_by_part_of_a_name_in_any_spelling_or_by_upn(world, sign_in, typed):
    pupil = PupilFactory(first_name="Elif", last_name="Şahin", upn="B801200005001")
    PlacementFactory(
        pupil=pupil,
        school=world.school,
        class_group=world.class_group,
        route=world.routes["formal"],
    )
    response = sign_in(Role.TEACHER).get(reverse("pupils"), {"q": typed})
    assert listed(response) == [pupil]
    assert "1 pupil found" in words(response)


def test_names_stand_in_the_order_in_which_people_look_for_them(world, sign_in):
    for last in ("Zola", "Şahin", "de Souza", "Äbele", "Stone"):
        PlacementFactory(
            pupil=PupilFactory(last_name=last),
            school=world.other_school,
            class_group=world.other_class,
            route=world.routes["formal"],
        )
    response = sign_in(Role.TRUST_LEAD).get(reverse("pupils"), {"group": world.other_class.pk})
    names = [pupil.last_name for pupil in listed(response) if "Last" not in pupil.last_name]
    assert names == ["Äbele", "de Souza", "Şahin", "Stone", "Zola"]


def test_the_list_is_narrowed_to_a_school_an_arb_or_a_class(world, sign_in):
    lead = sign_in(Role.TRUST_LEAD)
    url = reverse("pupils")
    of_school = listed(lead.get(url, {"place": f"school-{world.school.pk}"}))
    assert set(of_school) == {*world.pupils, *world.arb_pupils}
    assert set(listed(lead.get(url, {"place": f"arb-{world.arb.pk}"}))) == {*world.arb_pupils}
    assert set(listed(lead.get(url, {"group": world.other_class.pk}))) == {*world.other_pupils}


def test_a_class_of_another_place_is_forgotten_when_the_place_changes(world, sign_in):
    response = sign_in(Role.TRUST_LEAD).get(
        reverse("pupils"),
        {"place": f"school-{world.school.pk}", "group": world.other_class.pk},
    )
    assert set(listed(response)) == {*world.pupils, *world.arb_pupils}


def test_places_out_of_reach_do_not_exist(world, foreign, sign_in):
    head = sign_in(Role.HEAD)
    for asked in (
        {"place": f"school-{world.other_school.pk}"},
        {"place": f"school-{foreign.school.pk}"},
        {"place": "school-999999999"},
        {"place": "nonsense"},
        {"group": str(world.other_class.pk)},
        {"group": str(foreign.class_group.pk)},
        {"roll": "everyone"},
        {"q": "a\x00b"},
        {"q": "x" * 500},
    ):
        response = head.get(reverse("pupils"), asked)
        assert set(listed(response)) == {*world.pupils, *world.arb_pupils}
        assert "There is a problem" in words(response) or "problems" in words(response)
        assert head.get(reverse("pupils_file", args=["csv"]), asked).status_code == 404


def test_nothing_found_says_so_and_leads_back(sign_in):
    page = words(sign_in(Role.TEACHER).get(reverse("pupils"), {"q": "nobody of this name"}))
    assert "0 pupils found" in page
    assert "Nobody found" in page
    assert "Show all pupils" in page


def test_no_pupils_at_all_says_what_belongs_here(world, sign_in):
    Placement.objects.all().delete()
    assert "A head, assessment lead or inclusion lead of the school adds them" in words(
        sign_in(Role.TEACHER).get(reverse("pupils"))
    )
    head = sign_in(Role.HEAD).get(reverse("pupils"))
    assert "No pupils yet" in words(head)
    assert reverse("pupil_add") in head.content.decode()


def test_who_left_stands_apart(world, sign_in):
    leaver = world.pupils[0]
    Placement.objects.filter(pupil=leaver).update(ends_on=dt.date(2026, 10, 23))
    head = sign_in(Role.HEAD)
    assert leaver not in listed(head.get(reverse("pupils")))
    left = head.get(reverse("pupils"), {"roll": "left"})
    assert listed(left) == [leaver]
    assert "until 23 October 2026" in words(left)
    # A teacher has no leavers.
    assert leaver not in listed(sign_in(Role.TEACHER).get(reverse("pupils"), {"roll": "left"}))


def test_who_moved_to_another_school_is_a_leaver_here_and_it_is_not_said_where(world, sign_in):
    mover = world.pupils[0]
    Placement.objects.filter(pupil=mover).update(ends_on=dt.date(2026, 10, 23))
    PlacementFactory(
        pupil=mover,
        school=world.other_school,
        class_group=world.other_class,
        route=world.routes["formal"],
        starts_on=dt.date(2026, 10, 24),
    )
    head = sign_in(Role.HEAD)
    assert mover not in listed(head.get(reverse("pupils")))
    left = head.get(reverse("pupils"), {"roll": "left"})
    assert listed(left) == [mover]
    assert "Harbour Moor School" not in words(left)
    assert mover in listed(sign_in(Role.TRUST_LEAD).get(reverse("pupils")))


def test_who_comes_is_listed_with_the_day(world, sign_in):
    new = PupilFactory()
    PlacementFactory(
        pupil=new,
        school=world.school,
        class_group=world.class_group,
        route=world.routes["formal"],
        starts_on=dt.date(2027, 1, 5),
    )
    response = sign_in(Role.TEACHER).get(reverse("pupils"))
    assert new in listed(response)
    assert "from 5 January 2027" in words(response)
    # Three of Curlew are on roll today, and so they count.
    assert count(response) == "3 pupils, and 1 to come"
    found = sign_in(Role.TEACHER).get(reverse("pupils"), {"q": new.last_name})
    assert (listed(found), count(found)) == ([new], "1 pupil to come")
    both = sign_in(Role.TEACHER).get(reverse("pupils"), {"q": "Last"})
    assert count(both) == "3 pupils found, and 1 to come"


def test_the_counts_by_place_say_who_comes_and_add_up(world, sign_in):
    """By hand: three of Curlew, two of the ARB, two of Dunlin; one comes to Curlew for a term."""
    PlacementFactory(
        pupil=PupilFactory(),
        school=world.school,
        class_group=world.class_group,
        route=world.routes["formal"],
        starts_on=dt.date(2027, 1, 5),
        ends_on=dt.date(2027, 3, 26),
    )
    lead = sign_in(Role.TRUST_LEAD)
    page = lead.get(reverse("pupils"), {"lens": "taught"})
    assert count(page) == "7 pupils, and 1 to come"
    for told in (
        "Harbour Beacon School 3 and 1 to come Harbour Tide ARB 2 Harbour Moor School 2",
        "from 5 January 2027 until 26 March 2027",
    ):
        assert told in words(page)
    assert "Harbour Beacon School 5 and 1 to come" in words(lead.get(reverse("pupils")))


def test_a_long_list_has_pages_that_keep_the_choice(world, sign_in):
    for n in range(60):
        PlacementFactory(
            pupil=PupilFactory(last_name=f"Aa{n:02}"),
            school=world.school,
            class_group=world.class_group,
            route=world.routes["formal"],
        )
    head = sign_in(Role.HEAD)
    first = head.get(reverse("pupils"), {"q": "aa"})
    assert "60 pupils found" in words(first)
    assert "Page 1 of 2" in words(first)
    assert "?q=aa&amp;page=2" in first.content.decode()
    second = head.get(reverse("pupils"), {"q": "aa", "page": 2})
    assert [len(listed(page)) for page in (first, second)] == [50, 10]
    assert head.get(reverse("pupils"), {"page": "nonsense"}).status_code == 200


def test_the_file_holds_what_the_list_shows_and_runs_as_no_formula(world, sign_in):
    pupil = PupilFactory(
        first_name="=1+1", last_name="Quill", upn="B801200005001", primary_need=PrimaryNeed.PMLD
    )
    PlacementFactory(
        pupil=pupil,
        school=world.school,
        arb=world.arb,
        class_group=world.arb_class,
        route=world.routes["formal"],
    )
    response = sign_in(Role.HEAD).get(reverse("pupils_file", args=["csv"]), {"q": "quill"})
    heading, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert [dict(zip(heading, row, strict=True)) for row in rows] == [
        {
            "UPN": "B801200005001",
            "Last name": "Quill",
            "First name": "'=1+1",
            "Year group": "Year 6",
            "School": "Harbour Beacon School",
            "ARB": "Harbour Tide ARB",
            "Class": "Tern",
            "Route": "Formal",
            "Primary need": "Profound and multiple learning difficulty",
            "From": "2025-09-01",
            "Until": "",
            "Protected": "",
        }
    ]


@pytest.mark.parametrize("page", ["pupils", "pupils_file"])
def test_the_list_costs_the_same_for_2_pupils_and_for_20(world, sign_in, counted, page):
    head = sign_in(Role.HEAD)
    head.get(address(page))
    with counted() as few:
        head.get(address(page))
    for _ in range(20):
        PlacementFactory(
            pupil=PupilFactory(),
            school=world.school,
            arb=world.arb,
            class_group=world.arb_class,
            route=world.routes["formal"],
        )
    with counted() as many:
        head.get(address(page))
    assert len(few) == len(many)


def test_another_trust_lists_its_own(world, foreign, client):
    with in_trust(foreign.trust.pk):
        person = UserFactory()
        MembershipFactory(person=person, role=Role.TRUST_LEAD)
    client.force_login(person)
    response = client.get(reverse("pupils"))
    assert set(listed(response)) == {
        *foreign.pupils,
        *foreign.other_pupils,
        *foreign.arb_pupils,
    }
