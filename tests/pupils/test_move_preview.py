"""What a person is told before a move is saved, and that nothing happens twice or unseen."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from assessment.models import Strand
from parrcs.core.access import Role
from pupils.models import Placement, SavedOperation
from reporting.choices import ReportKind, ReportStatus
from reporting.models import Report
from schools.choices import Season
from schools.models import AcademicYear, LateEntry, Window
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import (
    AcademicYearFactory,
    ClassGroupFactory,
    MembershipFactory,
    TermFactory,
    UserFactory,
)
from tests.pupils.conftest import confirmation, move, words, wrong
from tests.pupils.pages import points

DAY = "2026-11-30"


@pytest.fixture
def spring(world):
    return TermFactory(year=world.term.year, season=Season.SPRING)


def typed(world, **other):
    return {
        "school": world.school.pk,
        "arb": world.arb.pk,
        "class_group": world.arb_class.pk,
        "route": world.routes["formal"].pk,
        "starts_on": DAY,
    } | other


def url(pupil):
    return reverse("pupil_place", args=[pupil.pk])


def stays(pupil):
    return [
        (each.class_group.name if each.class_group else None, each.starts_on, each.ends_on)
        for each in Placement.objects.filter(pupil=pupil)
    ]


def test_a_move_tells_all_that_it_changes_and_changes_nothing_yet(world, sign_in, spring):
    """The pre-formal pupil of Curlew goes to Tern, and to the formal route, on 30 November."""
    pupil = world.pupils[0]
    scale = points(world.developmental)
    for strand in Strand.objects.filter(stream=world.developmental):
        BaselineFactory(pupil=pupil, strand=strand, point=scale[5])
    reading = Strand.objects.get(stream=world.developmental, code="reading")
    JudgementFactory(pupil=pupil, strand=reading, term=world.term, point=scale[6])
    lead = world.people[Role.TRUST_LEAD]
    made = {"snapshot": {}, "pdf": b"%PDF-", "made_by": lead, "kind": ReportKind.HT}
    place = {"school": world.school, "term": world.term}
    at = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
    Report.objects.create(**place, **made, status=ReportStatus.DRAFT, made_at=at)
    Report.objects.create(
        **place,
        **made,
        status=ReportStatus.PUBLISHED,
        version=1,
        made_at=at,
        published_at=at,
        published_by=lead,
    )
    page = sign_in(Role.HEAD).post(url(pupil), typed(world))
    told = words(page)
    for said in (
        "nothing is saved yet",
        "Curlew 2026/27, Harbour Beacon School, pre-formal route",
        "Tern 2026/27, Harbour Tide ARB at Harbour Penwith High, Harbour Beacon School,"
        " formal route",
        # Class lists, with how many are in them on the day.
        f"Curlew (2026/27) loses {pupil}: 2 pupils on 30 November 2026 instead of 3.",
        f"Tern (2026/27) gains {pupil}: 3 pupils on 30 November 2026 instead of 2.",
        # By census day: autumn's was in October.
        "Autumn 2026 census day 1 October 2026 Harbour Beacon School as before"
        " Harbour Beacon School as before Tern instead of Curlew",
        "Spring 2027 census day 21 January 2027 Harbour Beacon School as before"
        " Harbour Tide ARB instead of Harbour Beacon School Tern instead of Curlew",
        # 1 of 3 developmental and 2 engagement strands.
        f"1 of 5 judgements and targets of {pupil} in Autumn 2026 are made.",
        f"The grid of Curlew for Autumn 2026 no longer has {pupil} as soon as this is saved.",
        "Tern enters what is left: window closes Friday 31 December 9999",
        # The route of the census day holds for the autumn; the spring goes by the new one.
        f"From Spring 2027 on {pupil} is judged by the formal route, until then by the"
        " pre-formal route.",
        "Stops: Engagement.",
        "Developmental: 2 points a term expected, instead of 0.5.",
        f"Harbour teacher (class teacher, Curlew) no longer sees {pupil} from 30 November 2026.",
        f"Harbour host link (host link, Harbour Tide ARB) sees {pupil} as soon as this is saved.",
        "Nobody teaches Tern (2026/27) yet",
        "Harbour Beacon School, Autumn 2026: the draft of 20 November 2026 follows the data. Made"
        " anew, it counts the same pupils.",
        "Harbour Beacon School, Autumn 2026: published version 1 keeps its numbers.",
    ):
        assert said in told, said
    assert stays(pupil) == [("Curlew", dt.date(2025, 9, 1), None)]
    assert not SavedOperation.objects.exists()


def test_back_keeps_what_was_typed_and_a_second_press_does_nothing_twice(world, sign_in):
    pupil, head = world.pupils[0], sign_in(Role.HEAD)
    preview = head.post(url(pupil), typed(world))
    sent = confirmation(preview)
    back = head.post(url(pupil), sent | {"step": "back"}).content.decode()
    assert f'value="{DAY}"' in back
    for chosen in (world.arb.pk, world.arb_class.pk, world.routes["formal"].pk):
        assert re.search(rf'<option value="{chosen}" selected>', back), chosen
    assert stays(pupil) == [("Curlew", dt.date(2025, 9, 1), None)]
    for _ in range(2):
        assert head.post(url(pupil), sent).status_code == 302
    assert SavedOperation.objects.count() == 1
    once = [
        ("Curlew", dt.date(2025, 9, 1), dt.date(2026, 11, 29)),
        ("Tern", dt.date(2026, 11, 30), None),
    ]
    assert stays(pupil) == once
    # The same mark under something else is told, and saves nothing.
    other = head.post(url(pupil), sent | {"starts_on": "2026-12-07", "class_group": ""})
    assert "carries the mark of another one" in words(other)
    assert stays(pupil) == once


def test_who_was_placed_anew_meanwhile_is_looked_at_again(world, sign_in):
    pupil, head = world.pupils[0], sign_in(Role.HEAD)
    sent = confirmation(head.post(url(pupil), typed(world)))
    corrected = typed(world, arb="", class_group="", starts_on="2025-09-01")
    assert move(sign_in(Role.ASSESSMENT_LEAD), url(pupil), corrected).status_code == 302
    again = head.post(url(pupil), sent)
    assert "Somebody placed one of these pupils anew while you looked" in words(again)
    assert "no class yet, Harbour Beacon School, formal route" in words(again)
    assert stays(pupil) == [(None, dt.date(2025, 9, 1), None)]
    assert head.post(url(pupil), confirmation(again)).status_code == 302
    assert len(stays(pupil)) == 2


@pytest.mark.parametrize(
    "broken", [{"operation": "x"}, {"seen": ""}, {"step": "else"}, {"seen": "0" * 16}]
)
def test_a_confirmation_that_is_none_shows_the_preview_again(world, sign_in, broken):
    pupil, head = world.pupils[0], sign_in(Role.HEAD)
    sent = confirmation(head.post(url(pupil), typed(world))) | broken
    assert "What this changes" in words(head.post(url(pupil), sent))
    assert len(stays(pupil)) == 1


def test_what_changes_nothing_is_refused(world, sign_in):
    pupil, head = world.pupils[2], sign_in(Role.HEAD)
    same = typed(world, arb="", class_group=world.class_group.pk)
    response = head.post(url(pupil), same)
    assert wrong(response) == ["id_starts_on"]
    assert "is placed just so from 1 September 2025. Nothing would change." in words(response)
    # A last day that was set is taken back by it, so that something does.
    Placement.objects.filter(pupil=pupil).update(ends_on=dt.date(2026, 12, 18))
    told = words(head.post(url(pupil), same))
    assert f"The last day of {pupil} was set to 18 December 2026." in told


def test_a_move_to_another_school_tells_who_keeps_what_was_and_whose_window_is_shut(
    world, sign_in, spring
):
    pupil = world.other_pupils[0]
    head = UserFactory(name="Other Head")
    MembershipFactory(person=head, role=Role.HEAD, school=world.other_school)
    Window.objects.create(
        term=world.term,
        school=world.school,
        opens_on=dt.date(2026, 11, 1),
        closes_on=dt.date(2026, 11, 20),
    )
    lead = sign_in(Role.TRUST_LEAD)
    asked = typed(world, route=world.routes["semi-formal"].pk, starts_on="2026-09-14")
    told = words(lead.post(url(pupil), asked))
    for said in (
        "14 September 2026 is over.",
        "Autumn 2026 census day 1 October 2026 Harbour Beacon School instead of Harbour Moor School"
        " Harbour Tide ARB instead of Harbour Moor School Tern instead of Dunlin",
        f"Other Head (head, Harbour Moor School) sees {pupil} as they were until 13 September 2026",
        f"Harbour head (head, Harbour Beacon School) sees {pupil} as soon as this is saved.",
        "The route stays, so the same streams stay due",
        "Tern enters what is left: window closed on Friday 20 November.",
        "3 are left that could not be entered there now.",
        "No report of these terms is made yet.",
    ):
        assert said in told, said
    LateEntry.objects.create(
        term=world.term,
        class_group=world.arb_class,
        until=dt.date(2026, 12, 4),
        reason="Moved in",
        allowed_by=head,
    )
    told = words(lead.post(url(pupil), asked))
    assert "late entry until Friday 4 December: Moved in" in told
    assert "could not be entered" not in told


def test_without_a_later_term_the_new_route_is_told_by_the_last_one(world, sign_in):
    pupil = world.pupils[0]
    told = words(sign_in(Role.HEAD).post(url(pupil), typed(world)))
    assert f"From the term after Autumn 2026 on {pupil} is judged by the formal route" in told
    later = words(sign_in(Role.HEAD).post(url(pupil), typed(world, starts_on="2027-02-01")))
    assert "The calendar has no term that ends on that day or later" in later
    assert "Nothing is judged yet in the terms from that day on." in later


# --- A class at once ----------------------------------------------------------------------


@pytest.fixture
def september(world):
    """The year ends, and the next one has two classes."""
    AcademicYear.objects.filter(pk=world.term.year_id).update(ends_on=dt.date(2027, 8, 31))
    year = AcademicYearFactory(start=2027)
    return [
        ClassGroupFactory(school=world.school, year=year, name="Curlew"),
        ClassGroupFactory(school=world.school, arb=world.arb, year=year, name="Tern"),
    ]


def fields(content):
    """The first choice of each select, or the one that is chosen, and the day."""
    found = {
        name: re.search(r'value="([^"]*)" selected', options)
        or re.search('value="([^"]*)"', options)
        for name, options in re.findall(r'<select name="([^"]+)"(.*?)</select>', content, re.DOTALL)
    }
    day = re.search(r'name="starts_on" value="([^"]+)"', content)
    return {name: value[1] for name, value in found.items()} | {"starts_on": day[1]}


def test_a_class_moves_into_the_classes_of_next_year_in_one_step(world, sign_in, september):
    curlew, tern = september
    head, address = sign_in(Role.HEAD), reverse("class_move", args=[world.class_group.pk])
    pre, semi, formal = world.pupils
    form = head.get(address)
    sent = fields(form.content.decode())
    assert sent["starts_on"] == "2027-09-01"
    # Nothing chosen, and nobody who moves.
    assert wrong(head.post(address, sent)) == ["id_everyone"]
    nobody = sent | {f"to-{each.pk}": "stays" for each in world.pupils}
    assert "Nobody moves like this." in words(head.post(address, nobody))
    asked = sent | {
        "everyone": curlew.pk,
        f"to-{formal.pk}": tern.pk,
        f"route-{pre.pk}": world.routes["semi-formal"].pk,
    }
    preview = head.post(address, asked)
    told = words(preview)
    assert "Curlew (2026/27) loses 3 pupils" not in told  # three are named
    for said in (
        f"Curlew (2026/27) loses {pre}, {semi} and {formal}: 0 pupils on 1 September 2027"
        " instead of 3.",
        f"Curlew (2027/28) gains {pre} and {semi}: 2 pupils on 1 September 2027 instead of 0.",
        f"Tern (2027/28) gains {formal}: 1 pupil on 1 September 2027 instead of 0.",
        f"on {pre} is judged by the semi-formal route",
    ):
        assert said in told, said
    assert Placement.objects.count() == 7
    back = head.post(address, confirmation(preview) | {"step": "back"}).content.decode()
    assert fields(back) == {name: str(value) for name, value in asked.items()}
    sent = confirmation(preview)
    assert head.post(address, sent).status_code == 302
    done = head.post(address, sent, follow=True)
    assert "3 pupils are placed anew from 1 September 2027." in words(done)
    assert Placement.objects.count() == 10
    for pupil, group, route in (
        (pre, curlew, "semi-formal"),
        (semi, curlew, "semi-formal"),
        (formal, tern, "formal"),
    ):
        now = Placement.objects.get(pupil=pupil, starts_on=dt.date(2027, 9, 1))
        assert (now.class_group, now.route, now.arb) == (group, world.routes[route], group.arb)
        before = Placement.objects.get(pupil=pupil, class_group=world.class_group)
        assert before.ends_on == dt.date(2027, 8, 31)
    # Who is placed already stays, unless chosen.
    again = fields(head.get(address).content.decode())
    assert {again[f"to-{each.pk}"] for each in world.pupils} == {"stays"}


def test_what_cannot_be_is_said_where_it_was_chosen_and_moves_nobody(world, sign_in, september):
    head, address = sign_in(Role.HEAD), reverse("class_move", args=[world.class_group.pk])
    sent = fields(head.get(address).content.decode())
    one = world.pupils[0]
    # All of them into a class of the other year: said once.
    early = head.post(address, sent | {"everyone": september[0].pk, "starts_on": "2027-08-31"})
    assert wrong(early) == ["id_everyone"]
    assert "Curlew is a class of 2027/28, which runs from 1 September 2027" in words(early)
    # One of them.
    other = sent | {"everyone": september[0].pk, f"to-{one.pk}": world.arb_class.pk}
    refused = head.post(address, other)
    assert wrong(refused) == [f"id_to-{one.pk}"]
    for name, value in (
        ("starts_on", "never"),
        ("everyone", world.other_class.pk),
        (f"to-{one.pk}", "x\x00"),
        (f"route-{one.pk}", "999999"),
    ):
        assert f"id_{name}" in wrong(head.post(address, sent | {name: value})), name
    assert Placement.objects.count() == 7


def test_who_may_not_place_pupils_there_does_not_move_them(world, foreign, sign_in):
    own = reverse("class_move", args=[world.class_group.pk])
    assert sign_in(Role.TEACHER).get(own).status_code == 403
    assert sign_in(Role.GOVERNOR).get(own).status_code == 403
    head = sign_in(Role.HEAD)
    for group in (world.other_class, foreign.class_group):
        assert head.get(reverse("class_move", args=[group.pk])).status_code == 404
    # An ARB's lead has the ARB's class, and not that of the school around it.
    person = UserFactory()
    MembershipFactory(person=person, role=Role.HEAD, arb=world.arb)
    head.force_login(person)
    assert head.get(reverse("class_move", args=[world.arb_class.pk])).status_code == 200
    assert head.get(own).status_code == 404


def test_a_class_without_pupils_and_a_trust_without_another_class(world, sign_in):
    empty = ClassGroupFactory(school=world.school, year=world.term.year, name="Empty")
    head = sign_in(Role.HEAD)
    assert "Nobody to move" in words(head.get(reverse("class_move", args=[empty.pk])))
    empty.delete()
    world.arb_class.list_checks.all().delete()
    Placement.objects.filter(class_group=world.arb_class).update(class_group=None)
    world.arb_class.delete()
    page = head.get(reverse("class_move", args=[world.class_group.pk]))
    assert "No other class to move into" in words(page)


def test_the_same_number_of_queries_for_two_pupils_and_for_thirty(
    world, sign_in, september, counted, spring
):
    head, address = sign_in(Role.HEAD), reverse("class_move", args=[world.class_group.pk])
    Placement.objects.filter(pupil=world.pupils[2]).delete()

    def asked():
        content = head.get(address).content.decode()
        first = fields(content)
        return first | {
            "everyone": september[0].pk,
            "starts_on": "2027-09-01",
            **{name: world.routes["formal"].pk for name in first if name.startswith("route-")},
        }

    def cost():
        sent = asked()
        with counted() as form:
            head.get(address)
        with counted() as look:
            preview = head.post(address, sent)
        assert "What this changes" in words(preview)
        with counted() as save:
            assert head.post(address, confirmation(preview)).status_code == 302
        Placement.objects.filter(starts_on=dt.date(2027, 9, 1)).delete()
        Placement.objects.filter(ends_on=dt.date(2027, 8, 31)).update(ends_on=None)
        return [len(form), len(look), len(save)]

    cost()
    few = cost()
    for _ in range(28):
        PlacementFactory(
            pupil=PupilFactory(),
            school=world.school,
            class_group=world.class_group,
            route=world.routes["pre-formal"],
        )
    assert cost() == few
    assert few[1] < 40
