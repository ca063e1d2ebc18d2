"""What schools owe by law: who sees it, what is late, and how it is done."""

import csv
import datetime as dt
from decimal import Decimal
from io import BytesIO, StringIO
from unittest import mock

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from parrcs.core.access import Role
from pupils.models import Placement, Pupil, TermlyPEP
from schools.models import PremiumActivity, PremiumPlan, StatutoryDeadline, Term
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import MembershipFactory, UserFactory
from tests.pupils.conftest import seen, words, wrong

LIST = reverse("compliance")


@pytest.fixture
def autumn(world):
    """The autumn term of 2026, with its days."""
    return world.term


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


# --- PEPs ------------------------------------------------------------------------------------


def test_a_pep_is_due_each_term_for_who_is_in_care_and_done_by_the_inclusion_lead(
    world, autumn, sign_in
):
    pupil, other = world.pupils[0], world.arb_pupils[0]
    in_care(pupil, other)
    lead = sign_in(Role.INCLUSION_LEAD)
    page = page_of(lead, world)
    assert "0 of 2 done" in words(page).partition("Personal education plans")[2]
    client_form = lead.get(pep_of(pupil, autumn))
    assert f"PEP of {pupil}" in words(client_form)
    typed = {"held_on": "2026-11-12", "held_by": "R. Shah", "quality": "Targets are specific"}
    done = lead.post(pep_of(pupil, autumn), typed | seen(client_form), follow=True)
    assert "It is saved." in words(done)
    row = rows_of(done)[str(pupil), str(autumn)]
    assert (row.standing, row.done_on, row.done_by) == ("done", dt.date(2026, 11, 12), "R. Shah")
    # The ARB counts in its school where registered, and alone as taught.
    taught = rows_of(page_of(lead, world, lens="taught"))
    assert (str(other), str(autumn)) not in taught
    arb = lead.get(reverse("compliance_arb", args=[world.arb.pk]))
    assert [each.what for each in arb.context["found"].rows] == [str(other)]
    changed = lead.get(pep_of(pupil, autumn))
    asked = lead.post(pep_of(pupil, autumn), {"remove": "ask"} | seen(changed))
    assert "Remove this?" in words(asked)
    lead.post(pep_of(pupil, autumn), {"remove": "yes"})
    assert not TermlyPEP.objects.exists()
    assert TermlyPEP.events.rel.related_model.objects.count() == 1, "history keeps it"


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"held_on": "2026-11-22"}, "held_on", "still to come"),
        ({"held_on": "2026-08-30"}, "held_on", "begins on"),
        ({"held_on": "yesterday"}, "held_on", "not a date"),
        ({"held_by": ""}, "held_by", "Write who led it."),
        ({"held_by": "x" * 121}, "held_by", "120"),
        ({"quality": "x" * 301}, "quality", "at most 300 fit"),
    ],
)
def test_what_cannot_be_a_pep_is_refused_and_kept_on_the_form(
    world, autumn, sign_in, typed, field, says
):
    in_care(world.pupils[0])
    sent = {"held_on": "2026-11-12", "held_by": "R. Shah", "quality": "Good"} | typed
    answer = sign_in(Role.HEAD).post(pep_of(world.pupils[0], autumn), sent)
    assert wrong(answer) == [f"id_{field}"]
    assert says in words(answer)
    assert not TermlyPEP.objects.exists()


def test_two_people_at_one_pep_are_told_of_each_other(world, autumn, sign_in):
    in_care(world.pupils[0])
    url = pep_of(world.pupils[0], autumn)
    lead, head = sign_in(Role.INCLUSION_LEAD), sign_in(Role.HEAD)
    empty = head.get(url)
    lead.post(url, {"held_on": "2026-11-12", "held_by": "R. Shah", "quality": ""})
    typed = {"held_on": "2026-11-13", "held_by": "M. Hill", "quality": ""}
    told = head.post(url, typed | seen(empty))
    assert "Somebody changed this while you had it open." in words(told)
    assert TermlyPEP.objects.get().held_by == "R. Shah"
    assert head.post(url, typed | seen(told)).status_code == 302
    assert TermlyPEP.objects.get().held_by == "M. Hill"


