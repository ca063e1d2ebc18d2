"""What an approval would bring is seen before it is made, and undone while nothing was judged."""

import pytest
from django.urls import reverse

from assessment.models import Stream
from assessment.selectors.progress import strands_due
from assessment.services.streams.approval import approve_stream
from parrcs.core.access import Role
from pupils.models import Placement
from schools.models import Term
from tests.assessment.streams.deciding import NEXT, ONE, lead, swimming, terms, used
from tests.factories.assessment import JudgementFactory
from tests.factories.pupils import PlacementFactory
from tests.pupils.conftest import counted, today, words

__all__ = ["counted", "lead", "swimming", "terms", "today", "used"]  # fixtures


@pytest.fixture
def client(world, sign_in):
    return sign_in(Role.TRUST_LEAD)


def address(stream):
    return reverse("stream_approve", args=[stream.pk])


def asked(world, term, *codes):
    sent = {"term": term.pk}
    for code in codes:
        pk = world.routes[code].pk
        sent |= {f"judged_{pk}": "on", f"points_{pk}": "1", f"better_{pk}": "2"}
    return sent


def judgements_due(term):
    """Count by hand: each pupil on roll on the census day, times the strands of the route."""
    due = strands_due(term)
    found: dict[str, int] = {}
    for each in Placement.objects.on(term.census_on).select_related("school"):
        name = each.school.name
        found[name] = found.get(name, 0) + len(due.get(each.route_id, ()))
    return found


def told(response):
    """The rows of the table: school, pupils, judgements in it, more than without."""
    return {
        each.school: (each.pupils, each.due, each.more)
        for each in response.context["effect"].schools
    }


def test_the_effect_is_seen_first_and_is_what_the_approval_brings(
    world, terms, swimming, client, lead
):
    stream, spring = swimming(), terms[1]
    form = client.get(address(stream))
    # Autumn runs today: the next term is offered first.
    assert f'<option value="{spring.pk}" selected>Spring 2027' in form.content.decode()
    before = judgements_due(spring)
    shown = client.post(address(stream), asked(world, spring, "formal", "semi-formal"))
    page = words(shown)
    assert "Approve Swimming 1.0 from Spring 2027 on" in page
    # One of Curlew on each route and two in the base; two in the other school. Two strands.
    assert "6 pupils would be judged in it, in 12 judgements a term." in page
    effect = told(shown)
    assert effect == {world.school.name: (4, 8, 8), world.other_school.name: (2, 4, 4)}
    stream.refresh_from_db()
    assert stream.approved_from is None
    sent = asked(world, spring, "formal", "semi-formal") | {"change": "1"}
    assert "See what it does" in words(client.post(address(stream), sent))
    sent = asked(world, spring, "formal", "semi-formal") | {"confirmed": "1"}
    assert client.post(address(stream), sent).status_code == 302
    after = judgements_due(spring)
    assert {each: after[each] - before[each] for each in after} == {
        each: more for each, (_, _, more) in effect.items()
    }


def test_of_a_version_that_takes_the_place_of_one_the_difference_is_told(
    world, terms, swimming, used, client
):
    new, spring = swimming(**NEXT), terms[1]
    before = judgements_due(spring)
    effect = told(client.post(address(new), asked(world, spring, "semi-formal")))
    assert effect == {world.school.name: (1, 2, 2 - 6), world.other_school.name: (2, 4, 4)}
    client.post(address(new), asked(world, spring, "semi-formal") | {"confirmed": "1"})
    after = judgements_due(spring)
    assert {each: after[each] - before[each] for each in after} == {
        each: more for each, (_, _, more) in effect.items()
    }


def test_a_version_for_later_is_not_counted_as_in_use(world, terms, swimming, client):
    stream = swimming()
    client.post(address(stream), asked(world, terms[1], "formal") | {"confirmed": "1"})
    page = client.get(reverse("streams"))
    said = words(page)
    assert "2 in use · 1 approved for later" in said
    assert "waits for your approval" not in said
    assert [each.stream for each in page.context["list"].to_come] == [stream]
    assert "In use from 5 January 2027 on" in said
    for name in ("stream", "stream_expected"):
        told = words(client.get(reverse(name, args=[world.engagement.pk])))
        assert "the sum over the terms since the baseline, each by the figures that h" in told


def test_what_cannot_be_is_refused_before_it_is_shown(world, terms, swimming, used, client):
    new = swimming(**NEXT)
    page = words(client.post(address(new), asked(world, terms[0], "formal")))
    assert "Autumn 2026 has been judged in Swimming 1.0 already." in page
    assert "would be judged in it" not in page


def test_the_effect_costs_the_same_for_few_pupils_and_for_many(
    world, terms, swimming, client, counted
):
    stream = swimming()

    def cost():
        with counted() as queries:
            client.post(address(stream), asked(world, terms[1], "formal"))
        return len(queries)

    few = cost()
    for _ in range(20):
        PlacementFactory(
            school=world.school, class_group=world.class_group, route=world.routes["formal"]
        )
    assert cost() == few


def test_an_approval_in_use_is_taken_back_while_nothing_was_judged(
    world, lead, terms, swimming, client
):
    stream = swimming()
    expected = {world.routes["formal"].pk: ONE}
    approve_stream(by=lead, stream=stream, term=terms[0], expected=expected)
    page = reverse("stream", args=[stream.pk])
    take_back = reverse("stream_take_back", args=[stream.pk])
    assert "Take back the approval" in words(client.get(page))
    assert "Swimming 1.0 waits for approval again." in words(client.post(take_back, follow=True))
    stream.refresh_from_db()
    assert stream.approved_from is None
    assert not stream.expectations.exists()

    # A term that was counted with it, and is closed, holds it; so does one judgement.
    approve_stream(by=lead, stream=stream, term=terms[0], expected=expected)
    Stream.objects.filter(pk=stream.pk).update(approved_from=world.terms[2].starts_on)
    page_now = words(client.get(page))
    assert "Take back the approval" not in page_now
    said = words(client.post(take_back, follow=True))
    assert "Summer 2026 was counted with it and is closed" in said
    Stream.objects.filter(pk=stream.pk).update(approved_from=terms[0].starts_on)
    JudgementFactory(
        pupil=world.pupils[2],
        strand=stream.strands.first(),
        term=Term.objects.get(pk=terms[0].pk),
        point=stream.points.first(),
    )
    assert "Take back the approval" not in words(client.get(page))
    said = words(client.post(take_back, follow=True))
    assert "Judgements or baselines have been made in Swimming 1.0 already." in said
    stream.refresh_from_db()
    assert stream.approved_from == terms[0].starts_on
