"""How termly targets go on or end: carried forward, split, retired, and what their history says."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from assessment.selectors.coverage import coverage
from parrcs.core.access import Role
from pupils.choices import TargetOutcome
from pupils.models import TermlyTarget
from pupils.selectors.pupils import pupil_file
from pupils.services.target_writing import TargetRefused, TargetTexts, add_target
from tests.factories.pupils import OutcomeFactory, PlanFactory, TermlyTargetFactory
from tests.pupils.conftest import words, wrong
from tests.pupils.test_targets import address, editor, typed


@pytest.fixture
def outcome(world):
    """An outcome of the first pupil's plan, which began last year and holds."""
    return OutcomeFactory(plan=PlanFactory(pupil=world.pupils[0]))


@pytest.fixture
def summer(world, outcome):
    """The first pupil's targets of summer 2026: met, partly, not judged, and retired."""
    return [
        TermlyTargetFactory(
            outcome=outcome,
            term=world.terms[2],
            position=position,
            walt=f"walt {position}",
            wilf=f"wilf {position}",
            starting_point=f"start {position}",
            next_step=f"next {position}",
            **more,
        )
        for position, more in enumerate[dict[str, Any]](
            (
                {"judged": TargetOutcome.MET},
                {"judged": TargetOutcome.PARTLY, "comment": "With one adult."},
                {},
                {"retired_on": dt.date(2026, 6, 1), "retired_because": "Moved class."},
            ),
            start=1,
        )
    ]


def now_of(world):
    return list(TermlyTarget.objects.filter(term=world.term).order_by("position"))


def test_all_unmet_targets_are_carried_forward_after_a_look(world, sign_in, summer):
    teacher, pupil = sign_in(Role.TEACHER), world.pupils[0]
    url = reverse("targets_carry", args=[pupil.pk])
    page = teacher.get(f"{url}?term={world.term.pk}")
    assert [target for target, _ in page.context["ready"]] == summer[1:3]
    assert "Starting point Partly in Summer 2026: With one adult." in words(page)
    # Whether one is met that nobody has judged is not known, so it is not ticked.
    assert page.context["form"].ticked == {str(summer[1].pk)}
    assert "Target 3 of Summer 2026: not judged yet" in words(page)
    assert "Carry forward 1 unmet" in words(teacher.get(editor(pupil)))
    assert now_of(world) == []
    nothing = teacher.post(url, {"term": world.term.pk})
    assert wrong(nothing) == ["id_targets"]
    assert "Tick at least one target." in words(nothing)
    for bad in (summer[0].pk, summer[3].pk, "x"):  # met, retired, no target at all
        assert wrong(teacher.post(url, {"term": world.term.pk, "targets": [bad]}))
    assert now_of(world) == []
    asked = {"term": world.term.pk, "targets": [each.pk for each in summer[1:3]]}
    response = teacher.post(url, asked, follow=True)
    assert "2 targets are carried into Autumn 2026." in words(response)
    partly, unjudged = now_of(world)
    assert (partly.walt, partly.wilf, partly.next_step) == ("walt 2", "wilf 2", "next 2")
    assert partly.starting_point == "Partly in Summer 2026: With one adult."
    assert (unjudged.walt, unjudged.starting_point) == ("walt 3", "start 3")
    assert [each.carried_from for each in (partly, unjudged)] == summer[1:3]
    assert {(each.judged, each.comment, each.version) for each in now_of(world)} == {(None, "", 0)}
    # Sent again, and looked at again: they go on already.
    assert "Nothing to carry forward" in words(teacher.post(url, asked))
    assert len(now_of(world)) == 2
    said = words(teacher.get(editor(pupil)))
    assert "goes on from target 2 of Summer 2026" in said
    assert "Goes on as target 1" in said


