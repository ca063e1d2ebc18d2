"""Saving one choice in the grid: what is kept, what is refused, and what is never done twice."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from assessment.models import Judgement, Point, Strand
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.choices import TargetOutcome
from pupils.models import SavedOperation, TermlyTarget
from schools.models import User, Window
from tests.factories.assessment import BaselineFactory, JudgementFactory
from tests.factories.schools import MembershipFactory
from tests.world import World, give_target


def strand(code: str) -> Strand:
    return Strand.objects.get(code=code)


def point(world: World, value: int, stream=None) -> Point:
    return Point.objects.get(stream=stream or world.developmental, value=value)


def history(row: Judgement | TermlyTarget) -> Any:
    """Return the former states of a row, oldest first."""
    events = apps.get_model(row._meta.app_label, f"{row._meta.object_name}Event")
    return events.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id")


class Desk:
    """A signed-in person with the grid of a class and a term open."""

    def __init__(self, world: World, person: User, client: Client) -> None:
        self.world, self.person, self.client = world, person, client
        self.url = reverse("judge", args=[world.class_group.pk, world.term.pk])

    def choice(self, **changes: Any) -> dict[str, Any]:
        """Point 13 in reading for the pupil on the semi-formal route, as first judgement."""
        return {
            "person": self.person.pk,
            "pupil": self.world.pupils[1].pk,
            "strand": strand("reading").pk,
            "target": None,
            "point": point(self.world, 13).pk,
            "base_version": None,
            "operation_id": str(uuid4()),
        } | changes

    def send(self, choice: Any) -> Any:
        """Post a choice, whatever it is."""
        return self.client.post(self.url, choice, content_type="application/json")

    def save(self, **changes: Any) -> Any:
        """Post the usual choice with some changes."""
        return self.send(self.choice(**changes))


@pytest.fixture
def desk(world, sign_in) -> Callable[[Role], Desk]:
    return lambda role: Desk(world, world.people[role], sign_in(role))


@pytest.fixture
def teacher(desk) -> Desk:
    return desk(Role.TEACHER)


def nothing_stored() -> bool:
    return not Judgement.objects.exists() and not SavedOperation.objects.exists()


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
    assert answer["progress"] == {"judged": 1, "due": 11, "left": "about 2 minutes left"}
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
    assert third.json()["progress"]["judged"] == 0
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
    assert answer["progress"] == {"judged": 1, "due": 12, "left": "about 2 minutes left"}

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


# --- What is refused ---------------------------------------------------------------------------


def test_a_point_of_another_scale_is_refused(world, foreign, teacher):
    with in_trust(foreign.trust.pk):
        foreign_point = point(foreign, 13).pk
    for wrong in (point(world, 2, world.engagement).pk, foreign_point, 987654321):
        refused = teacher.save(point=wrong)
        assert refused.status_code == 422
        assert refused.json()["words"] == "That point is not on the scale of Developmental."
    assert nothing_stored()


def test_a_strand_that_is_not_due_is_refused(world, foreign, teacher):
    with in_trust(foreign.trust.pk):
        foreign_strand = strand("reading").pk
    engagement = point(world, 2, world.engagement).pk
    for wrong in (strand("exploration").pk, foreign_strand, 987654321):
        refused = teacher.save(strand=wrong, point=engagement)
        assert refused.status_code == 422
        assert refused.json()["words"] == (
            f"This strand is not due for {world.pupils[1]}, who is on the semi-formal route."
        )
    assert nothing_stored()


def test_a_pupil_of_another_class_is_refused_and_one_out_of_sight_is_not_there(
    world, foreign, teacher, desk
):
    head = desk(Role.HEAD)
    refused = head.save(pupil=world.arb_pupils[0].pk)
    assert refused.status_code == 422
    assert refused.json()["words"] == f"{world.arb_pupils[0]} is not in Curlew in Autumn 2026."
    missing = teacher.save(pupil=987654321)
    assert missing.status_code == 404
    for hidden in (world.arb_pupils[0].pk, world.other_pupils[0].pk, foreign.pupils[0].pk):
        answer = teacher.save(pupil=hidden)
        assert (answer.status_code, answer.content) == (404, missing.content)
    assert nothing_stored()


def test_a_target_of_another_pupil_or_term_is_refused(world, foreign, teacher):
    with in_trust(foreign.trust.pk):
        strange = give_target(foreign.pupils[0], foreign.term).pk
    neighbours = give_target(world.pupils[0], world.term).pk
    past = give_target(world.pupils[1], world.terms[2]).pk
    for wrong in (neighbours, past, strange, 987654321):
        refused = teacher.save(strand=None, target=wrong, point=3)
        assert refused.status_code == 422
        assert refused.json()["words"] == (
            f"This is not a target of {world.pupils[1]} in Autumn 2026."
        )
    mine = give_target(world.pupils[1], world.term).pk
    refused = teacher.save(strand=None, target=mine, point=5)
    assert refused.json()["words"] == "That is not on the scale for termly targets."
    assert not TermlyTarget.objects.exclude(judged=None).exists()
    assert nothing_stored()


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [
        ("2000-01-01", "2000-01-31", "The window for Autumn 2026 closed on 31 January 2000."),
        ("9998-01-01", "9999-01-31", "The window for Autumn 2026 opens on 1 January 9998."),
        (None, None, "Nothing can be recorded for Autumn 2026 yet: its window is not set."),
    ],
)
def test_a_closed_window_is_refused(world, teacher, opens, closes, words):
    target = give_target(world.pupils[1], world.term)
    if opens:
        Window.objects.update(opens_on=opens, closes_on=closes)
    else:
        Window.objects.all().delete()
    for choice in ({}, {"strand": None, "target": target.pk, "point": 3}):
        refused = teacher.save(**choice)
        assert (refused.status_code, refused.json()["words"]) == (422, words)
    assert nothing_stored()


@pytest.mark.parametrize(
    "role", [Role.GOVERNOR, Role.TRUSTEE, Role.HOST_LINK, Role.INCLUSION_LEAD, Role.TRUST_ADMIN]
)
def test_who_may_not_record(desk, role):
    assert desk(role).save().status_code == 403
    assert nothing_stored()


def test_recording_elsewhere_gives_no_right_to_record_here(world, sign_in):
    """A teacher of Curlew who is the host's link for the ARB sees its pupils, no more."""
    person = world.people[Role.TEACHER]
    MembershipFactory(person=person, role=Role.HOST_LINK, arb=world.arb)
    desk = Desk(world, person, sign_in(Role.TEACHER))
    desk.url = reverse("judge", args=[world.arb_class.pk, world.term.pk])
    assert desk.save(pupil=world.arb_pupils[0].pk).status_code == 403
    assert nothing_stored()


