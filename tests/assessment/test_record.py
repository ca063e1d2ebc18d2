"""Saving one choice in the grid: what is kept, what is never done twice, and who decides."""

from typing import Any

from django.apps import apps

from assessment.models import Judgement
from parrcs.core.access import Role
from pupils.choices import TargetOutcome
from pupils.models import SavedOperation, TermlyTarget
from schools.models import Window
from tests.assessment.desk import point, strand
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.world import give_target


def history(row: Judgement | TermlyTarget) -> Any:
    """Return the former states of a row, oldest first."""
    events = apps.get_model(row._meta.app_label, f"{row._meta.object_name}Event")
    return events.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id")


def test_a_teacher_judges_changes_their_mind_and_takes_it_back(world, teacher):
    pupil, where = world.pupils[1], strand("reading")
    BaselineFactory(pupil=pupil, strand=where, point=point(world, 10))
    JudgementFactory(pupil=pupil, strand=where, term=world.terms[2], point=point(world, 12))

    first = teacher.save()
    assert first.status_code == 200
    answer = first.json()
    assert answer["result"] == "saved"
    assert answer["words"].startswith("Saved at ")
    assert (answer["cell"]["code"], answer["cell"]["gain"], answer["cell"]["step"]) == (
        "13",
        "+3",
        "+1",
    )
    assert (answer["cell"]["indicator"], answer["cell"]["word"]) == ("some", "some progress")
    row = Judgement.objects.get(term=world.term)
    assert (row.point.code, row.judged_by, row.version) == ("13", teacher.person, answer["version"])

    second = teacher.save(point=point(world, 16).pk, base_version=row.version)
    assert second.json()["cell"]["indicator"] == "better"
    row.refresh_from_db()
    assert row.point.code == "16"
    (before,) = history(row)
    assert before.point.code == "13"
    assert before.pgh_context["person"] == teacher.person.pk
    assert before.pgh_context["request"] == f"POST {teacher.url}"

    third = teacher.save(point=None, base_version=row.version)
    assert third.status_code == 200
    assert "version" not in third.json()["cell"]
    assert "version" not in third.json()["cell"]
    assert not Judgement.objects.filter(term=world.term).exists()
    # Taking back what is not there changes nothing.
    assert teacher.save(point=None).status_code == 200


def test_a_teacher_judges_a_target_and_takes_it_back(world, teacher):
    target = give_target(world.pupils[1], world.term)

    def choose(outcome, version):
        return teacher.save(strand=None, target=target.pk, point=outcome, base_version=version)

    answer = choose(TargetOutcome.MET, None).json()
    assert (answer["result"], answer["cell"]["code"], answer["cell"]["indicator"]) == (
        "saved", "Met", "expected",
    )  # fmt: skip
    target.refresh_from_db()
    assert (target.judged, target.judged_by) == (TargetOutcome.MET, teacher.person)

    assert choose(None, target.version).status_code == 200
    target.refresh_from_db()
    assert (target.judged, target.judged_by, target.judged_at) == (None, None, None)
    assert history(target).count() == 2


def test_the_same_operation_again_does_nothing_and_answers_the_same(teacher):
    choice = teacher.choice()
    first = teacher.send(choice).json()
    again = teacher.send(choice)
    assert (again.status_code, again.json()) == (200, first)
    assert (Judgement.objects.count(), SavedOperation.objects.count()) == (1, 1)
    assert not history(Judgement.objects.get()).exists()


def test_a_repeat_is_answered_even_after_the_window_has_closed(world, teacher):
    choice = teacher.choice()
    teacher.send(choice)
    Window.objects.all().delete()
    assert teacher.send(choice).json()["result"] == "saved"


def test_an_operation_id_stands_for_one_save_of_one_person(world, teacher, desk):
    choice = teacher.choice()
    teacher.send(choice)
    other_content = teacher.send(choice | {"point": point(world, 14).pk})
    head = desk(Role.HEAD)
    other_person = head.send(choice | {"person": head.person.pk})
    for refused in (other_content, other_person):
        assert refused.status_code == 422
        assert "carries the mark of another one" in refused.json()["words"]
    assert Judgement.objects.get().point.code == "13"


def test_two_people_choose_differently(world, teacher, desk):
    head = desk(Role.HEAD)
    saved = head.save(point=point(world, 14).pk).json()
    conflict = teacher.save()
    assert conflict.status_code == 409
    answer = conflict.json()
    assert answer["result"] == "conflict"
    assert answer["words"].startswith("Harbour head saved 14 at ")
    assert answer["words"].endswith(" while you had this page open.")
    assert (answer["cell"]["code"], answer["cell"]["version"]) == ("14", saved["version"])
    assert Judgement.objects.get().point.code == "14"
    # Having seen it, the teacher may save their own over it.
    assert teacher.save(base_version=saved["version"]).status_code == 200
    assert Judgement.objects.get().point.code == "13"
    # And for the head it is now the other way round.
    assert head.save(point=None, base_version=saved["version"]).status_code == 409


def test_what_someone_took_back_is_a_conflict_too(world, teacher, desk):
    head = desk(Role.HEAD)
    version = teacher.save().json()["version"]
    assert head.save(point=None, base_version=version).status_code == 200
    answer = teacher.save(point=point(world, 14).pk, base_version=version).json()
    assert answer["words"].startswith("Harbour head cleared it at ")
    assert "version" not in answer["cell"]
    assert not Judgement.objects.exists()


def test_a_judgement_that_an_import_left_is_not_overwritten_unseen(world, teacher):
    JudgementFactory(
        pupil=world.pupils[1], strand=strand("reading"), term=world.term, point=point(world, 9)
    )
    answer = teacher.save()
    assert answer.status_code == 409
    assert answer.json()["words"].startswith("Someone saved 9 at ")
    assert teacher.save(base_version=0).status_code == 200


def test_a_target_that_someone_else_judged_or_took_back(world, teacher, desk):
    head = desk(Role.HEAD)
    target = give_target(world.pupils[1], world.term)
    choice = {"strand": None, "target": target.pk, "point": TargetOutcome.PARTLY}
    saved = head.save(**choice).json()
    answer = teacher.save(**choice | {"point": TargetOutcome.MET})
    assert answer.status_code == 409
    assert answer.json()["words"].startswith("Harbour head saved Partly at ")
    version = saved["cell"]["version"]
    assert teacher.save(**choice | {"point": None, "base_version": version}).status_code == 200
    answer = head.save(**choice | {"base_version": version})
    assert answer.status_code == 409
    assert answer.json()["words"].startswith("Harbour teacher cleared it at ")
    assert "version" not in answer.json()["cell"]


def test_a_conflict_with_oneself_says_so(teacher):
    teacher.save()
    words = teacher.save().json()["words"]
    assert words.startswith("You saved 13 at ")
    assert words.endswith(" on another page.")
