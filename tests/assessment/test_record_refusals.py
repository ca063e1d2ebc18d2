"""Choices that are refused: each with a clear answer, and nothing stored."""

import pytest
from django.test import Client
from django.urls import reverse

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import TermlyTarget
from schools.models import Window
from tests.assessment.desk import Desk, nothing_stored, point, strand
from tests.factories.schools import MembershipFactory
from tests.world import give_target


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
        (
            "2000-01-01",
            "2000-01-31",
            "The window for Autumn 2026 closed on 31 January 2000. Harbour assessment lead can give"
            " leave for late entry.",
        ),
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
def test_who_may_not_record(world, desk, role):
    """In words, or as if the pupil were not there: a bare 403 is for a page out of date."""
    refused = desk(role).save()
    assert refused.status_code in {404, 422}
    if refused.status_code == 422:
        assert refused.json()["words"] == "You no longer record for Curlew."
    assert nothing_stored()


def test_recording_elsewhere_gives_no_right_to_record_here(world, sign_in):
    """A teacher of Curlew who is the host's link for the ARB sees its pupils, no more."""
    person = world.people[Role.TEACHER]
    MembershipFactory(person=person, role=Role.HOST_LINK, arb=world.arb)
    desk = Desk(world, person, sign_in(Role.TEACHER))
    desk.url = reverse("judge", args=[world.arb_class.pk, world.term.pk])
    refused = desk.save(pupil=world.arb_pupils[0].pk)
    assert (refused.status_code, refused.json()) == (
        422,
        {"result": "refused", "words": "You no longer record for Tern."},
    )
    assert nothing_stored()


def test_someone_else_at_the_same_browser_does_not_save_my_choices(world, teacher, desk):
    head = desk(Role.HEAD)
    answer = head.send(teacher.choice())
    assert answer.status_code == 403
    assert answer.json()["words"] == "Harbour head is signed in now. Sign in as yourself to save."
    assert nothing_stored()


def test_a_choice_of_another_trust_waits_until_that_trust_is_open_again(world, foreign, teacher):
    """Someone of two trusts has changed to the other one in another tab since."""
    with in_trust(foreign.trust.pk):
        admin = MembershipFactory(person=teacher.person, role=Role.TRUST_ADMIN)
    client = teacher.client
    client.post(reverse("trusts"), {"trust": world.trust.pk})
    choice = teacher.choice()
    client.post(reverse("trusts"), {"trust": foreign.trust.pk})
    answer = teacher.send(choice)
    assert (answer.status_code, answer.json()) == (
        403,
        {
            "result": "another trust",
            "words": "Another trust is open in this browser now."
            " Change back to Harbour Partnership to save.",
        },
    )
    assert nothing_stored()
    client.post(reverse("trusts"), {"trust": world.trust.pk})
    assert teacher.send(choice).status_code == 200
    with in_trust(foreign.trust.pk):
        admin.delete()
    gone = teacher.save(trust=foreign.trust.pk)
    assert gone.status_code == 422
    assert gone.json()["words"] == "You no longer work in the trust of this page."


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
        {"person": None}, {"trust": None},
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
