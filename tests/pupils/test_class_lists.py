"""The September check: a teacher looks through the class list, signs it, and others settle it."""

import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from parrcs.core.access import Role
from pupils.choices import PrimaryNeed
from pupils.models import ClassListCheck, ClassListLine, Placement, Pupil
from pupils.selectors.class_lists import class_page, lists_in_season
from pupils.services.class_lists import settle_remark
from schools.models import AcademicYear, Term
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import (
    AcademicYearFactory,
    ClassGroupFactory,
    MembershipFactory,
    UserFactory,
)
from tests.pupils.conftest import words, wrong

SEPTEMBER = dt.date(2026, 9, 14)


@pytest.fixture
def today(monkeypatch, today):
    """A Monday in September; a story may go on to another day."""

    def on(day):
        monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: day)

    on(SEPTEMBER)
    return on


def address(group):
    return reverse("class_list", args=[group.pk])


def seen(response):
    return re.search(r'name="seen" value="([^"]+)"', response.content.decode())[1]


def filled(client, group, *, remarks=(), missing=""):
    """The form as a teacher fills it in: all are right but those with a remark."""
    page = client.get(address(group))
    said = {pupil.pk: text for pupil, text in remarks}
    rows = page.context["page"].rows
    return {
        "seen": seen(page),
        "missing": missing,
        **{f"right-{row.pupil_id}": "on" for row in rows if row.pupil_id not in said},
        **{f"remark-{pk}": text for pk, text in said.items()},
    }


def signed(client, group, **said):
    return client.post(address(group), filled(client, group, **said), follow=True)


def test_the_list_says_what_is_to_be_checked_and_is_signed_with_name_and_time(
    world, sign_in, today
):
    teacher, group, pupil = sign_in(Role.TEACHER), world.class_group, world.pupils[0]
    coming = PupilFactory()
    PlacementFactory(
        pupil=coming,
        school=world.school,
        class_group=group,
        route=world.routes["formal"],
        starts_on=dt.date(2026, 9, 21),
    )
    page = words(teacher.get(address(group)))
    assert "Not signed yet. It is to be right by the census day, 1 October 2026." in page
    assert (
        f"{pupil.last_name}, {pupil.first_name} Curlew · Pre-formal route · Autistic spectrum"
        " disorder · since 1 September 2025"
    ) in page
    assert "Formal route · Autistic spectrum disorder · comes on 21 September 2026" in page
    # Nothing ticked: each pupil is asked about, and nothing is stored.
    empty = teacher.post(address(group), {"seen": seen(teacher.get(address(group)))})
    assert len(wrong(empty)) == 4
    both = filled(teacher, group) | {f"remark-{pupil.pk}": "Not ours", "missing": "Ben"}
    refused = teacher.post(address(group), both)
    assert wrong(refused) == [f"id_right-{pupil.pk}"]
    assert 'value="Not ours"' in refused.content.decode()
    assert 'value="Ben"' in refused.content.decode()
    long = filled(teacher, group, remarks=[(pupil, "x" * 301)])
    assert wrong(teacher.post(address(group), long)) == [f"id_remark-{pupil.pk}"]
    assert not ClassListCheck.objects.exists()
    # Signed, twice pressed.
    said = filled(teacher, group, remarks=[(pupil, "Formal since July")], missing="A new boy")
    assert teacher.post(address(group), said).status_code == 302
    done = teacher.post(address(group), said, follow=True)
    assert "The list of Curlew is signed. 2 remarks will be looked at." in words(done)
    check = ClassListCheck.objects.get()
    assert check.signed_by == world.people[Role.TEACHER]
    assert check.lines.count() == 5
    assert f"Signed by Harbour teacher on {check.signed_at:%-d %B %Y} at" in words(done)
    assert "with 2 remarks, 2 still to settle" in words(done)


