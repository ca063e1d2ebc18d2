"""Plans, their outcomes, and termly targets, as the people write them who may."""

import datetime as dt

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from pupils.choices import TargetOutcome
from pupils.models import Outcome, Plan, TermlyTarget
from pupils.selectors.pupils import pupil_file
from pupils.services.plans import add_plan
from pupils.services.target_writing import TargetTexts, add_target
from schools.models import Term, Window
from tests.factories.pupils import OutcomeFactory, PlanFactory
from tests.pupils.conftest import seen, words, wrong
from tests.world import give_target


@pytest.fixture
def outcome(world):
    """An outcome of the first pupil's plan."""
    return OutcomeFactory(plan=PlanFactory(pupil=world.pupils[0]))


def typed(world, outcome, /, **other):
    return {
        "term": world.term.pk,
        "outcome": outcome.pk,
        "walt": "ask for help with a picture card",
        "wilf": "hands over the card in three of five sessions",
        "starting_point": "looks at the card",
        "next_step": "two cards",
    } | other


def test_an_inclusion_lead_writes_a_plan_with_an_outcome(world, sign_in):
    lead, pupil = sign_in(Role.INCLUSION_LEAD), world.pupils[0]
    asked = {"kind": "ehcp", "starts_on": "2026-09-01", "ends_on": ""}
    response = lead.post(reverse("plan_add", args=[pupil.pk]), asked, follow=True)
    assert "The plan is saved. Add its outcomes next." in words(response)
    plan = Plan.objects.get(pupil=pupil)
    assert (plan.kind, plan.starts_on, plan.ends_on) == ("ehcp", dt.date(2026, 9, 1), None)
    response = lead.post(
        reverse("outcome_add", args=[pupil.pk, plan.pk]),
        {"area": "cognition", "text": "Counts to five."},
        follow=True,
    )
    assert "Cognition and learning Counts to five." in words(response)
    outcome = Outcome.objects.get(plan=plan)
    change = reverse("outcome_change", args=[pupil.pk, outcome.pk])
    better = {"area": "cognition", "text": "Counts to ten."}
    lead.post(change, better | seen(lead.get(change)))
    change = reverse("plan_change", args=[pupil.pk, plan.pk])
    other = {"kind": "personal", "starts_on": "2026-09-01", "ends_on": "2027-07-21"}
    lead.post(change, other | seen(lead.get(change)))
    page = words(lead.get(reverse("pupil", args=[pupil.pk])))
    assert "Personal learning plan from 1 September 2026 until 21 July 2027" in page
    assert "Counts to ten." in page
    kept = apps.get_model("pupils", "OutcomeEvent").objects.get(pgh_obj=outcome)
    assert kept.text == "Counts to five."


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"kind": "wish"}, ["id_kind"]),
        ({"starts_on": ""}, ["id_starts_on"]),
        ({"ends_on": "2026-08-31"}, ["id_ends_on"]),
        ({"ends_on": "never"}, ["id_ends_on"]),
    ],
)
def test_a_wrong_plan_is_not_kept(world, sign_in, change, fields):
    pupil = world.pupils[0]
    asked = {"kind": "ehcp", "starts_on": "2026-09-01", "ends_on": ""} | change
    head = sign_in(Role.HEAD)
    assert wrong(head.post(reverse("plan_add", args=[pupil.pk]), asked)) == fields
    assert not Plan.objects.filter(pupil=pupil).exists()
    plan = PlanFactory(pupil=pupil)
    assert wrong(head.post(reverse("plan_change", args=[pupil.pk, plan.pk]), asked)) == fields
    assert Plan.objects.get(pupil=pupil).starts_on == plan.starts_on


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"area": ""}, ["id_area"]),
        ({"text": "  "}, ["id_text"]),
        ({"text": "x" * 401}, ["id_text"]),
    ],
)
def test_a_wrong_outcome_is_not_kept(world, sign_in, outcome, change, fields):
    head, pupil = sign_in(Role.HEAD), world.pupils[0]
    asked = {"area": "semh", "text": "Says how they feel."} | change
    response = head.post(reverse("outcome_add", args=[pupil.pk, outcome.plan_id]), asked)
    assert wrong(response) == fields
    response = head.post(reverse("outcome_change", args=[pupil.pk, outcome.pk]), asked)
    assert wrong(response) == fields
    assert [each.text for each in Outcome.objects.filter(plan=outcome.plan)] == [outcome.text]


