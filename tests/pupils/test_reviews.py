"""Annual reviews: setting the day, the steps that follow, and the page of all that is due."""

import datetime as dt

import pytest
from django.urls import reverse

from parrcs.core.access import Role
from pupils.models import AnnualReview, Plan, ReviewAdvice, ReviewStep
from pupils.selectors import review_forms
from tests.factories.pupils import PlacementFactory, PlanFactory, PupilFactory
from tests.pupils.conftest import seen, words, wrong
from tests.pupils.pages import page_of

DAY = dt.date


def url(name, pupil, *more):
    return reverse(name, args=[pupil.pk, *more])


@pytest.fixture
def lead(sign_in):
    return sign_in(Role.INCLUSION_LEAD)


@pytest.fixture
def pupil(world):
    return world.pupils[0]


@pytest.fixture
def plan(pupil):
    return PlanFactory(pupil=pupil, starts_on=DAY(2025, 11, 1))


def review_of(plan, meets_on, **more):
    return AnnualReview.objects.create(
        plan=plan,
        pupil=plan.pupil,
        meets_on=meets_on,
        school_year=meets_on.year - (meets_on.month < 9),
        form="default",
        **more,
    )


def done(review, world, **days):
    who = world.people[Role.INCLUSION_LEAD]
    for step, day in days.items():
        ReviewStep.objects.create(review=review, step=step, done_on=day, done_by=who)


def meeting(**more):
    return {"meets_on": "2026-12-08", "form": "default", **more}


def test_a_day_is_set_and_the_steps_are_marked_one_by_one(pupil, plan, lead, world):
    page = words(lead.get(url("pupil_reviews", pupil)))
    assert "The next review is to be held by 1 November 2026 and has no day yet." in page
    shown = lead.post(url("review_add", pupil, plan.pk), meeting(), follow=True)
    page = words(shown)
    # By hand: two weeks before; 2, 4 and 12 weeks after 8 December 2026.
    for said in (
        "Papers sent due 24 November 2026",
        "Report sent due 22 December 2026",
        "Decision of the LA due 5 January 2027",
        "Final plan due 2 March 2027",
        # The day set is after the year was over.
        "Next: Meeting held, due 1 November 2026, 20 days late.",
    ):
        assert said in page
    review = AnnualReview.objects.get()
    step = {name: url("review_step", pupil, review.pk, name) for name in ("papers", "meeting")}
    assert wrong(lead.post(step["papers"], {"done_on": "2026-11-22"})) == ["id_done_on"]
    page = words(lead.post(step["papers"], {"done_on": "2026-11-10"}, follow=True))
    assert "done 10 November 2026 noted by Harbour inclusion lead" in page
    # It was held earlier than planned: all that follows is counted from there.
    page = words(lead.post(step["meeting"], {"done_on": "2026-11-20"}, follow=True))
    assert "Annual review, 20 November 2026" in page
    assert "done 20 November 2026, 19 days late" in page
    assert "Report sent due 4 December 2026" in page
    decided = url("review_step", pupil, review.pk, "decision")
    assert wrong(lead.post(decided, {"done_on": "2026-11-21"})) == ["id_decision"]
    page = words(lead.post(decided, {"done_on": "2026-11-21", "decision": "keep"}, follow=True))
    assert "This review is over: plan stays as it is." in page
    assert "so no final plan follows" in page
    assert lead.get(url("review_step", pupil, review.pk, "final")).status_code == 404
    page = words(lead.post(decided, seen(lead.get(decided)), follow=True))
    assert "Final plan due 12 February 2027" in page
    assert {each.step: each.done_by for each in ReviewStep.objects.all()} == dict.fromkeys(
        ("papers", "meeting"), world.people[Role.INCLUSION_LEAD]
    )