def test_the_assessment_lead_sees_what_is_signed_and_settles_remarks(world, sign_in, today):
    teacher, lead = sign_in(Role.TEACHER), sign_in(Role.ASSESSMENT_LEAD)
    group, pupil = world.class_group, world.pupils[0]
    overview = reverse("class_lists")
    assert "0 of 2 signed; no remark to settle" in words(lead.get(overview))
    signed(teacher, group, remarks=[(pupil, "Formal since July")], missing="A new boy")
    signed(sign_in(Role.HEAD), world.arb_class)
    page = words(lead.get(overview))
    assert "2 of 2 signed; 2 remarks to settle" in page
    assert "2 of 2 to settle" in page
    assert "Moor" not in page
    shown = words(lead.get(address(group)))
    assert f"{pupil} Formal since July to settle" in shown
    assert "Missing A new boy to settle" in shown
    of_pupil = ClassListLine.objects.get(pupil=pupil, remark="Formal since July")
    settle = reverse("class_list_settle", args=[group.pk])
    for _ in range(2):
        lead.post(settle, {"line": of_pupil.pk, "settled": "yes"})
    assert "Settled by Harbour assessment lead on" in words(lead.get(address(group)))
    assert "1 of 2 to settle" in words(lead.get(overview))
    # A slip is taken back; what is no remark, or not of the last signing, is told.
    lead.post(settle, {"line": of_pupil.pk, "settled": "no"})
    assert "2 of 2 to settle" in words(lead.get(overview))
    right = ClassListLine.objects.filter(remark="").first()
    elsewhere = ClassListLine.objects.filter(list_check__class_group=world.arb_class).first()
    for line in (right.pk, elsewhere.pk, 10**9, "x", 2**70):
        told = lead.post(settle, {"line": line, "settled": "yes"}, follow=True)
        assert "The list was signed anew meanwhile." in words(told)
    assert not ClassListLine.objects.filter(settled_at__isnull=False).exists()
    # The teacher reads it, and settles nothing.
    assert teacher.post(settle, {"line": of_pupil.pk, "settled": "yes"}).status_code == 403
    assert "to settle" in words(teacher.get(address(group)))
    # Signed again, it begins from what is still open.
    again = teacher.get(address(group)).content.decode()
    assert 'value="Formal since July"' in again
    assert 'value="A new boy"' in again
    signed(teacher, group)
    assert "2 of 2 signed; no remark to settle" in words(lead.get(overview))


def test_a_list_that_changed_after_it_was_signed_says_so(world, sign_in, today):
    teacher, lead, group = sign_in(Role.TEACHER), sign_in(Role.ASSESSMENT_LEAD), world.class_group
    stays, left, routed = world.pupils
    signed(teacher, group)
    assert "has changed since" not in words(teacher.get(address(group)))
    Pupil.objects.filter(pk=stays.pk).update(primary_need=PrimaryNeed.SLCN)
    Placement.objects.filter(pupil=routed).update(
        route=world.routes["pre-formal"], starts_on=dt.date(2026, 9, 1)
    )
    Placement.objects.filter(pupil=left).update(ends_on=dt.date(2026, 9, 11))
    new = PupilFactory(first_name="New", last_name="Comer")
    PlacementFactory(
        pupil=new, school=world.school, class_group=group, route=world.routes["formal"]
    )
    told = words(lead.get(address(group)))
    assert "The list has changed since it was signed. New Comer has come." in told
    assert f"{left} has left it." in told
    assert f"{stays}: another primary need." in told
    assert f"{routed}: another route and first day in the class." in told
    assert "changed since" in words(lead.get(reverse("class_lists")))
    # The teacher no longer sees who has left, so the name is not told.
    assert "A pupil who is no longer yours to see has left it." in words(
        teacher.get(address(group))
    )
    signed(teacher, group)
    assert "changed since" not in words(lead.get(reverse("class_lists")))
    assert ClassListCheck.objects.count() == 2


def test_a_list_that_changes_while_it_is_looked_through_is_looked_through_again(
    world, sign_in, today
):
    teacher, group, pupil = sign_in(Role.TEACHER), world.class_group, world.pupils[0]
    said = filled(teacher, group, remarks=[(pupil, "Formal since July")], missing="A new boy")
    new = PupilFactory()
    PlacementFactory(
        pupil=new, school=world.school, class_group=group, route=world.routes["formal"]
    )
    # Before the new pupil is known, the form asks about them; all that was filled in is kept.
    asked = teacher.post(address(group), said)
    assert wrong(asked) == [f"id_right-{new.pk}"]
    again = teacher.post(address(group), said | {f"right-{new.pk}": "on"})
    assert "The list changed while you looked through it." in words(again)
    content = again.content.decode()
    assert 'value="Formal since July"' in content
    assert not ClassListCheck.objects.exists()
    anew = said | {f"right-{new.pk}": "on", "seen": seen(again)}
    assert teacher.post(address(group), anew).status_code == 302
    assert ClassListCheck.objects.get().lines.count() == 5