def test_a_change_of_a_plan_replaces_only_what_was_seen(world, sign_in, outcome):
    head, lead, pupil = sign_in(Role.HEAD), sign_in(Role.INCLUSION_LEAD), world.pupils[0]
    plan = reverse("plan_change", args=[pupil.pk, outcome.plan_id])
    aim = reverse("outcome_change", args=[pupil.pk, outcome.pk])
    opened, opened_aim = seen(lead.get(plan)), seen(lead.get(aim))
    asked = {"kind": "personal", "starts_on": "2026-09-01", "ends_on": "2027-07-21"}
    text = {"area": "semh", "text": "Says how they feel."}
    for _ in range(2):  # the same again is no change
        assert head.post(plan, asked | opened).status_code == 302
        assert head.post(aim, text | opened_aim).status_code == 302
    page = words(lead.post(plan, asked | {"ends_on": ""} | opened))
    assert "Until 21 July 2027" in page
    response = lead.post(aim, text | {"text": "Names a feeling."} | opened_aim)
    assert "What stands now Area of need" in words(response)
    assert "Says how they feel." in words(response)
    assert "Names a feeling." in words(response)
    assert Plan.objects.get(pk=outcome.plan_id).ends_on == dt.date(2027, 7, 21)
    assert Outcome.objects.get(pk=outcome.pk).text == "Says how they feel."
    lead.post(aim, text | {"text": "Names a feeling."} | seen(response))
    assert Outcome.objects.get(pk=outcome.pk).text == "Names a feeling."


def test_a_teacher_writes_targets_but_no_plan(world, sign_in, outcome):
    teacher, pupil = sign_in(Role.TEACHER), world.pupils[0]
    for name, ids in (
        ("plan_add", [pupil.pk]),
        ("plan_change", [pupil.pk, outcome.plan_id]),
        ("outcome_add", [pupil.pk, outcome.plan_id]),
        ("outcome_change", [pupil.pk, outcome.pk]),
    ):
        assert teacher.get(reverse(name, args=ids)).status_code == 403
    url = reverse("target_add", args=[pupil.pk])
    for number in (1, 2, 3):
        asked = typed(world, outcome, next_step=f"{number} cards")
        response = teacher.post(url, asked, follow=True)
        assert f"Target {number} for Autumn 2026 is saved." in words(response)
    targets = TermlyTarget.objects.filter(pupil=pupil)
    assert [(t.position, t.term, t.outcome, t.judged, t.version) for t in targets] == [
        (number, world.term, outcome, None, 0) for number in (1, 2, 3)
    ]
    page = words(teacher.get(reverse("pupil", args=[pupil.pk])))
    assert "We are learning to (WALT) ask for help with a picture card" in page
    assert "What I'm looking for (WILF) hands over the card in three of five sessions" in page
    assert "Starting point looks at the card Next step 2 cards" in page


def test_a_place_that_became_free_is_filled_first(world, sign_in, outcome):
    pupil = world.pupils[0]
    teacher, url = sign_in(Role.TEACHER), reverse("target_add", args=[pupil.pk])
    for number in range(3):
        teacher.post(url, typed(world, outcome, next_step=f"{number} cards"))
    second = TermlyTarget.objects.get(pupil=pupil, position=2)
    response = teacher.post(reverse("target_remove", args=[pupil.pk, second.pk]), follow=True)
    assert "Target 2 for Autumn 2026 is removed." in words(response)
    teacher.post(url, typed(world, outcome, walt="wave goodbye"))
    assert [t.walt for t in TermlyTarget.objects.filter(pupil=pupil)][1] == "wave goodbye"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"walt": ""}, ["id_walt"]),
        ({"wilf": " "}, ["id_wilf"]),
        ({"walt": "x" * 301}, ["id_walt"]),
        ({"next_step": "x" * 301}, ["id_next_step"]),
        ({"starting_point": "a\x00b"}, ["id_starting_point"]),
        ({"outcome": ""}, ["id_outcome"]),
        ({"outcome": "999999"}, ["id_outcome"]),
        ({"term": "nonsense"}, ["id_term"]),
        ({"walt": "", "wilf": ""}, ["id_walt", "id_wilf"]),
    ],
)
def test_a_wrong_target_is_not_kept_and_nothing_typed_is_lost(
    world, sign_in, outcome, change, fields
):
    OutcomeFactory(plan=outcome.plan)  # with one outcome only there is nothing to choose
    pupil, teacher = world.pupils[0], sign_in(Role.TEACHER)
    asked = typed(world, outcome, **({"next_step": "typed and kept"} | change))
    response = teacher.post(reverse("target_add", args=[pupil.pk]), asked)
    assert wrong(response) == fields
    assert "typed and kept" in response.content.decode() or "next_step" in change
    assert not TermlyTarget.objects.filter(pupil=pupil).exists()


def test_outcomes_and_terms_of_others_are_not_taken(world, foreign, sign_in, outcome):
    other = OutcomeFactory(plan=PlanFactory(pupil=world.pupils[1]))
    url, teacher = reverse("target_add", args=[world.pupils[0].pk]), sign_in(Role.TEACHER)
    for change, field in (
        ({"outcome": other.pk}, "id_outcome"),
        ({"term": foreign.term.pk}, "id_term"),
        ({"term": world.terms[0].pk}, "id_term"),  # over, and its window shut
    ):
        assert wrong(teacher.post(url, typed(world, outcome, **change))) == [field]
    assert not TermlyTarget.objects.exists()