def test_who_came_into_care_later_owes_nothing_for_the_terms_before(world, sign_in):
    """History knows what was recorded when; the flag was ticked on 3 March 2026."""
    pupil, always = (comes_in_care(world.class_group, world.routes["formal"]) for _ in "ab")
    ticked_on(dt.date(2026, 3, 3), pupil)
    year = world.terms[0].year_id
    rows = rows_of(page_of(sign_in(Role.INCLUSION_LEAD), world, year=year))
    owes = {(who, term) for who, term in rows if term}
    autumn, spring, summer = map(str, world.terms[:3])
    assert owes == {
        *((str(always), term) for term in (autumn, spring, summer)),
        *((str(pupil), term) for term in (spring, summer)),
    }
    assert {row.standing for row in rows.values() if row.term} == {"late"}
    assert sign_in(Role.HEAD).get(pep_of(pupil, world.terms[0])).status_code == 404


def test_who_left_or_moved_owes_where_they_were_at_the_end_of_the_term(world, autumn, sign_in):
    left, moved = world.pupils[:2]
    in_care(left, moved)
    Placement.objects.filter(pupil=left).update(ends_on=dt.date(2026, 10, 30))
    Placement.objects.filter(pupil=moved).update(ends_on=dt.date(2026, 10, 30))
    PlacementFactory(
        pupil=moved,
        school=world.other_school,
        route=world.routes["formal"],
        starts_on=dt.date(2026, 10, 31),
    )
    in_care(world.arb_pupils[0])
    page = sign_in(Role.TRUST_LEAD).get(LIST)
    found = page.context["found"]
    assert page.context["soon"] == 2, "the pupil of the ARB counts once"
    owing = {each.place.name: [row.what for row in each.rows if row.term] for each in found}
    assert owing == {
        world.school.name: [str(world.arb_pupils[0])],
        world.arb.name: [str(world.arb_pupils[0])],
        world.other_school.name: [str(moved)],
    }


# --- Premiums --------------------------------------------------------------------------------


def test_a_head_writes_a_premium_from_what_was_received_to_what_it_brought(world, sign_in):
    pupils_with_premium(world, 6)
    head = sign_in(Role.HEAD)
    page = page_of(head, world)
    row = rows_of(page)["pupil", ""]
    assert (row.standing, row.due.on) == ("due", dt.date(2026, 12, 31))
    assert "not recorded" in words(page)
    typed = {"received": "£12,345.60", "published_on": "2026-11-20"}
    typed["published_at"] = "https://beacon.example/premium"
    done = head.post(plan_of(world, "premium_change"), typed, follow=True)
    assert "£0.00 spent of £12,345.60 received: £12,345.60 left to spend." in words(done)
    assert "Published on 20 November 2026" in words(done)
    activity = {
        "what": "Tutors for reading",
        "aim": "targeted",
        "planned": "10000.40",
        "spent": "9999.99",
        "intended": "Pupils read one more book band",
    }
    head.post(plan_of(world, "activity_add"), activity)
    page = words(head.post(plan_of(world, "activity_add"), activity | {"what": "B"}, follow=True))
    assert "£19,999.98 spent of £12,345.60 received: £7,654.38 overspent." in page
    assert "£20,000.80 is planned: £7,655.20 overplanned. Impact found for 0 of 2" in page
    second = PremiumActivity.objects.get(what="B")
    change = plan_of(world, "activity_change", second.pk)
    form = head.get(change)
    half = head.post(change, activity | {"impact": "Six of eight do"} | seen(form))
    assert wrong(half) == ["id_impact_on"]
    whole = activity | {"impact": "Six of eight do", "impact_on": "2026-11-19", "spent": "0"}
    page = words(head.post(change, whole | seen(form), follow=True))
    assert "£9,999.99 spent of £12,345.60 received: £2,345.61 left to spend." in page
    assert "Impact found for 1 of 2" in page
    assert rows_of(page_of(head, world))["pupil", ""].standing == "done"
    assert "Remove this?" in words(head.post(change, {"remove": "ask"}))
    head.post(change, {"remove": "yes"})
    assert PremiumActivity.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"received": ""}, "received"),
        ({"received": "-1"}, "received"),
        ({"received": "1.005"}, "received"),
        ({"received": "99999999999"}, "received"),
        ({"published_on": "2026-11-20"}, "published_at"),
        ({"published_at": "https://a.example/"}, "published_on"),
        ({"published_on": "2026-11-22", "published_at": "https://a.example/"}, "published_on"),
        ({"published_on": "2026-07-01", "published_at": "https://a.example/"}, "published_on"),
        ({"published_on": "2026-11-20", "published_at": "javascript:alert(1)"}, "published_at"),
    ],
)
def test_what_cannot_be_a_plan_is_refused(world, sign_in, typed, field):
    answer = sign_in(Role.HEAD).post(plan_of(world, "premium_change"), {"received": "5"} | typed)
    assert wrong(answer) == [f"id_{field}"]
    assert not PremiumPlan.objects.exists()