def test_one_target_goes_on_whole_or_changed(world, sign_in, summer, outcome):
    teacher = sign_in(Role.TEACHER)
    url = address("target_carry", summer[0])
    form = teacher.get(f"{url}?into={world.term.pk}").context["form"]
    # It was met: its next step is what comes, from what was looked for.
    assert form["walt"].value() == "next 1"
    assert form["wilf"].value() == ""
    assert form["starting_point"].value() == "Met in Summer 2026: wilf 1"
    assert form["term"].value() == str(world.term.pk)
    assert wrong(teacher.post(url, typed(world.term, outcome, wilf=""))) == ["id_wilf"]
    response = teacher.post(url, typed(world.term, outcome, walt="changed"), follow=True)
    assert "Target 1 of Summer 2026 goes on as target 1 for Autumn 2026." in words(response)
    (target,) = now_of(world)
    assert (target.walt, target.carried_from) == ("changed", summer[0])
    # Into the same term too, but never back.
    teacher.post(address("target_carry", target), typed(world.term, outcome, walt="beside it"))
    assert now_of(world)[1].carried_from == target
    head = world.access(Role.HEAD)
    texts = TargetTexts(walt="a", wilf="b", starting_point="", next_step="")
    with pytest.raises(TargetRefused, match="Spring 2026 is over"):
        add_target(
            by=head,
            file=pupil_file(head, pupil_id=world.pupils[0].pk),
            outcome=outcome,
            term=world.terms[1],
            texts=texts,
            carried_from=target,
        )


def test_a_target_of_an_ended_plan_is_carried_under_another_outcome(world, sign_in, outcome):
    teacher, pupil = sign_in(Role.TEACHER), world.pupils[0]
    old = OutcomeFactory(plan=PlanFactory(pupil=pupil, ends_on=dt.date(2026, 8, 1)), text="Old.")
    left = TermlyTargetFactory(outcome=old, term=world.terms[2], judged=1, walt="of the old plan")
    page = words(teacher.get(reverse("targets_carry", args=[pupil.pk])))
    assert "To be carried one by one" in page
    assert "of the old plan" in page
    url = address("target_carry", left)
    assert wrong(teacher.post(url, typed(world.term, old))) == ["id_outcome"]
    teacher.post(url, typed(world.term, outcome))
    assert [(each.outcome, each.carried_from) for each in now_of(world)] == [(outcome, left)]


def test_a_target_is_split_into_parts(world, sign_in, outcome):
    teacher = sign_in(Role.TEACHER)
    whole = TermlyTargetFactory(
        outcome=outcome, term=world.term, starting_point="looks at the card"
    )
    url = address("target_split", whole)
    parts = {
        "term": world.term.pk,
        "outcome": outcome.pk,
        "parts": 2,
        "walt_1": "find the card",
        "wilf_1": "takes it from the board twice a day",
        "walt_2": "hand over the card",
        "wilf_2": "",
    }
    form = teacher.get(url).context["form"]
    assert form["walt_1"].value() == whole.walt
    assert wrong(teacher.post(url, parts)) == ["id_wilf_2"]
    # One more part: what was typed stays, and nothing is saved or complained about yet.
    grown = teacher.post(url, parts | {"more": "1"})
    assert grown.context["form"].count == 3
    assert "find the card" in grown.content.decode()
    assert 'class="errors"' not in grown.content.decode()
    for nonsense in ("99", "-1", "x", ""):
        assert teacher.post(url, parts | {"parts": nonsense}).status_code == 200
    # Two parts that say the same would be one target.
    same = {"walt_2": "Find  the card", "wilf_2": parts["wilf_1"]}
    equal = teacher.post(url, parts | same)
    assert wrong(equal) == ["id_walt_2"]
    assert "Part 2 says the same as part 1." in words(equal)
    assert now_of(world) == [whole]
    asked = parts | {"wilf_2": "gives it to an adult twice a day"}
    response = teacher.post(url, asked, follow=True)
    assert "Target 1 of Autumn 2026 goes on as 2 targets for Autumn 2026." in words(response)
    whole.refresh_from_db()
    assert whole.retired_because == "Split into targets 2 and 3."
    first, second = now_of(world)[1:]
    assert [each.carried_from for each in (first, second)] == [whole, whole]
    assert (first.starting_point, second.walt) == ("looks at the card", "hand over the card")
    said = words(response)
    assert "0 of 2 targets judged" in said
    assert "Retired because Split into targets 2 and 3." in said


