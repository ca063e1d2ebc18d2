"""The editor of termly targets: written, changed, ordered and removed by who records."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.models import Note
from parrcs.core.access import Role
from pupils.choices import TargetOutcome
from pupils.models import TermlyTarget
from pupils.selectors.pupils import pupil_file
from pupils.selectors.targets import target_page
from schools.models import Term
from tests.factories.pupils import OutcomeFactory, PlanFactory, TermlyTargetFactory
from tests.pupils.conftest import words, wrong


@pytest.fixture
def outcome(world):
    """An outcome of the first pupil's plan, which began last year and holds."""
    return OutcomeFactory(plan=PlanFactory(pupil=world.pupils[0]))


@pytest.fixture
def spring(world):
    """The term that comes next."""
    return Term.objects.create(
        year=world.term.year,
        season="spring",
        starts_on=dt.date(2027, 1, 5),
        census_on=dt.date(2027, 1, 21),
        ends_on=dt.date(2027, 3, 27),
    )


def editor(pupil, term=None):
    return reverse("targets", args=[pupil.pk]) + (f"?term={term.pk}" if term else "")


def address(name, target):
    return reverse(name, args=[target.pupil_id, target.pk])


def typed(term, outcome, /, **other):
    return {
        "term": term.pk,
        "outcome": outcome.pk,
        "walt": "ask for help with a picture card",
        "wilf": "hands over the card in three of five sessions",
        "starting_point": "",
        "next_step": "",
    } | other


def test_this_term_stands_beside_the_last_one_that_has_targets(world, sign_in, outcome, spring):
    pupil = world.pupils[0]
    TermlyTargetFactory(outcome=outcome, term=world.terms[0], walt="from two terms before")
    # None in spring; summer is the last one before.
    met, missed = (
        TermlyTargetFactory(
            outcome=outcome,
            term=world.terms[2],
            position=position,
            judged=judged,
            comment=f"Judged {judged}.",
            next_step=f"after {position}",
        )
        for position, judged in ((1, TargetOutcome.MET), (2, TargetOutcome.PARTLY))
    )
    TermlyTargetFactory(outcome=outcome, term=world.terms[2], position=3)
    other = OutcomeFactory(plan=PlanFactory(pupil=pupil, ends_on=dt.date(2026, 8, 1)))
    page = sign_in(Role.TEACHER).get(editor(pupil))
    assert page.context["page"].term == world.term
    assert page.context["page"].before.term == world.terms[2]
    said = words(page)
    assert "Termly targets, Autumn 2026" in said
    assert "No targets for Autumn 2026 yet. Summer 2026: 1 of 2 judged targets met, 1 not" in said
    assert "Judged 3. Next step: after 1" in said
    assert "from two terms before" not in said
    assert other.text == outcome.text  # of a plan that has ended: it is not offered
    assert [group.outcome for group in page.context["page"].groups] == [outcome]
    # One of them is not judged yet: whether it is met is not known.
    assert "Carry forward 1 unmet" in said
    for target in (met, missed):
        assert address("target_carry", target) in page.content.decode()
    # The terms that have targets, and those that may be planned; nothing else.
    assert page.context["page"].terms == [world.terms[0], world.terms[2], world.term, spring]
    old = words(sign_in(Role.TEACHER).get(editor(pupil, world.terms[0])))
    assert "Autumn 2025 is over: nothing can be added to it." in old
    assert "Add a target" not in old
    assert sign_in(Role.TEACHER).get(editor(pupil) + "?term=999999").status_code == 404
    assert sign_in(Role.TEACHER).get(editor(pupil) + "?term=" + "9" * 40).status_code == 404