def test_an_aim_of_the_other_premium_is_refused(world, sign_in):
    head = sign_in(Role.HEAD)
    head.post(plan_of(world, "premium_change", premium="sport"), {"received": "16000"})
    typed = {"what": "Pool", "planned": "1", "spent": "0", "intended": "Swim"}
    url = plan_of(world, "activity_add", premium="sport")
    assert wrong(head.post(url, typed | {"aim": "targeted"})) == ["id_aim"]
    assert head.post(url, typed | {"aim": "range"}).status_code == 302


def test_a_statement_is_asked_for_more_than_five_pupils_with_premium(world, sign_in):
    pupils_with_premium(world, 5)
    head = sign_in(Role.HEAD)
    page = page_of(head, world)
    assert ("pupil", "") not in rows_of(page)
    assert ("sport", "") in rows_of(page), "Year 6 is among Years 1 to 6"
    assert "Record the Pupil premium" in words(page)
    pupils_with_premium(world, 1)
    assert ("pupil", "") in rows_of(page_of(head, world))


# --- Statutory assessments ------------------------------------------------------------------


def test_an_assessment_lead_confirms_a_date_and_says_what_is_done(world, sign_in, today):
    lead = sign_in(Role.ASSESSMENT_LEAD)
    page = page_of(lead, world)
    row = rows_of(page)["ks2-tests", ""]
    assert (row.due.on, row.due.sure, row.of) == (dt.date(2027, 5, 13), False, 5)
    assert "suggested; confirm it by the STA's timetable" in words(page)
    form = lead.get(date_of(world))
    sent = {"due_on": "2027-05-12", "note": "From the published timetable"}
    done = lead.post(date_of(world), sent | seen(form), follow=True)
    row = rows_of(done)["ks2-tests", ""]
    assert (row.due.on, row.due.sure, row.own_date) == (dt.date(2027, 5, 12), True, True)
    form = lead.get(date_of(world))
    sent |= {"done_on": "2026-11-20", "done_by": "A. Lead", "pupils": "4"}
    done = lead.post(date_of(world), sent | seen(form), follow=True)
    row = rows_of(done)["ks2-tests", ""]
    assert (row.standing, row.n, row.of, row.done_by) == ("done", 4, 5, "A. Lead")
    assert "4 of 5 on roll" in words(done)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"due_on": "2026-08-31"}, "due_on"),
        ({"done_on": "2026-11-20"}, "done_by"),
        ({"done_on": "2026-11-20", "done_by": "A"}, "pupils"),
        ({"done_by": "A", "pupils": "2"}, "done_on"),
        ({"done_on": "2026-11-20", "done_by": "A", "pupils": "6"}, "pupils"),
        ({"done_on": "2026-11-20", "done_by": "A", "pupils": "x"}, "pupils"),
        ({"done_on": "2026-11-22", "done_by": "A", "pupils": "1"}, "done_on"),
        ({"done_on": "2026-08-31", "done_by": "A", "pupils": "1"}, "done_on"),
    ],
)
def test_what_cannot_be_said_of_a_date_is_refused(world, sign_in, typed, field):
    answer = sign_in(Role.HEAD).post(date_of(world), typed)
    assert f"id_{field}" in wrong(answer)
    assert not StatutoryDeadline.objects.exists()