def test_a_judged_target_that_is_split_keeps_its_judgement(world, sign_in, summer, outcome):
    teacher = sign_in(Role.TEACHER)
    judged = TermlyTargetFactory(outcome=outcome, term=world.term, judged=TargetOutcome.PARTLY)
    asked = typed(world.term, outcome) | {
        f"{name}_{n}": f"{name} {n}" for name in ("walt", "wilf") for n in (1, 2)
    }
    before = words(teacher.get(address("target_split", judged)))
    assert "it stays with its judgement and counts beside them" in before
    after = words(teacher.post(address("target_split", judged), asked, follow=True))
    assert "goes on as target 2, target 3" in after
    judged.refresh_from_db()
    # The parts begin where it began, not where it stood at the end of their own term.
    assert {each.starting_point for each in now_of(world)[1:]} == {judged.starting_point}
    story = words(teacher.get(address("target_history", judged)))
    assert "None of its words has been changed; what goes on from it stands above." in story
    assert (judged.judged, judged.retired_on) == (TargetOutcome.PARTLY, None)
    # And one of the term before goes on as two in this one.
    teacher.post(address("target_split", summer[1]), asked)
    assert [each.carried_from for each in now_of(world)] == [
        None, judged, judged, summer[1], summer[1],
    ]  # fmt: skip
    assert {each.starting_point for each in now_of(world)[3:]} == {
        "Partly in Summer 2026: With one adult."
    }


def test_of_a_split_target_the_parts_go_on_into_the_next_term(world, sign_in, outcome):
    teacher, pupil = sign_in(Role.TEACHER), world.pupils[0]
    then = world.terms[2]
    whole = TermlyTargetFactory(outcome=outcome, term=then, judged=TargetOutcome.PARTLY)
    parts = [
        TermlyTargetFactory(
            outcome=outcome, term=then, position=n, carried_from=whole, judged=TargetOutcome.NOT_YET
        )
        for n in (2, 3)
    ]
    assert "Carry forward 2 unmet" in words(teacher.get(editor(pupil)))
    page = teacher.get(reverse("targets_carry", args=[pupil.pk]))
    assert page.context["form"].ticked == {str(each.pk) for each in parts}
    assert "It was split, and its parts go on in its place." in words(page)


