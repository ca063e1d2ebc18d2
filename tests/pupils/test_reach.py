"""What each person may do on the page of a pupil, and what does not exist for them."""

import pytest
from django.urls import reverse

from parrcs.core.access import Role
from tests.factories.pupils import PlanFactory
from tests.factories.schools import MembershipFactory
from tests.pupils.conftest import words
from tests.world import give_target

MISSING = 999_999_999


def page_of(pupil):
    return reverse("pupil", args=[pupil.pk])


CHANGES = (
    "pupil_change",
    "pupil_place",
    "pupil_leave",
    "plan_add",
    "target_add",
    "pupil_baseline",
    "provision_add",
    "score_add",
)
MANAGES = {"pupil_change", "pupil_place", "pupil_leave"}
RECORDS = {"target_add", "pupil_baseline", "score_add"}


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.TEACHER, RECORDS),
        (Role.ASSESSMENT_LEAD, MANAGES | RECORDS),
        (Role.INCLUSION_LEAD, MANAGES | {"plan_add", "provision_add"}),
        (Role.HEAD, set(CHANGES)),
        (Role.TRUST_LEAD, set(CHANGES)),
    ],
)
def test_the_page_offers_what_the_person_may_do_and_nothing_else(world, sign_in, role, may):
    client, pupil = sign_in(role), world.pupils[0]
    PlanFactory(pupil=pupil)
    content = client.get(page_of(pupil)).content.decode()
    for name in CHANGES:
        url = reverse(name, args=[pupil.pk])
        assert (url in content) is (name in may), name
        assert client.get(url).status_code == (200 if name in may else 403), name


def test_a_host_link_reads_and_changes_nothing(world, sign_in):
    client, pupil = sign_in(Role.HOST_LINK), world.arb_pupils[0]
    target = give_target(pupil, world.term)
    response = client.get(page_of(pupil))
    assert response.status_code == 200
    assert target.walt in words(response)
    content = response.content.decode()
    for name in CHANGES:
        url = reverse(name, args=[pupil.pk])
        assert url not in content
        assert client.get(url).status_code == 403
        assert client.post(url, {"x": "y"}).status_code == 403


@pytest.mark.parametrize("role", [Role.GOVERNOR, Role.TRUSTEE, Role.TRUST_ADMIN])
def test_who_reads_no_names_reads_no_pupil(world, sign_in, role):
    assert sign_in(role).get(page_of(world.pupils[0])).status_code == 403


@pytest.mark.parametrize(
    ("role", "whose"),
    [
        (Role.TEACHER, "arb_pupils"),
        (Role.TEACHER, "other_pupils"),
        (Role.HEAD, "other_pupils"),
        (Role.INCLUSION_LEAD, "other_pupils"),
        (Role.HOST_LINK, "pupils"),
    ],
)
def test_what_is_not_yours_is_like_what_does_not_exist(world, foreign, sign_in, role, whose):
    client = sign_in(role)
    for name in ("pupil", *CHANGES):
        for ask in (client.get, client.post):
            answers = {
                (response.status_code, response.content)
                for pupil_id in (getattr(world, whose)[0].pk, foreign.pupils[0].pk, MISSING, 10**30)
                for response in [ask(reverse(name, args=[pupil_id]))]
            }
            assert len(answers) == 1, name
            assert {status for status, _ in answers} <= {403, 404, 405}
    assert client.get(page_of(getattr(world, whose)[0])).status_code == 404


def test_plans_outcomes_and_targets_of_another_pupil_do_not_exist_here(world, foreign, sign_in):
    head, pupil = sign_in(Role.HEAD), world.pupils[0]
    own, other = give_target(pupil, world.term), give_target(world.pupils[1], world.term)
    for name, mine, theirs in (
        ("plan_change", own.outcome.plan_id, other.outcome.plan_id),
        ("outcome_add", own.outcome.plan_id, other.outcome.plan_id),
        ("outcome_change", own.outcome_id, other.outcome_id),
        ("target_change", own.pk, other.pk),
    ):
        assert head.get(reverse(name, args=[pupil.pk, mine])).status_code == 200
        missing = head.get(reverse(name, args=[pupil.pk, MISSING]))
        for answer in (
            head.get(reverse(name, args=[pupil.pk, theirs])),
            head.post(reverse(name, args=[pupil.pk, theirs])),
        ):
            assert (answer.status_code, answer.content) == (404, missing.content)


def test_a_permission_in_one_place_is_none_in_another(world, client):
    """Someone who teaches Curlew and is the ARB's host link may change Curlew's pupils only."""
    person = world.people[Role.TEACHER]
    MembershipFactory(person=person, role=Role.HOST_LINK, arb=world.arb)
    client.force_login(person)
    for pupil, status in ((world.pupils[0], 200), (world.arb_pupils[0], 403)):
        assert client.get(page_of(pupil)).status_code == 200
        for name in RECORDS:
            assert client.get(reverse(name, args=[pupil.pk])).status_code == status