def test_who_may_look_sign_and_settle(world, foreign, sign_in, today):
    group = world.class_group
    assert sign_in(Role.INCLUSION_LEAD).get(address(group)).status_code == 200
    # The inclusion lead settles and does not sign, the teacher the other way round.
    post = {"seen": "x"} | {f"right-{pupil.pk}": "on" for pupil in world.pupils}
    assert sign_in(Role.INCLUSION_LEAD).post(address(group), post).status_code == 403
    assert "Sign the list" not in words(sign_in(Role.INCLUSION_LEAD).get(address(group)))
    host = sign_in(Role.HOST_LINK)
    assert host.get(address(world.arb_class)).status_code == 200
    assert host.get(reverse("class_lists")).status_code == 403
    for role in (Role.GOVERNOR, Role.TRUSTEE, Role.TRUST_ADMIN):
        assert sign_in(role).get(address(group)).status_code == 403
    teacher = sign_in(Role.TEACHER)
    for other in (world.other_class, world.arb_class, foreign.class_group):
        assert teacher.get(address(other)).status_code == 404
        assert teacher.post(address(other), post).status_code == 404
    access = world.access(Role.TEACHER)
    page = class_page(access, class_group_id=group.pk)
    with pytest.raises(PermissionDenied):
        settle_remark(by=access, page=page, line_id=1, settled=True)
    # Over with its year.
    today(dt.date(2026, 9, 14))
    old = ClassGroupFactory(school=world.school, year=world.terms[0].year, name="Old")
    assert "Nobody on the list" in words(sign_in(Role.HEAD).get(address(old)))


def test_the_pages_that_people_begin_at_lead_there_until_the_census(world, sign_in, today):
    begin = {
        Role.TEACHER: "classes",
        Role.ASSESSMENT_LEAD: "classes",
        Role.HEAD: "reports",
        Role.INCLUSION_LEAD: "pupils",
    }
    prompt = "Class lists are checked until 1 October 2026."
    for day, there in (
        (dt.date(2026, 8, 31), False),
        (dt.date(2026, 9, 1), True),
        (dt.date(2026, 10, 1), True),
        (dt.date(2026, 10, 2), False),
        (dt.date(2027, 1, 5), False),
    ):
        today(day)
        for role, page in begin.items():
            assert (prompt in words(sign_in(role).get(reverse(page)))) is there, (role, day)
    today(SEPTEMBER)
    teacher = sign_in(Role.TEACHER)
    content = teacher.get(reverse("classes")).content.decode()
    assert f'href="{address(world.class_group)}">Check the list of Curlew' in content
    signed(teacher, world.class_group)
    assert "All class lists are signed." in words(teacher.get(reverse("classes")))
    # By the trust's calendar: another census day, another end.
    Term.objects.filter(pk=world.term.pk).update(census_on=dt.date(2026, 9, 10))
    assert lists_in_season(world.access(Role.TEACHER)) is None
    # Who records nowhere and places nobody has none to check.
    Term.objects.filter(pk=world.term.pk).update(census_on=dt.date(2026, 10, 1))
    assert lists_in_season(world.access(Role.HOST_LINK)) is None


def test_in_august_the_lists_of_the_year_to_come_are_looked_after(world, sign_in, today):
    AcademicYear.objects.filter(pk=world.term.year_id).update(ends_on=dt.date(2027, 8, 31))
    following = AcademicYearFactory(start=2027)
    ClassGroupFactory(school=world.school, year=following, name="Egret")
    head = sign_in(Role.HEAD)
    for day, named, unnamed in (
        (dt.date(2027, 7, 31), "Curlew", "Egret"),
        (dt.date(2027, 8, 1), "Egret", "Curlew"),
        (dt.date(2027, 9, 1), "Egret", "Curlew"),
        # After the last year of the calendar it stays that.
        (dt.date(2028, 8, 1), "Egret", "Curlew"),
    ):
        today(day)
        page = words(head.get(reverse("class_lists")))
        assert named in page, day
        assert unnamed not in page, day