def test_a_target_is_added_and_changed_where_it_stands(world, sign_in, outcome):
    teacher, pupil = sign_in(Role.TEACHER), world.pupils[0]
    page = teacher.get(editor(pupil)).content.decode()
    (add,) = re.findall(r'href="([^"]+targets/new/[^"]+)"', page)
    form = teacher.get(add.replace("&amp;", "&"))
    assert "Add a termly target" in words(form)
    response = teacher.post(
        reverse("target_add", args=[pupil.pk]),
        # As browsers send it: each line end as two characters.
        typed(world.term, outcome, wilf="w" * 149 + "\r\n" + "w" * 150, next_step="😀" * 300),
    )
    target = TermlyTarget.objects.get()
    assert response.url == f"{editor(pupil, world.term)}#target-{target.pk}"
    assert target.wilf == "w" * 149 + "\n" + "w" * 150
    assert target.next_step == "😀" * 300
    form = teacher.get(address("target_change", target)).content.decode()
    assert "Up to 300 characters." in form
    assert 'data-most="300"' in form
    assert "maxlength" not in re.findall(r"<textarea[^>]*>", form)[0]
    seen = target.words_seen
    response = teacher.post(
        address("target_change", target),
        typed(world.term, outcome, walt="x" * 301, seen=seen),
    )
    assert wrong(response) == ["id_walt"]
    assert "This has 301 characters; at most 300 fit." in words(response)
    teacher.post(
        address("target_change", target), typed(world.term, outcome, walt="shorter", seen=seen)
    )
    assert TermlyTarget.objects.get().walt == "shorter"
    # What could be said better is said, and holds up nothing.
    assert "thoughts on the words" not in words(teacher.get(editor(pupil)))
    target.wilf = target.walt = "waves"
    target.save()
    assert "3 thoughts on the words" in words(teacher.get(editor(pupil)))


def test_the_same_form_sent_twice_makes_one_target(world, sign_in, outcome):
    teacher, url = sign_in(Role.TEACHER), reverse("target_add", args=[world.pupils[0].pk])
    answers = {teacher.post(url, typed(world.term, outcome)).url for _ in range(2)}
    assert len(answers) == 1
    assert TermlyTarget.objects.count() == 1


def test_two_who_change_one_target_see_each_others_words(world, sign_in, outcome):
    target = TermlyTargetFactory(outcome=outcome, term=world.term)
    seen = target.words_seen
    first, second = sign_in(Role.TEACHER), sign_in(Role.HEAD)
    url = address("target_change", target)
    first.post(url, typed(world.term, outcome, walt="by the teacher", seen=seen))
    response = second.post(url, typed(world.term, outcome, walt="by the head", seen=seen))
    said = words(response)
    assert "Somebody changed this target while you had it open." in said
    assert "What stands now WALT by the teacher" in said
    assert ">\nby the head</textarea>" in response.content.decode()
    assert TermlyTarget.objects.get().walt == "by the teacher"
    (now,) = re.findall(r'name="seen" value="(\w+)"', response.content.decode())
    second.post(url, typed(world.term, outcome, walt="by the head", seen=now))
    assert TermlyTarget.objects.get().walt == "by the head"
    # What both want needs no choice.
    response = first.post(url, typed(world.term, outcome, walt="by the head", seen=seen))
    assert response.status_code == 302


def test_targets_are_moved_among_those_of_their_outcome(world, sign_in, outcome):
    other = OutcomeFactory(plan=outcome.plan)
    first, between, last = (
        TermlyTargetFactory(outcome=towards, term=world.term, position=n, walt=f"no {n}")
        for n, towards in ((1, outcome), (2, other), (3, outcome))
    )
    teacher = sign_in(Role.TEACHER)

    def order():
        return list(TermlyTarget.objects.order_by("position").values_list("pk", flat=True))

    response = teacher.post(address("target_move", last), {"to": "up"}, follow=True)
    assert "The target was moved up." in words(response)
    assert order() == [last.pk, between.pk, first.pk]
    teacher.post(address("target_move", last), {"to": "up"})  # it is the first already
    assert order() == [last.pk, between.pk, first.pk]
    teacher.post(address("target_move", last), {"to": "down"})
    assert order() == [first.pk, between.pk, last.pk]
    # History tells of words, not of places.
    story = teacher.get(address("target_history", last)).context["story"]
    assert story.changes == []


def test_only_what_nothing_rests_on_is_removed(world, sign_in, outcome):
    teacher = sign_in(Role.TEACHER)
    plain, carried, noted = (
        TermlyTargetFactory(outcome=outcome, term=world.term, position=n) for n in (1, 2, 3)
    )
    TermlyTargetFactory(outcome=outcome, term=world.term, position=4, carried_from=carried)
    Note.objects.create(
        pupil=noted.pupil,
        target=noted,
        seen_on=dt.date(2026, 11, 2),
        text="Did it once.",
        written_by=world.people[Role.TEACHER],
    )
    for target, said in (
        (carried, "Another target goes on from this one, so it stays on the record."),
        (noted, "There are notes on this target, so it stays on the record. Retire it."),
        (plain, "Target 1 for Autumn 2026 is removed."),
    ):
        assert said in words(teacher.post(address("target_remove", target), follow=True))
    assert list(TermlyTarget.objects.values_list("position", flat=True)) == [2, 3, 4]
    page = teacher.get(editor(world.pupils[0])).content.decode()
    assert address("target_remove", carried) not in page