def test_someone_else_at_the_same_browser_does_not_save_my_choices(world, teacher, desk):
    head = desk(Role.HEAD)
    answer = head.send(teacher.choice())
    assert answer.status_code == 403
    assert answer.json()["words"] == "Harbour head is signed in now. Sign in as yourself to save."
    assert nothing_stored()


def test_someone_signed_out_is_sent_to_sign_in(world, teacher):
    teacher.client.logout()
    answer = teacher.save()
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert nothing_stored()


@pytest.mark.parametrize(
    "changes",
    [
        {"pupil": "abc"}, {"pupil": None}, {"pupil": 0}, {"pupil": -1}, {"pupil": 2**63},
        {"pupil": [1]}, {"pupil": {"id": 1}}, {"pupil": True},
        {"pupil": 1.5}, {"point": "PK1"}, {"point": 2**70}, {"base_version": -1},
        {"base_version": "x"}, {"operation_id": "not-a-uuid"}, {"operation_id": None},
        {"operation_id": 12}, {"operation_id": "\x00"}, {"strand": None}, {"target": 1},
        {"person": None},
    ],
    ids=lambda changes: f"{next(iter(changes))}-{str(next(iter(changes.values())))[:12]!r}",
)  # fmt: skip
def test_malformed_choices_are_refused_in_words(teacher, changes):
    answer = teacher.save(**changes)
    assert answer.status_code == 400
    assert answer.json()["words"].startswith("This save could not be read.")
    assert nothing_stored()


@pytest.mark.parametrize("missing", ["point", "base_version", "operation_id", "pupil"])
def test_a_choice_must_be_whole(teacher, missing):
    choice = teacher.choice()
    del choice[missing]
    assert teacher.send(choice).status_code == 400
    assert nothing_stored()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b"NaN",
        b'{"pupil": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:6]),
)
def test_what_is_no_choice_at_all_is_refused(teacher, body):
    answer = teacher.client.post(teacher.url, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["words"].startswith("This save could not be read.")
    assert nothing_stored()


@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "text/plain"]
)
@pytest.mark.parametrize("checks", [False, True])
def test_ten_megabytes_are_refused(world, teacher, kind, checks):
    client = Client(enforce_csrf_checks=checks)
    client.force_login(teacher.person)
    client.get(reverse("grid", args=[world.class_group.pk, world.term.pk]))
    token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    answer = client.post(teacher.url, b"x" * 10_000_000, content_type=kind, headers=token)
    assert answer.status_code in {400, 413}
    if kind == "application/json":
        assert answer.status_code == 413
        assert answer.json()["words"] == "This save is far too large, so it was not read."
    assert nothing_stored()


def test_a_choice_needs_the_token_of_the_page(world, teacher):
    client = Client(enforce_csrf_checks=True)
    client.force_login(teacher.person)
    answer = client.post(teacher.url, teacher.choice(), content_type="application/json")
    assert answer.status_code == 403
    assert nothing_stored()


def test_the_address_takes_posts_only(teacher):
    assert teacher.client.get(teacher.url).status_code == 405


def test_a_class_or_term_that_is_not_there(world, foreign, teacher):
    missing = None
    for class_group, term in (
        (987654321, world.term.pk),
        (world.class_group.pk, 987654321),
        (foreign.class_group.pk, world.term.pk),
        (world.class_group.pk, foreign.term.pk),
        (world.other_class.pk, world.term.pk),
    ):
        teacher.url = reverse("judge", args=[class_group, term])
        answer = teacher.save()
        missing = missing or answer.content
        assert (answer.status_code, answer.content) == (404, missing)
    assert nothing_stored()


def test_a_leaver_is_out_of_the_teachers_sight_and_not_in_the_class(world, teacher, desk):
    world.pupils[1].placements.update(starts_on="1999-09-01", ends_on="2000-01-01")
    assert teacher.save().status_code == 404
    assert desk(Role.HEAD).save().status_code == 422
    assert nothing_stored()