def test_what_cannot_be_is_said_and_nothing_is_stored(pupil, plan, lead, world):
    add = url("review_add", pupil, plan.pk)
    for typed, field in (
        ({}, "id_meets_on"),
        ({"meets_on": "2025-11-01"}, "id_meets_on"),
        ({"meets_on": "2026-12-08", "transfer": "phase"}, "id_transfer_year"),
        ({"meets_on": "2026-12-08", "transfer_year": "2027"}, "id_transfer_year"),
        (
            {"meets_on": "2026-12-08", "transfer": "phase", "transfer_year": "2025"},
            "id_transfer_year",
        ),
        (
            {"meets_on": "2026-12-08", "transfer": "phase", "transfer_year": "2026"},
            "id_transfer_year",
        ),
        ({"meets_on": "2026-12-08", "transfer": "x"}, "id_transfer"),
        ({"meets_on": "2026-12-08", "form": "none"}, "id_form"),
    ):
        assert wrong(lead.post(add, {"form": "default", **typed})) == [field], typed
    assert not AnnualReview.objects.exists()
    review = review_of(plan, DAY(2026, 10, 20))
    again = lead.post(add, meeting())
    assert wrong(again) == ["id_meets_on"]
    assert "This plan has a review on 20 October 2026 already." in words(again)
    done(review, world, papers=DAY(2026, 10, 6), report=DAY(2026, 10, 25))
    change = url("review_change", pupil, review.pk)
    mark = seen(lead.get(change))
    late = lead.post(change, {**mark, "meets_on": "2026-10-26", "form": "default"})
    assert "Report sent: on 25 October 2026, which is before the meeting" in words(late)
    early = lead.post(change, {**mark, "meets_on": "2026-10-01", "form": "default"})
    assert "Papers go out before the meeting" in words(early)
    held = url("review_step", pupil, review.pk, "meeting")
    assert wrong(lead.post(held, {"done_on": "2026-10-26"})) == ["id_done_on"]
    removed = lead.post(change, {"remove": "yes"})
    assert "Something of it is done or received, so it stays." in words(removed)
    review.refresh_from_db()
    assert review.meets_on == DAY(2026, 10, 20)
    ReviewStep.objects.all().delete()
    assert "The review is removed." in words(lead.post(change, {"remove": "yes"}, follow=True))
    assert not AnnualReview.objects.exists()
    support = PlanFactory(pupil=pupil, kind="sen_support")
    assert lead.get(url("review_add", pupil, support.pk)).status_code == 404


def test_a_transfer_and_the_held_meeting_in_another_year(pupil, plan, lead):
    more = {"transfer": "phase", "transfer_year": "2027", "meets_on": "2026-12-10"}
    shown = lead.post(url("review_add", pupil, plan.pk), meeting(**more), follow=True)
    assert "Final plan due 15 February 2027" in words(shown)
    review = AnnualReview.objects.get()
    AnnualReview.objects.update(transfer_year=2026)
    # The move is past by the day it was held: said at the day, with no fault of the server.
    Plan.objects.update(starts_on=DAY(2024, 1, 1))
    AnnualReview.objects.update(transfer_year=2025, meets_on=DAY(2025, 3, 1))
    held = url("review_step", pupil, review.pk, "meeting")
    assert wrong(lead.post(held, {"done_on": "2026-11-20"})) == ["id_done_on"]


def test_a_plan_that_the_la_ends_asks_for_no_further_review(pupil, plan, lead, world):
    review = review_of(plan, DAY(2026, 10, 20), decision="cease")
    done(review, world, meeting=DAY(2026, 10, 20), decision=DAY(2026, 11, 2))
    page = words(lead.get(url("pupil_reviews", pupil)))
    assert "The LA has decided that this plan ends. Enter its last day" in page
    assert "next review" not in page
    assert "Set the day of the review" not in words(lead.get(reverse("annual_reviews")))


def test_two_people_at_one_step_are_told_of_each_other(pupil, plan, lead):
    review = review_of(plan, DAY(2026, 10, 20))
    decided = url("review_step", pupil, review.pk, "decision")
    both_saw = seen(lead.get(decided))
    first = {"done_on": "2026-11-02", "decision": "amend", **both_saw}
    lead.post(decided, first)
    second = lead.post(decided, {"done_on": "2026-11-09", "decision": "keep", **both_saw})
    assert "Somebody changed this while you had it open." in words(second)
    assert "2 November 2026" in words(second)
    review.refresh_from_db()
    assert review.decision == "amend"
    # What was sent twice is said once, and who has seen the other may put theirs in its place.
    lead.post(decided, first)
    lead.post(decided, {"done_on": "2026-11-09", "decision": "keep", **seen(second)})
    assert ReviewStep.objects.get().done_on == DAY(2026, 11, 9)