def test_who_sees_the_pupil_reads_and_only_who_records_writes(world, sign_in, outcome):
    target = TermlyTargetFactory(outcome=outcome, term=world.term, walt="read by all who may")
    lead = sign_in(Role.INCLUSION_LEAD)
    page = lead.get(editor(world.pupils[0]))
    assert "read by all who may" in words(page)
    for action in ("Judge", "Change", "Add a target", "More"):
        assert f">{action}<" not in page.content.decode()
    assert lead.get(address("target_history", target)).status_code == 200
    for name in (
        "target_change", "target_carry", "target_split", "target_retire", "target_judge",
        "target_comment",
    ):  # fmt: skip
        assert lead.get(address(name, target)).status_code == 403
        assert lead.post(address(name, target)).status_code == 403
    for name in ("target_move", "target_remove", "target_restore"):
        assert lead.post(address(name, target)).status_code == 403
    for name in ("target_add", "targets_carry", "target_bank"):
        assert lead.get(reverse(name, args=[world.pupils[0].pk])).status_code == 403
    assert sign_in(Role.GOVERNOR).get(editor(world.pupils[0])).status_code == 403


def test_nothing_to_write_for_is_told_with_who_makes_it(world, sign_in):
    pupil, teacher = world.pupils[0], sign_in(Role.TEACHER)
    assert "No outcome to work towards" in words(teacher.get(editor(pupil)))
    old = OutcomeFactory(plan=PlanFactory(pupil=pupil, ends_on=dt.date(2026, 7, 1)))
    target = TermlyTargetFactory(outcome=old, term=world.terms[2], judged=2, walt="of the old plan")
    page = words(teacher.get(editor(pupil)))
    assert "this plan does not hold in Autumn 2026" in page
    assert "of the old plan" in page
    for url in (
        reverse("target_add", args=[pupil.pk]),
        address("target_carry", target),
        address("target_split", target),
        reverse("targets_carry", args=[pupil.pk]),
    ):
        assert "No outcome to work towards" in words(teacher.get(url))


def test_hints_come_while_one_types(world, sign_in):
    url = reverse("target_hints", args=[world.pupils[0].pk])
    teacher = sign_in(Role.TEACHER)
    said = words(teacher.post(url, {"walt": "count to ten", "wilf": "counts"}))
    assert "When, or for how long?" in said
    assert "WILF says nearly the same as WALT." in said
    assert teacher.post(url, {"walt": "a\x00", "wilf": "x" * 4000}).status_code == 200
    assert teacher.get(url).status_code == 405


def test_the_editor_costs_the_same_however_much_is_in_it(world, sign_in, outcome, counted):
    teacher, url = sign_in(Role.TEACHER), editor(world.pupils[0])
    TermlyTargetFactory(outcome=outcome, term=world.term)
    TermlyTargetFactory(outcome=outcome, term=world.terms[2])
    teacher.get(url)
    with counted() as few:
        teacher.get(url)
    for n in range(2, 30):
        towards = OutcomeFactory(plan=outcome.plan)
        last = TermlyTargetFactory(outcome=towards, term=world.terms[2], position=n)
        TermlyTargetFactory(
            outcome=towards,
            term=world.term,
            position=n,
            carried_from=last,
            judged=2,
            judged_by=world.people[Role.TEACHER],
            judged_at=timezone.now(),
            retired_on=dt.date(2026, 11, 1) if n % 3 else None,
            retired_because="Done." if n % 3 else "",
        )
    with counted() as many:
        teacher.get(url)
    assert len(few) == len(many)
    own = [query for query in many if " FROM " in query["sql"]]
    assert len(own) <= 14  # with the session, the person and their memberships


def test_a_leavers_later_targets_are_not_shown(world, sign_in, outcome):
    pupil = world.pupils[0]
    TermlyTargetFactory(outcome=outcome, term=world.terms[1], walt="while here")
    TermlyTargetFactory(outcome=outcome, term=world.term, walt="after leaving")
    pupil.placements.update(ends_on=dt.date(2026, 7, 1))
    head = world.access(Role.HEAD)
    page = target_page(head, file=pupil_file(head, pupil_id=pupil.pk), term_id=None)
    assert [target.walt for target in page.now.targets] == ["while here"]
    assert "after leaving" not in words(sign_in(Role.HEAD).get(editor(pupil)))