def test_a_retired_target_is_due_no_more_unless_it_is_judged(world, sign_in, outcome):
    teacher, pupil = sign_in(Role.TEACHER), world.pupils[0]
    open_one, judged, kept = (
        TermlyTargetFactory(outcome=outcome, term=world.term, position=n, walt=f"walt {n}", **more)
        for n, more in ((1, {}), (2, {"judged": TargetOutcome.PARTLY, "version": 5}), (3, {}))
    )

    def counted():
        access = world.access(Role.TEACHER)
        due = coverage(access, term=world.term, class_groups=[world.class_group], due={})
        return due[world.class_group.pk].judged, due[world.class_group.pk].due

    assert counted() == (1, 3)
    assert wrong(teacher.post(address("target_retire", open_one), {"because": " "})) == [
        "id_because"
    ]
    assert counted() == (1, 3)
    for target in (open_one, judged):
        response = teacher.post(
            address("target_retire", target), {"because": "The hall is closed."}, follow=True
        )
        assert f"Target {target.position} for Autumn 2026 is retired." in words(response)
    assert counted() == (1, 2)
    said = words(teacher.get(editor(pupil)))
    assert "1 of 2 targets judged" in said
    assert "Not judged and not worked on any more, so not counted. Target 1" in said
    assert "Retired because The hall is closed." in said
    page = words(teacher.get(reverse("pupil", args=[pupil.pk])))
    assert "1 of 2 judged" in page
    assert "Retired before it was judged, so not counted: walt 1" in page
    # It is not worked on any more, from wherever one asks.
    for name in ("target_change", "target_judge", "target_retire"):
        response = teacher.get(address(name, open_one), follow=True)
        assert "This target is retired. Bring it back first." in words(response)
    answer = teacher.post(
        reverse("judge", args=[world.class_group.pk, world.term.pk]),
        {
            "pupil": pupil.pk, "strand": None, "target": open_one.pk, "point": 3,
            "base_version": None, "operation_id": "7b1f3a52-0000-4000-8000-000000000001",
            "person": world.people[Role.TEACHER].pk, "trust": world.trust.pk,
        },
        content_type="application/json",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "This target was retired on 21 November 2026." in answer.json()["words"]
    teacher.post(address("target_restore", open_one))
    assert counted() == (1, 3)
    assert kept.retired_on is None


def test_history_tells_where_a_target_came_from_and_what_was_changed(
    world, sign_in, summer, outcome
):
    teacher = sign_in(Role.TEACHER)
    teacher.post(
        reverse("targets_carry", args=[world.pupils[0].pk]),
        {"term": world.term.pk, "targets": [summer[1].pk]},
    )
    (target,) = now_of(world)
    assert "Nothing has been changed" in words(teacher.get(address("target_history", target)))
    asked = typed(world.term, outcome, walt="walt, better put", seen=target.words_seen)
    teacher.post(address("target_change", target), asked)
    teacher.post(address("target_retire", target), {"because": "Reached at home."})
    asked = typed(world.term, outcome) | {
        f"{name}_{n}": f"{name} {n}" for name in ("walt", "wilf") for n in (1, 2)
    }
    teacher.post(address("target_split", target), asked)
    page = teacher.get(address("target_history", target))
    story = page.context["story"]
    assert story.before == [summer[1]]
    assert [each.walt for each in story.after] == ["walt 1", "walt 2"]
    assert [
        [(each.part, each.before, each.after) for each in change.differences]
        for change in story.changes
        if change.who == "Harbour teacher"
    ] == [
        [("Retired", "", "on 21 November 2026: Reached at home.")],
        [
            ("WALT", "walt 2", "walt, better put"),
            ("WILF", "wilf 2", "hands over the card in three of five sessions"),
            ("Starting point", "Partly in Summer 2026: With one adult.", ""),
            ("Next step", "next 2", ""),
        ],
    ]
    assert "Summer 2026, target 2" in words(page)
    first = teacher.get(address("target_history", summer[1])).context["story"]
    assert first.before == []
    assert [each.walt for each in first.after] == ["walt, better put", "walt 1", "walt 2"]


def test_the_targets_of_a_term_that_is_over_stay_counted(world, sign_in, summer):
    teacher, pupil = sign_in(Role.TEACHER), world.pupils[0]
    open_one, retired = summer[2:4]
    rows = list(TermlyTarget.objects.order_by("pk").values())
    for name, target, sent in (
        ("target_remove", open_one, {}),
        ("target_retire", open_one, {"because": "Moved class."}),
        ("target_restore", retired, {}),
    ):
        url = reverse(name, args=[pupil.pk, target.pk])
        answer = teacher.post(url, sent, follow=True)
        assert "Summer 2026 is over, so this target stays as it is" in words(answer), name
    assert list(TermlyTarget.objects.order_by("pk").values()) == rows
    # One that is judged counts whether it is retired or not.
    url = reverse("target_retire", args=[pupil.pk, summer[0].pk])
    teacher.post(url, {"because": "Secured."})
    assert TermlyTarget.objects.get(pk=summer[0].pk).retired_on is not None
