"""Test scores beside the teachers' judgements: entered, corrected, removed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from assessment.models import CoreArea, Point, Strand, TestScore
from assessment.services.scores import ScoreRefused, remove_score
from parrcs.core.access import Role
from pupils.models import Placement
from pupils.selectors.pupils import pupil_file
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.pupils.conftest import seen, today, words, wrong

__all__ = ["today"]  # the fixture: a Saturday in the autumn term of 2026


def page_of(pupil):
    return reverse("pupil", args=[pupil.pk])


@pytest.fixture
def typed(world):
    """What a teacher types into the form."""
    return {
        "test": "Reading test",
        "taken_on": "2026-10-05",
        "score": "17",
        "out_of": "40",
        "core_area": str(CoreArea.objects.get(code="reading").pk),
    }


def test_a_score_stands_beside_the_judgement_of_its_term(world, sign_in, typed):
    teacher, pupil = sign_in(Role.TEACHER), world.pupils[1]
    strand = Strand.objects.get(stream=world.developmental, code="reading")
    points = {int(p.value): p for p in Point.objects.filter(stream=world.developmental)}
    BaselineFactory(pupil=pupil, strand=strand, point=points[5])
    for term, value in zip(world.terms, (6, 8, 8, 9), strict=True):
        JudgementFactory(pupil=pupil, strand=strand, term=term, point=points[value])
    add = reverse("score_add", args=[pupil.pk])
    response = teacher.post(add, typed, follow=True)
    assert response.redirect_chain == [(page_of(pupil) + "#tests", 302)]
    page = words(response)
    assert "The score of Reading test is saved." in page
    assert "5 October 2026 · Reading 17 of 40, 42 % Reading 9 expected" in page
    # In the holidays the term before counts; without a core area nothing stands beside it.
    teacher.post(add, typed | {"taken_on": "2026-04-07", "score": "8.50", "out_of": ""})
    teacher.post(add, typed | {"taken_on": "2025-08-20", "test": "Old test"})
    page = words(teacher.post(add, typed | {"core_area": "", "test": "Quiz"}, follow=True))
    assert "7 April 2026 · Reading 8.5 Reading 8 better" in page
    assert "20 August 2025 · Reading 17 of 40, 42 % before the first term" in page
    assert "Quiz 5 October 2026 17 of 40, 42 % no core area named" in page
    taken = [each.score.taken_on for each in response.context["overview"].scores]
    assert taken == [dt.date(2026, 10, 5)]


def test_a_score_is_corrected_and_removed_and_history_keeps_it(world, sign_in, typed):
    teacher, pupil = sign_in(Role.TEACHER), world.pupils[1]
    teacher.post(reverse("score_add", args=[pupil.pk]), typed)
    score = TestScore.objects.get()
    change = reverse("score_change", args=[pupil.pk, score.pk])
    assert 'value="17.00"' in teacher.get(change).content.decode()
    assert "The score is saved." in words(
        teacher.post(change, typed | {"score": "18"} | seen(teacher.get(change)), follow=True)
    )
    score.refresh_from_db()
    assert score.score == Decimal(18)
    page = words(teacher.post(reverse("score_remove", args=[pupil.pk, score.pk]), follow=True))
    assert "The score of Reading test is removed." in page
    assert "No test scores yet." in page
    kept = apps.get_model("assessment", "TestScoreEvent").objects.order_by("pgh_id")
    assert [(each.pgh_label, each.score) for each in kept] == [
        ("superseded", Decimal(17)),
        ("deleted", Decimal(18)),
    ]


def test_a_correction_replaces_only_what_was_seen(world, sign_in, typed):
    teacher, head, pupil = sign_in(Role.TEACHER), sign_in(Role.HEAD), world.pupils[1]
    teacher.post(reverse("score_add", args=[pupil.pk]), typed)
    score = TestScore.objects.get()
    change = reverse("score_change", args=[pupil.pk, score.pk])
    opened = seen(teacher.get(change))
    for _ in range(2):  # the same again is no change
        head.post(change, typed | {"score": "19"} | opened)
    response = teacher.post(change, typed | {"score": "18"} | opened)
    page = words(response)
    assert "Somebody changed this while you had it open." in page
    assert "What stands now Test Reading test Day 5 October 2026 Score 19.00 Out of 40.00" in page
    assert 'value="18"' in response.content.decode()
    assert TestScore.objects.get().score == Decimal(19)
    teacher.post(change, typed | {"score": "18"} | seen(response))
    assert TestScore.objects.get().score == Decimal(18)


def test_a_score_that_is_gone_is_said_to_be(world, sign_in, typed):
    pupil = world.pupils[1]
    sign_in(Role.TEACHER).post(reverse("score_add", args=[pupil.pk]), typed)
    score = TestScore.objects.get()
    TestScore.objects.filter(pk=score.pk).delete()
    file = pupil_file(world.access(Role.TEACHER), pupil_id=pupil.pk)
    with pytest.raises(ScoreRefused, match="no longer there"):
        remove_score(by=file.access, file=file, score=score)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"test": ""}, "id_test"),
        ({"test": "x" * 81}, "id_test"),
        ({"taken_on": "2026-11-22"}, "id_taken_on"),
        ({"taken_on": "2016-03-13"}, "id_taken_on"),
        ({"taken_on": "5/13/2026"}, "id_taken_on"),
        ({"score": "-1"}, "id_score"),
        ({"score": "41"}, "id_score"),
        ({"score": "NaN"}, "id_score"),
        ({"score": "10000"}, "id_score"),
        ({"score": "1.234"}, "id_score"),
        ({"out_of": "0"}, "id_out_of"),
        ({"core_area": "999999"}, "id_core_area"),
    ],
)
def test_a_wrong_score_is_not_kept(world, sign_in, typed, change, field):
    response = sign_in(Role.TEACHER).post(
        reverse("score_add", args=[world.pupils[1].pk]), typed | change
    )
    assert wrong(response) == [field]
    assert not TestScore.objects.exists()


def test_a_test_is_taken_once_a_day(world, sign_in, typed):
    teacher, add = sign_in(Role.TEACHER), reverse("score_add", args=[world.pupils[1].pk])
    teacher.post(add, typed)
    response = teacher.post(add, typed | {"score": "20"})
    assert wrong(response) == ["id_test"]
    assert "A score of this test on that day is there already." in words(response)
    assert TestScore.objects.get().score == Decimal(17)


def test_only_who_records_for_the_pupil_enters_scores(world, sign_in, typed):
    pupil = world.pupils[1]
    sign_in(Role.TEACHER).post(reverse("score_add", args=[pupil.pk]), typed)
    score = TestScore.objects.get()
    lead = sign_in(Role.INCLUSION_LEAD)
    assert "Reading test" in words(lead.get(page_of(pupil)))
    for name in ("score_change", "score_remove"):
        assert lead.post(reverse(name, args=[pupil.pk, score.pk]), typed).status_code == 403
    other = reverse("score_change", args=[world.pupils[0].pk, score.pk])
    assert sign_in(Role.TEACHER).get(other).status_code == 404
    file = pupil_file(world.access(Role.INCLUSION_LEAD), pupil_id=pupil.pk)
    with pytest.raises(PermissionDenied):
        remove_score(by=file.access, file=file, score=score)


def test_a_leaver_took_no_test_after_the_last_day(world, sign_in, typed):
    pupil = world.pupils[1]
    Placement.objects.filter(pupil=pupil).update(ends_on=dt.date(2026, 10, 4))
    head, add = sign_in(Role.HEAD), reverse("score_add", args=[pupil.pk])
    assert wrong(head.post(add, typed)) == ["id_taken_on"]
    head.post(add, typed | {"taken_on": "2026-10-04"}, follow=True)
    assert TestScore.objects.count() == 1
    TestScore.objects.update(taken_on=dt.date(2026, 10, 5))
    assert "Reading test" not in words(head.get(page_of(pupil)))
