"""What schools owe by law, and how it is done: premiums and statutory assessments."""

import datetime as dt

import pytest
from django.utils import timezone

from parrcs.core.access import Role
from pupils.models import Pupil
from schools.models import PremiumActivity, PremiumPlan, StatutoryDeadline, Term
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.pupils.conftest import seen, words, wrong
from tests.pupils.owing import date_of, page_of, plan_of, pupils_with_premium, rows_of

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


def test_an_assessment_lead_confirms_a_date_and_says_what_is_done(world, sign_in, monkeypatch):
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
    monkeypatch.setattr(timezone, "localdate", lambda *_: dt.date(2027, 5, 20))
    form = lead.get(date_of(world))
    sent |= {"done_on": "2027-05-11", "done_by": "A. Lead", "pupils": "4"}
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
        ({"done_on": "2026-11-20", "done_by": "A", "pupils": "1"}, "done_on"),
        (
            {
                "due_on": "2026-11-20",
                "done_on": "2026-11-20",
                "done_by": "A",
                "pupils": "6",
            },
            "pupils",
        ),
        ({"done_on": "2026-11-20", "done_by": "A", "pupils": "x"}, "pupils"),
        ({"done_on": "2026-11-22", "done_by": "A", "pupils": "1"}, "done_on"),
        ({"done_on": "2026-08-31", "done_by": "A", "pupils": "1"}, "done_on"),
    ],
)
def test_what_cannot_be_said_of_a_date_is_refused(world, sign_in, typed, field):
    answer = sign_in(Role.HEAD).post(date_of(world), typed)
    assert f"id_{field}" in wrong(answer)
    assert not StatutoryDeadline.objects.exists()


@pytest.mark.parametrize(
    ("rule", "due_on", "too_early", "first_day"),
    [
        # By the usual dates: Thursday 13 May and Friday 18 June 2027; four and five days, or two
        # weeks, from a Monday on.
        ("ks2-tests", "", "2027-05-09", "2027-05-10"),
        ("phonics-check", "", "2027-06-13", "2027-06-14"),
        ("tables-check", "", "2027-06-06", "2027-06-07"),
        # A date of the school's own stands in place of what is only suggested.
        ("ks2-tests", "2027-05-06", "2027-05-02", "2027-05-03"),
        ("ks2-tests", "2027-05-20", "2027-05-16", "2027-05-17"),
        # Not before the summer term.
        ("ks2-judgements", "", "2027-03-31", "2027-04-01"),
    ],
)
def test_nothing_is_done_before_its_window_opens(
    world, sign_in, monkeypatch, rule, due_on, too_early, first_day
):
    monkeypatch.setattr(timezone, "localdate", lambda *_: dt.date(2027, 6, 30))
    pupils = Pupil.objects.filter(pk__in=[each.pk for each in world.pupils])
    born_in = {"phonics-check": 2020, "tables-check": 2017}.get(rule, 2015)
    pupils.update(born_on=dt.date(born_in + 1, 3, 14))
    lead = sign_in(Role.ASSESSMENT_LEAD)
    typed = {"due_on": due_on, "done_by": "A. Lead", "pupils": "1"}
    early = lead.post(date_of(world, rule), {**typed, "done_on": too_early})
    assert wrong(early) == ["id_done_on"]
    first = dt.date.fromisoformat(first_day)
    assert f"It cannot be done before {first.day} {first:%B %Y}." in words(early)
    assert not StatutoryDeadline.objects.exists()
    saved = lead.post(date_of(world, rule), {**typed, "done_on": first_day})
    assert saved.status_code == 302
    assert StatutoryDeadline.objects.get().done_on == first


def test_assessments_count_the_registered_roll_through_either_lens(world, sign_in):
    head, whole = sign_in(Role.HEAD), len(world.pupils) + len(world.arb_pupils)
    for lens in ("registered", "taught"):
        row = rows_of(page_of(head, world, lens=lens))["ks2-tests", ""]
        assert row.of == whole, lens


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