def test_reception_has_six_weeks_and_who_comes_later_their_own(world, sign_in):
    Term.objects.filter(pk=world.term.pk).update(starts_on=dt.date(2026, 9, 3))
    for starts in (dt.date(2026, 9, 3), dt.date(2026, 9, 3), dt.date(2026, 11, 2)):
        PlacementFactory(
            pupil=PupilFactory(born_on=dt.date(2022, 1, 9)),
            school=world.school,
            route=world.routes["formal"],
            starts_on=starts,
        )
    row = rows_of(page_of(sign_in(Role.HEAD), world))["reception-baseline", ""]
    assert row.due == (dt.date(2026, 10, 15), True)
    assert (row.standing, row.words, row.of) == ("late", "37 days late", 3)
    assert "1 of them started after the first day; the last is due by 14 December 2026." in row.who


# --- Who sees what ---------------------------------------------------------------------------


def test_only_those_who_answer_for_it_see_it(world, autumn, sign_in):
    in_care(world.pupils[0], world.arb_pupils[0])
    kept_out = (
        Role.TEACHER,
        Role.HOST_LINK,
        Role.GOVERNOR,
        Role.TRUSTEE,
        Role.TRUST_ADMIN,
        Role.MODERATOR,
        Role.QA_REVIEWER,
    )
    head = sign_in(Role.HEAD)
    head.post(plan_of(world, "premium_change"), {"received": "5"})
    urls = [
        LIST,
        reverse("compliance_file", args=["csv"]),
        reverse("compliance_school", args=[world.school.pk]),
        reverse("compliance_school_file", args=[world.school.pk, "xlsx"]),
        reverse("compliance_arb", args=[world.arb.pk]),
        reverse("compliance_arb_file", args=[world.arb.pk, "csv"]),
        plan_of(world),
        plan_of(world, "premium_change"),
        plan_of(world, "activity_add"),
        date_of(world),
        pep_of(world.pupils[0], autumn),
        pep_of(world.arb_pupils[0], autumn),
    ]
    assert [head.get(url).status_code for url in urls] == [200] * len(urls)
    for role in kept_out:
        client = sign_in(role)
        assert {client.get(url).status_code for url in urls} == {403}, role
        assert "Compliance" not in words(client.get("/", follow=True))


def test_each_writes_what_is_theirs(world, autumn, sign_in):
    in_care(world.pupils[0])
    sign_in(Role.HEAD).post(plan_of(world, "premium_change"), {"received": "5"})
    assessment, inclusion = sign_in(Role.ASSESSMENT_LEAD), sign_in(Role.INCLUSION_LEAD)
    assert assessment.get(plan_of(world)).status_code == 200
    for client, urls in (
        (assessment, [plan_of(world, "premium_change"), pep_of(world.pupils[0], autumn)]),
        (inclusion, [plan_of(world, "premium_change"), date_of(world)]),
    ):
        assert {client.get(url).status_code for url in urls} == {403}
        assert {client.post(url, {}).status_code for url in urls} == {403}
    page = words(page_of(assessment, world))
    assert "Record the" not in page
    assert reverse("pep", args=[world.pupils[0].pk, autumn.pk]) not in page