def test_the_next_term_can_be_planned(world, sign_in, outcome):
    spring = Term.objects.create(
        year=world.term.year,
        season="spring",
        starts_on=dt.date(2027, 1, 5),
        census_on=dt.date(2027, 1, 21),
        ends_on=dt.date(2027, 3, 27),
    )
    teacher, url = sign_in(Role.TEACHER), reverse("target_add", args=[world.pupils[0].pk])
    assert teacher.post(url, typed(world, outcome, term=spring.pk)).status_code == 302
    assert TermlyTarget.objects.get().term == spring


def test_a_judged_target_is_corrected_keeps_its_judgement_and_stays(world, sign_in):
    pupil, teacher = world.pupils[0], sign_in(Role.TEACHER)
    target = give_target(pupil, world.term)
    target.judged, target.judged_by = TargetOutcome.MET, world.people[Role.TEACHER]
    target.judged_at, target.version = timezone.now(), 7
    target.save()
    url = reverse("target_change", args=[pupil.pk, target.pk])
    form = words(teacher.get(url))
    assert "This target has been judged." in form
    assert "Remove this target" not in form
    response = teacher.post(
        url,
        typed(world, target.outcome, walt="ask for help with a word", seen=target.words_seen),
        follow=True,
    )
    assert "Target 1 for Autumn 2026 is saved." in words(response)
    assert "ask for help with a word" in words(response)
    now = TermlyTarget.objects.get(pk=target.pk)
    assert (now.walt, now.judged, now.version) == ("ask for help with a word", 3, 7)
    events = apps.get_model("pupils", "TermlyTargetEvent").objects.filter(pgh_obj=target)
    assert events.latest("pgh_id").walt == target.walt
    response = teacher.post(reverse("target_remove", args=[pupil.pk, target.pk]), follow=True)
    assert "This target has been judged, so it stays on the record." in words(response)
    # Nor is one removed whose judgement was taken back.
    TermlyTarget.objects.filter(pk=target.pk).update(judged=None, judged_by=None, judged_at=None)
    teacher.post(reverse("target_remove", args=[pupil.pk, target.pk]))
    assert TermlyTarget.objects.filter(pk=target.pk).exists()


def test_a_wrong_correction_changes_nothing(world, sign_in):
    pupil = world.pupils[0]
    target = give_target(pupil, world.term)
    url = reverse("target_change", args=[pupil.pk, target.pk])
    asked = typed(world, target.outcome, walt="", next_step="typed and kept")
    response = sign_in(Role.TEACHER).post(url, asked)
    assert wrong(response) == ["id_walt"]
    assert "typed and kept" in response.content.decode()
    assert TermlyTarget.objects.get(pk=target.pk).walt == target.walt


def test_a_target_is_not_removed_by_looking(world, sign_in):
    target = give_target(world.pupils[0], world.term)
    url = reverse("target_remove", args=[world.pupils[0].pk, target.pk])
    assert sign_in(Role.TEACHER).get(url).status_code == 405
    assert sign_in(Role.INCLUSION_LEAD).post(url).status_code == 403
    assert TermlyTarget.objects.filter(pk=target.pk).exists()


def test_without_an_outcome_or_a_term_it_is_said_who_makes_one(world, sign_in):
    pupil = world.pupils[0]
    url = reverse("target_add", args=[pupil.pk])
    teacher = words(sign_in(Role.TEACHER).get(url))
    assert "No outcome to work towards" in teacher
    assert "The inclusion lead or the head of the school writes plans" in teacher
    assert (
        f"{reverse('pupil', args=[pupil.pk])}#plan" in sign_in(Role.HEAD).get(url).content.decode()
    )
    assert sign_in(Role.TEACHER).post(url, {"walt": "x"}).status_code == 200
    give_target(world.pupils[0], world.terms[0])
    Window.objects.all().delete()
    Term.objects.filter(pk=world.term.pk).update(ends_on=dt.date(2026, 11, 1))
    assert "No term to plan for" in words(sign_in(Role.TEACHER).get(url))


def test_the_services_ask_for_themselves_who_may(world, outcome):
    teacher = world.access(Role.TEACHER)
    file = pupil_file(teacher, pupil_id=world.pupils[0].pk)
    assert file
    with pytest.raises(PermissionDenied):
        add_plan(
            by=teacher,
            file=file,
            facts={"kind": "ehcp", "starts_on": dt.date(2026, 9, 1), "ends_on": None},
        )
    lead = world.access(Role.INCLUSION_LEAD)
    file = pupil_file(lead, pupil_id=world.pupils[0].pk)
    assert file
    texts = TargetTexts(walt="a", wilf="b", starting_point="", next_step="")
    with pytest.raises(PermissionDenied):
        add_target(by=lead, file=file, outcome=outcome, term=world.term, texts=texts)
