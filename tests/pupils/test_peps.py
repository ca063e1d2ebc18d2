"""Whose PEP is due in a term, and how it is recorded."""

import datetime as dt

import pytest
from django.urls import reverse

from parrcs.core.access import Role
from pupils.models import Placement, TermlyPEP
from tests.factories.pupils import PlacementFactory
from tests.pupils.conftest import seen, words, wrong
from tests.pupils.owing import comes_in_care, in_care, page_of, pep_of, rows_of, ticked_on

LIST = reverse("compliance")


@pytest.fixture
def autumn(world):
    """The autumn term of 2026, with its days."""
    return world.term


# --- PEPs ------------------------------------------------------------------------------------


def test_a_pep_is_due_each_term_for_who_is_in_care_and_done_by_the_inclusion_lead(
    world, autumn, sign_in
):
    pupil, other = world.pupils[0], world.arb_pupils[0]
    in_care(pupil, other)
    lead = sign_in(Role.INCLUSION_LEAD)
    page = page_of(lead, world)
    assert "0 of 2 done" in words(page).partition("Personal education plans")[2]
    client_form = lead.get(pep_of(pupil, autumn))
    assert f"PEP of {pupil}" in words(client_form)
    typed = {"held_on": "2026-11-12", "held_by": "R. Shah", "quality": "Targets are specific"}
    done = lead.post(pep_of(pupil, autumn), typed | seen(client_form), follow=True)
    assert "It is saved." in words(done)
    row = rows_of(done)[str(pupil), str(autumn)]
    assert (row.standing, row.done_on, row.done_by) == ("done", dt.date(2026, 11, 12), "R. Shah")
    # The ARB counts in its school where registered, and alone as taught.
    taught = rows_of(page_of(lead, world, lens="taught"))
    assert (str(other), str(autumn)) not in taught
    arb = lead.get(reverse("compliance_arb", args=[world.arb.pk]))
    assert [each.what for each in arb.context["found"].rows] == [str(other)]
    changed = lead.get(pep_of(pupil, autumn))
    asked = lead.post(pep_of(pupil, autumn), {"remove": "ask"} | seen(changed))
    assert "Remove this?" in words(asked)
    lead.post(pep_of(pupil, autumn), {"remove": "yes"})
    assert not TermlyPEP.objects.exists()
    assert TermlyPEP.events.rel.related_model.objects.count() == 1, "history keeps it"


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"held_on": "2026-11-22"}, "held_on", "still to come"),
        ({"held_on": "2026-08-30"}, "held_on", "begins on"),
        ({"held_on": "yesterday"}, "held_on", "not a date"),
        ({"held_by": ""}, "held_by", "Write who led it."),
        ({"held_by": "x" * 121}, "held_by", "120"),
        ({"quality": "x" * 301}, "quality", "at most 300 fit"),
    ],
)
def test_what_cannot_be_a_pep_is_refused_and_kept_on_the_form(
    world, autumn, sign_in, typed, field, says
):
    in_care(world.pupils[0])
    sent = {"held_on": "2026-11-12", "held_by": "R. Shah", "quality": "Good"} | typed
    answer = sign_in(Role.HEAD).post(pep_of(world.pupils[0], autumn), sent)
    assert wrong(answer) == [f"id_{field}"]
    assert says in words(answer)
    assert not TermlyPEP.objects.exists()


def test_two_people_at_one_pep_are_told_of_each_other(world, autumn, sign_in):
    in_care(world.pupils[0])
    url = pep_of(world.pupils[0], autumn)
    lead, head = sign_in(Role.INCLUSION_LEAD), sign_in(Role.HEAD)
    empty = head.get(url)
    lead.post(url, {"held_on": "2026-11-12", "held_by": "R. Shah", "quality": ""})
    typed = {"held_on": "2026-11-13", "held_by": "M. Hill", "quality": ""}
    told = head.post(url, typed | seen(empty))
    assert "Somebody changed this while you had it open." in words(told)
    assert TermlyPEP.objects.get().held_by == "R. Shah"
    assert head.post(url, typed | seen(told)).status_code == 302
    assert TermlyPEP.objects.get().held_by == "M. Hill"


def test_who_came_into_care_later_owes_nothing_for_the_terms_before(world, sign_in):
    """History knows what was recorded when; the flag was ticked on 3 March 2026."""
    pupil, always = (comes_in_care(world.class_group, world.routes["formal"]) for _ in "ab")
    ticked_on(dt.date(2026, 3, 3), pupil)
    year = world.terms[0].year_id
    rows = rows_of(page_of(sign_in(Role.INCLUSION_LEAD), world, year=year))
    owes = {(who, term) for who, term in rows if term}
    autumn, spring, summer = map(str, world.terms[:3])
    assert owes == {
        *((str(always), term) for term in (autumn, spring, summer)),
        *((str(pupil), term) for term in (spring, summer)),
    }
    assert {row.standing for row in rows.values() if row.term} == {"late"}
    assert sign_in(Role.HEAD).get(pep_of(pupil, world.terms[0])).status_code == 404


def test_who_left_or_moved_owes_where_they_were_at_the_end_of_the_term(world, autumn, sign_in):
    left, moved = world.pupils[:2]
    in_care(left, moved)
    Placement.objects.filter(pupil=left).update(ends_on=dt.date(2026, 10, 30))
    Placement.objects.filter(pupil=moved).update(ends_on=dt.date(2026, 10, 30))
    PlacementFactory(
        pupil=moved,
        school=world.other_school,
        route=world.routes["formal"],
        starts_on=dt.date(2026, 10, 31),
    )
    in_care(world.arb_pupils[0])
    page = sign_in(Role.TRUST_LEAD).get(LIST)
    found = page.context["found"]
    assert page.context["soon"] == 2, "the pupil of the ARB counts once"
    owing = {each.place.name: [row.what for row in each.rows if row.term] for each in found}
    assert owing == {
        world.school.name: [str(world.arb_pupils[0])],
        world.arb.name: [str(world.arb_pupils[0])],
        world.other_school.name: [str(moved)],
    }