def test_the_head_of_an_arb_sees_its_peps_and_not_the_school(world, autumn, client):
    person = UserFactory()
    MembershipFactory(person=person, role=Role.HEAD, arb=world.arb)
    in_care(world.pupils[0], world.arb_pupils[0])
    client.force_login(person)
    page = client.get(LIST)
    assert [each.place.name for each in page.context["found"]] == [world.arb.name]
    theirs = client.get(reverse("compliance_arb", args=[world.arb.pk]))
    assert str(world.arb_pupils[0]) in words(theirs)
    typed = {"held_on": "2026-11-12", "held_by": "R. Shah", "quality": ""}
    saved = client.post(pep_of(world.arb_pupils[0], autumn), typed)
    assert saved.url.startswith(reverse("compliance_arb", args=[world.arb.pk]))
    for url in (
        reverse("compliance_school", args=[world.school.pk]),
        pep_of(world.pupils[0], autumn),
        plan_of(world),
        date_of(world),
    ):
        assert client.get(url).status_code == 404


# --- The list, files and cost ------------------------------------------------------------------


def test_the_trust_sees_what_is_late_first_and_takes_it_as_files(world, autumn, sign_in):
    """Worked by hand: 2025/26 is over, so each of its PEPs and dates is late or done."""
    pupil = comes_in_care(world.other_class, world.routes["formal"])
    lead = sign_in(Role.TRUST_LEAD)
    year = {"year": str(world.terms[0].year_id)}
    page = lead.get(LIST, year)
    first = page.context["found"][0]
    # In 2025/26 they are in Year 5: three PEPs and the report on PE and sport.
    assert (first.place.name, first.counts["late"]) == (world.other_school.name, 4)
    rows = list(
        csv.DictReader(
            StringIO(
                lead.get(reverse("compliance_file", args=["csv"]), year).content.decode("utf-8-sig")
            )
        )
    )
    assert {each["School or ARB"]: each["Late"] for each in rows} == {
        world.other_school.name: "4",
        world.school.name: "1",
        world.arb.name: "0",
    }
    url = reverse("compliance_school_file", args=[world.other_school.pk, "xlsx"])
    sheet = load_workbook(BytesIO(lead.get(url, year).content)).worksheets[0]
    texts = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[1] for row in texts].count(str(pupil)) == 3
    assert lead.get(reverse("compliance_file", args=["pdf"])).status_code == 404
    assert lead.get(LIST, {"year": "²", "lens": "odd"}).status_code == 200


def test_the_cost_is_the_same_for_few_and_many(world, autumn, sign_in, counted):
    lead = sign_in(Role.TRUST_LEAD)
    in_care(world.pupils[0])
    url = reverse("compliance_school", args=[world.school.pk])
    lead.get(url)
    with counted() as few:
        lead.get(url)
    with counted() as few_list:
        lead.get(LIST)
    pupils_with_premium(world, 30)
    in_care(*Pupil.objects.all())
    for pupil in Pupil.objects.filter(placements__school=world.school):
        TermlyPEP.objects.create(
            pupil=pupil, term=autumn, held_on=dt.date(2026, 11, 1), held_by="R. Shah"
        )
    plan = PremiumPlan.objects.create(
        school=world.school, year=autumn.year, premium="pupil", received=Decimal(1)
    )
    for number in range(20):
        PremiumActivity.objects.create(
            plan=plan, what=f"{number}", aim="wider", planned=Decimal(1), intended="More"
        )
    with counted() as many:
        lead.get(url)
    with counted() as many_list:
        lead.get(LIST)
    # One more in all: the activities of the plan that is there now.
    assert len(many) == len(few) + 1
    assert len(many_list) == len(few_list) + 1


def test_before_the_calendar_is_set_up_the_page_says_so(world, sign_in, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_: dt.date(2020, 1, 1))
    head = sign_in(Role.HEAD)
    assert "No school year has begun" in words(head.get(LIST))
    assert "No school year has begun" in words(page_of(head, world))
    assert head.get(reverse("compliance_file", args=["csv"])).status_code == 404