@pytest.mark.parametrize(
    ("day", "order"),
    [
        (dt.date(2027, 3, 1), ["Curlew", "Egret", "Avocet"]),
        (dt.date(2027, 8, 1), ["Egret", "Curlew", "Avocet"]),
    ],
)
def test_the_classes_of_the_year_at_hand_come_first_to_choose_from(
    world, sign_in, today, day, order
):
    """Where pupils are placed, in the form of a common transfer file, and above the list."""
    AcademicYear.objects.filter(pk=world.term.year_id).update(ends_on=dt.date(2027, 8, 31))
    for name, year in (("Egret", AcademicYearFactory(start=2027)), ("Avocet", world.terms[0].year)):
        group = ClassGroupFactory(school=world.school, year=year, name=name)
        PlacementFactory(school=world.school, class_group=group, route=world.routes["formal"])
    Placement.objects.filter(pupil__in=world.pupils).update(class_group=world.class_group)
    head = sign_in(Role.HEAD)
    today(day)
    for page in (reverse("import_new", args=["ctf"]), reverse("pupil_add"), reverse("pupils")):
        content = head.get(page).content.decode()
        found = re.findall(r">(Avocet|Curlew|Egret)</option>", content)
        assert found == order, page


def test_a_trust_without_a_year_and_a_person_without_a_class(world, sign_in, today):
    head = sign_in(Role.HEAD)
    Placement.objects.all().delete()
    empty = words(sign_in(Role.TEACHER).get(address(world.class_group)))
    assert "Nobody is placed in Curlew yet." in empty
    signed(sign_in(Role.TEACHER), world.class_group, missing="Everybody")
    assert ClassListLine.objects.get().remark == "Everybody"
    person = UserFactory()
    MembershipFactory(person=person, role=Role.HEAD, school=world.host)
    head.force_login(person)
    assert "No class of yours" in words(head.get(reverse("class_lists")))


def test_the_same_number_of_queries_for_few_classes_and_for_many(world, sign_in, today, counted):
    lead, teacher = sign_in(Role.TRUST_LEAD), sign_in(Role.TEACHER)

    def cost():
        costs = []
        for url in (reverse("class_lists"), address(world.class_group)):
            with counted() as queries:
                assert lead.get(url).status_code == 200
            costs.append(len(queries))
        sent = filled(teacher, world.class_group)
        with counted() as queries:
            assert teacher.post(address(world.class_group), sent).status_code == 302
        return [*costs, len(queries)]

    cost()
    ClassListCheck.objects.all().delete()
    signed(teacher, world.class_group)
    few = cost()
    groups = [ClassGroupFactory(school=world.school, year=world.term.year) for _ in range(10)] + [
        world.class_group
    ] * 27
    for group in groups:
        PlacementFactory(
            pupil=PupilFactory(),
            school=world.school,
            class_group=group,
            route=world.routes["formal"],
        )
    for group in groups[:10]:
        signed(lead, group)
    signed(teacher, world.class_group)
    assert cost() == few


def test_the_database_keeps_signed_lists_whole(world):
    check = ClassListCheck.objects.create(
        class_group=world.class_group,
        signed_by=world.people[Role.TEACHER],
        signed_at=dt.datetime(2026, 9, 14, tzinfo=dt.UTC),
    )
    pupil = {
        "pupil": world.pupils[0],
        "route": world.routes["formal"],
        "starts_on": SEPTEMBER,
    }
    ClassListLine.objects.create(list_check=check, **pupil)
    for broken in (
        pupil,
        {},
        {"pupil": world.pupils[1]},
        {"remark": "Ben", "settled_at": check.signed_at},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ClassListLine.objects.create(list_check=check, **broken)
    # What was said of a pupil goes with the pupil, from the history too.
    assert "remark" not in {each.name for each in ClassListLine.pgh_event_model._meta.get_fields()}
