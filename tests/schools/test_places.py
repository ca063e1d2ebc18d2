"""Schools, ARBs and classes: what each person sees of them, and setting them up."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parrcs.core.access import Role
from schools.choices import SchoolKind
from schools.models import ARB, ClassGroup, School
from schools.services.places import (
    ClosesBeforeItOpens,
    NotHost,
    NotRegisteringSchool,
    add_class,
    rename_class,
    save_arb,
)
from tests.factories.schools import (
    AcademicYearFactory,
    ARBFactory,
    ClassGroupFactory,
    HostFactory,
    SchoolFactory,
)
from tests.schools.conftest import text_of


@pytest.fixture(autouse=True)
def now(today):
    """All of this happens in autumn 2026."""


@pytest.fixture
def admin(sign_in):
    return sign_in(Role.TRUST_ADMIN)


def page_of(client, name, *args):
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return text_of(response)


# --- Looking -------------------------------------------------------------------------------


def test_the_trust_sees_all_its_schools_with_arbs_under_them(admin, foreign):
    page = page_of(admin, "schools")
    assert "2 schools · 1 ARB (area resource base)" in page
    rows = page.split("Classes in 2026/27")[1]
    # The Beacon School has one class of its own and one in its ARB.
    assert rows.startswith(" Harbour Beacon School Special")
    assert "Harbour Tide ARB ARB at Harbour Penwith High 1 Harbour Moor School Special" in rows
    assert "Host schools of other trusts" in page
    assert "Foreign" not in page


def test_the_list_shows_mainstream_and_closed_schools_for_what_they_are(admin):
    SchoolFactory(
        name="Aa Primary",
        kind=SchoolKind.MAINSTREAM,
        phase="Primary",
        closed_on=dt.date(2026, 8, 31),
    )
    page = page_of(admin, "schools")
    assert "Aa Primary Mainstream, primary, closed 31 August 2026" in page
    assert page.index("Harbour Moor School") < page.index("Aa Primary")  # special ones first


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.TEACHER, {"school"}),
        (Role.HEAD, {"school", "arb"}),
        (Role.ASSESSMENT_LEAD, {"school", "arb"}),
        (Role.HOST_LINK, {"school", "arb"}),
        (Role.TRUST_LEAD, {"school", "arb", "other_school", "host"}),
    ],
)
def test_everyone_sees_the_places_where_they_work(sign_in, world, role, sees):
    page = page_of(sign_in(role), "schools")
    names = {name: getattr(world, name).name for name in ("school", "other_school", "host", "arb")}
    # The host stands beside its ARB too; here it is about the row of its own.
    listed = page.replace(f"ARB at {world.host.name}", "")
    assert {name for name, words in names.items() if words in listed} == sees


@pytest.mark.parametrize("role", [Role.GOVERNOR, Role.TRUSTEE, Role.MODERATOR, Role.QA_REVIEWER])
def test_who_only_reads_what_is_published_does_not_look_at_schools(sign_in, world, role):
    client = sign_in(role)
    assert client.get(reverse("schools")).status_code == 403
    assert client.get(reverse("school", args=[world.school.pk])).status_code == 403


def test_a_teacher_finds_the_way_from_the_school_to_their_class(sign_in, world):
    client = sign_in(Role.TEACHER)
    response = client.get(reverse("school", args=[world.school.pk]))
    page = text_of(response)
    assert "Special school" in page
    assert f"URN (unique reference number) {world.school.urn}" in page
    assert "Curlew" in page
    assert "Tern" not in page  # a class of the ARB, which is not theirs
    grid = reverse("grid", args=[world.class_group.pk, world.term.pk])
    assert f'href="{grid}"' in response.content.decode()
    assert "Record Autumn 2026 for Curlew" in page
    assert "Rename" not in page


def test_who_does_not_record_has_no_way_to_the_grid(sign_in, world):
    for role in (Role.INCLUSION_LEAD, Role.TRUST_ADMIN):
        page = page_of(sign_in(role), "school", world.school.pk)
        assert "Curlew" in page
        assert "Record " not in page


def test_the_host_link_sees_the_arb_and_its_class_only(sign_in, world):
    client = sign_in(Role.HOST_LINK)
    page = page_of(client, "arb", world.arb.pk)
    assert "It stands in Harbour Penwith High , the host school." in page
    assert "registered at Harbour Beacon School" in page
    assert "Tern" in page
    school = page_of(client, "school", world.school.pk)
    assert "Harbour Tide ARB" in school
    assert "Curlew" not in school


def test_the_page_of_a_host_names_the_arbs_it_hosts(admin, world):
    page = page_of(admin, "school", world.host.pk)
    assert "Mainstream school of another trust" in page
    assert "ARBs that it hosts" in page
    assert "Harbour Tide ARB registered at Harbour Beacon School, since 1 September 2020" in page
    assert "Add a class" not in page


def test_classes_of_past_years_are_past_and_those_to_come_are_named(admin, world):
    last, coming = (AcademicYearFactory(start=start) for start in (2025, 2027))
    ClassGroupFactory(school=world.school, year=last, name="Lapwing")
    ClassGroupFactory(school=world.school, year=coming, name="Plover")
    page = page_of(admin, "school", world.school.pk)
    assert "Lapwing" not in page
    assert "Plover 2027/28" in page


def test_a_school_without_classes_says_what_belongs_there(admin, sign_in, world):
    empty = SchoolFactory(name="Aa New School")
    page = page_of(admin, "school", empty.pk)
    assert "No class has been set up for this school year. Add the first one." in page
    assert "None that you see" in page_of(sign_in(Role.TRUST_LEAD), "school", empty.pk)


@pytest.mark.parametrize("name", ["school", "arb", "edit_arb", "add_class", "edit_class"])
@pytest.mark.parametrize("ask", ["get", "post"])
def test_places_of_another_trust_are_like_ones_that_do_not_exist(admin, foreign, name, ask):
    theirs = {
        "school": foreign.school,
        "add_class": foreign.school,
        "arb": foreign.arb,
        "edit_arb": foreign.arb,
        "edit_class": foreign.class_group,
    }[name]
    other = getattr(admin, ask)(reverse(name, args=[theirs.pk]))
    nothing = getattr(admin, ask)(reverse(name, args=[10**9]))
    assert (other.status_code, other.content) == (404, nothing.content)


@pytest.mark.parametrize("role", [Role.HEAD, Role.TRUST_LEAD, Role.TEACHER, Role.GOVERNOR])
def test_only_the_trust_administrator_sets_places_up(sign_in, world, role):
    client = sign_in(role)
    for url in (
        reverse("add_host"),
        reverse("add_arb"),
        reverse("edit_arb", args=[world.arb.pk]),
        reverse("add_class", args=[world.school.pk]),
        reverse("edit_class", args=[world.class_group.pk]),
    ):
        assert client.get(url).status_code == 403
        assert client.post(url, {"name": "Mine"}).status_code == 403
    assert not ClassGroup.objects.filter(name="Mine").exists()


@pytest.mark.parametrize("page", ["schools", "school"])
def test_pages_cost_the_same_however_many_places_there_are(
    admin, world, django_assert_num_queries, page
):
    url = reverse(page, args=[world.school.pk] if page == "school" else [])
    admin.get(url)
    with CaptureQueriesContext(connection) as counted:
        admin.get(url)
    for _ in range(8):
        SchoolFactory()
        arb = ARBFactory(school=world.school)
        ClassGroupFactory(school=world.school, year=world.term.year, arb=arb)
        ClassGroupFactory(school=world.school, year=world.term.year)
    with django_assert_num_queries(len(counted.captured_queries)):
        admin.get(url)


# --- Setting up ----------------------------------------------------------------------------


def arb_form(world, **changes):
    return {
        "name": "Harbour Cove ARB",
        "school": world.other_school.pk,
        "host": world.host.pk,
        "opened_on": "2026-09-01",
        "closed_on": "",
        **changes,
    }


def test_an_arb_is_set_up_in_a_host_of_another_trust(admin, world):
    assert "Add a host school" in page_of(admin, "add_host")
    page = admin.post(reverse("add_host"), {"name": "Quay Primary", "urn": "130999"}, follow=True)
    assert "Quay Primary can now be chosen as a host." in text_of(page)
    host = School.objects.get(urn="130999")
    assert (host.kind, host.of_trust) == (SchoolKind.MAINSTREAM, False)
    chosen = admin.get(reverse("add_arb"), {"school": world.school.pk}).content.decode()
    assert f'<option value="{world.school.pk}" selected>' in chosen
    page = admin.post(reverse("add_arb"), arb_form(world, host=host.pk), follow=True)
    assert "Harbour Cove ARB was added." in text_of(page)
    arb = ARB.objects.get(name="Harbour Cove ARB")
    assert (arb.school, arb.host) == (world.other_school, host)
    assert (arb.opened_on, arb.closed_on) == (dt.date(2026, 9, 1), None)


@pytest.mark.parametrize(
    ("name", "urn", "says"),
    [
        ("", "130999", "Name: "),
        ("Quay", "13", "URN: A URN has six digits, such as 130908."),
        ("Quay", "13O999", "URN: A URN has six digits"),
        ("Quay", "taken", "URN: A school with this URN is in the list already."),
    ],
)
def test_a_host_that_cannot_be_added_is_explained(admin, world, name, urn, says):
    urn = world.host.urn if urn == "taken" else urn
    before = School.objects.count()
    page = admin.post(reverse("add_host"), {"name": name, "urn": urn})
    assert says in text_of(page)
    assert f'value="{urn}"' in page.content.decode()
    assert School.objects.count() == before


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "Harbour Tide ARB", "Name: Another ARB of the trust has this name."),
        ("school", "host", "Registered school: Choose a special school of the trust."),
        ("school", "foreign", "Registered school: Choose a special school of the trust."),
        ("host", "school", "Host school: Choose another school, a mainstream one."),
        ("host", "other_school", "Host school: Choose another school, a mainstream one."),
        ("host", "x" * 30, "Host school: Choose another school, a mainstream one."),
        ("opened_on", "31/02/2026", "Opened on: This is not a date. Write it like 31/08/2026."),
        ("closed_on", "2026-09-01", "Closed on: The ARB closes after it has opened."),
    ],
)
def test_an_arb_that_cannot_be_is_explained(admin, world, foreign, field, value, says):
    ids = {
        "host": world.host.pk,
        "school": world.school.pk,
        "other_school": world.other_school.pk,
        "foreign": foreign.school.pk,
    }
    page = admin.post(reverse("add_arb"), arb_form(world, **{field: ids.get(value, value)}))
    assert page.status_code == 200
    assert says in text_of(page)
    assert f'href="#id_{field}"' in page.content.decode()
    assert ARB.objects.count() == 1


def test_a_mainstream_school_of_the_trust_may_host_but_not_register(admin, world):
    own = SchoolFactory(kind=SchoolKind.MAINSTREAM)
    admin.post(reverse("add_arb"), arb_form(world, host=own.pk))
    assert ARB.objects.get(name="Harbour Cove ARB").host == own
    page = admin.post(reverse("add_arb"), arb_form(world, name="Another", school=own.pk))
    assert "Choose a special school of the trust." in text_of(page)


def test_an_arb_is_changed_but_stays_with_its_school(admin, world):
    url = reverse("edit_arb", args=[world.arb.pk])
    page = admin.get(url)
    assert 'value="2020-09-01"' in page.content.decode()
    assert 'name="school"' not in page.content.decode()
    other_host = HostFactory()
    changed = {
        "name": "Harbour Rise ARB",
        "host": other_host.pk,
        "opened_on": "2020-09-01",
        "closed_on": "31/08/2026",
        "school": world.other_school.pk,
    }
    assert admin.post(url, changed).url == reverse("arb", args=[world.arb.pk])
    world.arb.refresh_from_db()
    assert (world.arb.name, world.arb.host) == ("Harbour Rise ARB", other_host)
    assert world.arb.school == world.school
    assert world.arb.closed_on == dt.date(2026, 8, 31)
    ARBFactory(name="Harbour Fall ARB")
    page = admin.post(url, {**changed, "name": "Harbour Fall ARB"})
    assert "Another ARB of the trust has this name." in text_of(page)


def test_classes_are_added_for_this_year_and_the_next(admin, world):
    coming = AcademicYearFactory(start=2027)
    url = reverse("add_class", args=[world.school.pk])
    page = text_of(admin.get(url))
    assert "2026/27" in page
    assert "2025/26" not in page
    added = {"name": "Plover", "year": coming.pk, "arb": world.arb.pk}
    assert admin.post(url, added).url == reverse("school", args=[world.school.pk])
    plover = ClassGroup.objects.get(name="Plover")
    assert (plover.school, plover.arb, plover.year) == (world.school, world.arb, coming)
    admin.post(url, {"name": "Plover", "year": world.term.year.pk, "arb": ""})
    assert ClassGroup.objects.filter(name="Plover").count() == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "Curlew"}, "Name: This school has a class of this name in that year."),
        ({"name": ""}, "Name: "),
        ({"year": "past"}, "School year: Choose a year of the calendar that has not ended."),
        ({"year": "x"}, "School year: Choose a year of the calendar that has not ended."),
        ({"arb": "closed"}, "Where: Choose an ARB of this school."),
        ({"arb": "other"}, "Where: Choose an ARB of this school."),
    ],
)
def test_a_class_that_cannot_be_is_explained(admin, world, changes, says):
    ids = {
        "past": world.terms[0].year.pk,
        "closed": ARBFactory(school=world.school, closed_on=dt.date(2026, 7, 1)).pk,
        "other": ARBFactory(school=world.other_school).pk,
    }
    given = {"name": "Plover", "year": world.term.year.pk, "arb": ""}
    given |= {name: ids.get(value, value) for name, value in changes.items()}
    before = ClassGroup.objects.count()
    page = admin.post(reverse("add_class", args=[world.school.pk]), given)
    assert says in text_of(page)
    assert ClassGroup.objects.count() == before


def test_a_class_is_renamed_and_stays_where_it_is(admin, world):
    url = reverse("edit_class", args=[world.class_group.pk])
    page = admin.post(url, {"name": "Whimbrel", "year": world.terms[0].year.pk}, follow=True)
    assert "Curlew is now Whimbrel." in text_of(page)
    world.class_group.refresh_from_db()
    assert (world.class_group.name, world.class_group.year) == ("Whimbrel", world.term.year)
    taken = admin.post(url, {"name": "Tern"})
    assert "This school has a class of this name in that year." in text_of(taken)
    assert "Rename Whimbrel" in text_of(taken)


def test_a_host_has_no_classes_of_ours(admin, world):
    assert admin.get(reverse("add_class", args=[world.host.pk])).status_code == 404


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"school": "host"}, NotRegisteringSchool),
        ({"host": "other_school"}, NotHost),
        ({"closed_on": dt.date(2026, 9, 1)}, ClosesBeforeItOpens),
    ],
)
def test_the_service_too_refuses_an_arb_that_cannot_be(world, changes, refusal):
    given = {"school": "school", "host": "host", "closed_on": None} | changes
    with pytest.raises(refusal):
        save_arb(
            by=world.access(Role.TRUST_ADMIN),
            arb=None,
            name="Harbour Cove ARB",
            school=getattr(world, given["school"]),
            host=getattr(world, given["host"]),
            opened_on=dt.date(2026, 9, 1),
            closed_on=given["closed_on"],
        )
    assert ARB.objects.count() == 1


def test_the_service_too_asks_who_it_is(world):
    with pytest.raises(PermissionDenied):
        rename_class(by=world.access(Role.HEAD), class_group=world.class_group, name="Mine")
    with pytest.raises(ValueError, match="belongs to another school"):
        add_class(
            by=world.access(Role.TRUST_ADMIN),
            school=world.other_school,
            arb=world.arb,
            year=world.term.year,
            name="Plover",
        )