def test_views_symbols_and_advice_are_written_for_the_pack(pupil, plan, lead):
    review = review_of(plan, DAY(2026, 12, 8))
    views = url("review_views", pupil, review.pk)
    said = {
        "pupil_views": "I like the swing.",
        "symbols": ["happy", "friends"],
        "family_views": "Sleeps well now.",
        "recommendations": "Amend outcome two.",
    }
    mark = seen(lead.get(views))
    page = words(lead.post(views, {**said, **mark}, follow=True))
    assert "I like the swing. Happy With friends" in page
    assert "Sleeps well now." in page
    assert wrong(lead.post(views, {**said, "symbols": ["none"]})) == ["id_symbols_0"]
    stale = lead.post(views, {**said, **mark, "family_views": "Other"})
    assert "Somebody changed this" in words(stale)
    assert "Happy, With friends" in words(stale)
    add = url("advice_add", pupil, review.pk)
    advice = {"source": "Speech therapist", "received_on": "2026-11-20", "words": "More signs."}
    assert wrong(lead.post(add, {**advice, "received_on": "2026-11-22"})) == ["id_received_on"]
    assert wrong(lead.post(add, {})) == ["id_source", "id_received_on", "id_words"]
    assert "Speech therapist 20 November 2026 More signs." in words(
        lead.post(add, advice, follow=True)
    )
    row = ReviewAdvice.objects.get()
    change = url("advice_change", pupil, review.pk, row.pk)
    lead.post(change, {**advice, **seen(lead.get(change)), "words": "Fewer signs."})
    row.refresh_from_db()
    assert row.words == "Fewer signs."
    lead.post(change, {"remove": "yes"})
    assert not ReviewAdvice.objects.exists()


def test_the_page_says_what_is_late_first_and_how_many_were_in_time(world, lead, sign_in):
    one, two, three = world.pupils
    arb = world.arb_pupils[0]
    # Never reviewed: by 1 September 2026, so 81 days late on 21 November.
    PlanFactory(pupil=one, starts_on=DAY(2025, 9, 1))
    # Held on 20 October; the report was due on 3 November, 18 days ago.
    held = review_of(PlanFactory(pupil=two, starts_on=DAY(2025, 11, 1)), DAY(2026, 10, 20))
    done(held, world, papers=DAY(2026, 10, 6), meeting=DAY(2026, 10, 20))
    # Papers due tomorrow.
    review_of(PlanFactory(pupil=three, starts_on=DAY(2026, 1, 1)), DAY(2026, 12, 6))
    # Reviewed last year, all over but for the papers nobody noted; the next by 1 May 2027.
    over = review_of(PlanFactory(pupil=arb, starts_on=DAY(2025, 4, 1)), DAY(2026, 5, 1))
    done(over, world, meeting=DAY(2026, 5, 1), final=DAY(2026, 7, 24))
    # Ended, to come, another kind, another school.
    PlanFactory(pupil=one, starts_on=DAY(2024, 9, 1), ends_on=DAY(2025, 8, 31))
    PlanFactory(pupil=one, starts_on=DAY(2026, 12, 1))
    PlanFactory(pupil=one, kind="sen_support")
    PlanFactory(pupil=world.other_pupils[0])
    page = words(lead.get(reverse("annual_reviews")))
    assert "2 steps late, 1 due in the next four weeks." in page
    assert "1 of 4 plans without a review for more than twelve months." in page
    # Papers and meeting of 20 October in time; report and decision (by 17 November) not.
    assert "2 of 4 steps of this school year done in time." in page
    late, soon, later = (
        page.index(text) for text in ("Late 2", "Due in the next four weeks 1", "Due later 1")
    )
    rows = [page.index(f"{each.last_name}, {each.first_name}") for each in (one, two, three, arb)]
    assert late < rows[0] < rows[1] < soon < rows[2] < later < rows[3]
    assert "1 September 2026 81 days late Set the day of the review" in page
    assert "3 November 2026 18 days late Report sent" in page
    assert "22 November 2026 in 1 day Papers sent" in page
    assert world.other_pupils[0].last_name not in page
    # A class of it; one that is not there.
    narrowed = words(lead.get(reverse("annual_reviews"), {"group": world.arb_class.pk}))
    assert "Nothing is late. 0 of 1 plan without a review" in narrowed
    missing = words(lead.get(reverse("annual_reviews"), {"group": world.other_class.pk}))
    assert "There is no such class here. All classes are shown." in missing
    assert "2 steps late" in missing
    # The class teacher sees those of the class.
    mine = words(sign_in(Role.TEACHER).get(reverse("annual_reviews")))
    assert "1 of 3 plans without a review" in mine
    assert arb.last_name not in mine


def test_a_plan_whose_review_runs_over_a_year_is_due_again(world, pupil, lead):
    """The last steps of one review do not hide that the next has to be set."""
    plan = PlanFactory(pupil=pupil, starts_on=DAY(2024, 12, 1))
    review = review_of(plan, DAY(2025, 11, 30))
    done(review, world, papers=DAY(2025, 11, 16), meeting=DAY(2025, 11, 30))
    page = words(lead.get(reverse("annual_reviews")))
    assert "14 December 2025 342 days late Report sent and 2 more late" in page
    assert "30 November 2026 in 9 days Set the day of the review" in page


def test_each_reads_what_is_theirs(world, foreign, sign_in, pupil, plan):
    review = review_of(plan, DAY(2026, 12, 8))
    in_arb = review_of(PlanFactory(pupil=world.arb_pupils[0]), DAY(2026, 12, 8))
    pages = [
        url("pupil_reviews", pupil),
        url("review", pupil, review.pk),
        url("review_pack", pupil, review.pk),
        reverse("annual_reviews"),
    ]
    readers = (Role.TEACHER, Role.ASSESSMENT_LEAD, Role.INCLUSION_LEAD, Role.HEAD, Role.TRUST_LEAD)
    for role in readers:
        assert [sign_in(role).get(page).status_code for page in pages] == [200] * 4
    for role in set(Role) - set(readers):
        assert {sign_in(role).get(page).status_code for page in pages} <= {403, 404}
    host = sign_in(Role.HOST_LINK)
    arb = world.arb_pupils[0]
    assert host.get(page_of(arb)).status_code == 200
    assert "Annual reviews" not in words(host.get(page_of(arb)))
    for name in ("review", "review_pack"):
        assert host.get(url(name, arb, in_arb.pk)).status_code == 403
    teacher = sign_in(Role.TEACHER)
    assert teacher.get(url("review", arb, in_arb.pk)).status_code == 404
    assert teacher.get(url("review", pupil, in_arb.pk)).status_code == 404
    for role in (Role.TEACHER, Role.ASSESSMENT_LEAD):
        client = sign_in(role)
        for address in (
            url("review_add", pupil, plan.pk),
            url("review_change", pupil, review.pk),
            url("review_views", pupil, review.pk),
            url("review_step", pupil, review.pk, "papers"),
            url("advice_add", pupil, review.pk),
        ):
            assert client.post(address, {"done_on": "2026-11-20"}).status_code == 403
    assert not ReviewStep.objects.exists()
    assert sign_in(Role.HEAD).get(url("review_views", pupil, review.pk)).status_code == 200


def test_thirty_pupils_cost_as_many_queries_as_two(world, lead, counted):
    def add():
        pupil = PupilFactory()
        PlacementFactory(
            pupil=pupil,
            school=world.school,
            class_group=world.class_group,
            route=world.routes["formal"],
        )
        review = review_of(PlanFactory(pupil=pupil), DAY(2026, 10, 20))
        done(review, world, papers=DAY(2026, 10, 6))

    def cost():
        with counted() as queries:
            page = lead.get(reverse("annual_reviews"))
        assert page.status_code == 200
        return len(queries)

    add(), add()
    lead.get(reverse("annual_reviews"))
    before = cost()
    for _ in range(28):
        add()
    assert cost() == before


def test_the_forms_that_come_with_it_are_whole():
    forms = review_forms.review_forms()
    assert list(forms) == ["default", "short"]
    assert {each.block for each in forms["default"].sections} == set(review_forms.ReviewBlock)
    assert review_forms.form_of_authority("998") == "short"
    assert review_forms.form_of_authority("") == "default"
    assert review_forms.review_form("gone").id == "default"


GOOD = """
id: one
name: One
authorities: ["201"]
sections:
  - {id: a, title: A, block: outcomes, guidance: G}
"""


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("block: outcomes", "block: photos", "no building block “photos”. There are: pupil,"),
        ("guidance: G", "colour: red", "sections.1.colour: Extra inputs are not permitted"),
        ("title: A, ", "", "sections.1.title: Field required"),
        ('["201"]', "[Kernow]", "authorities.1: "),
        ("id: a,", "id: A b,", "sections.1.id: "),
        ("  - {", "  - {id: a, title: B, block: needs}\n  - {", "the sections a stand here twice"),
        ("id: one", "id: [one", "this is no YAML"),
        ("name: One", "", "name: Field required"),
    ],
)  # fmt: skip
def test_a_form_with_a_fault_is_told_with_its_place(was, becomes, told):
    assert review_forms.read_review_form(source="a.yaml", text=GOOD).sections[0].guidance == "G"
    with pytest.raises(review_forms.ReviewFormError, match=r"^a\.yaml: ") as raised:
        review_forms.read_review_form(source="a.yaml", text=GOOD.replace(was, becomes, 1))
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a": GOOD, "b": GOOD}, "b.yaml: another file has the id one too"),
        ({"a": GOOD}, "one form has no authorities"),
    ],
)
def test_forms_that_do_not_go_together_are_told(files, told, tmp_path, monkeypatch):
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    monkeypatch.setattr(review_forms, "_FOLDER", tmp_path)
    with pytest.raises(review_forms.ReviewFormError, match=told):
        review_forms.review_forms.__wrapped__()
