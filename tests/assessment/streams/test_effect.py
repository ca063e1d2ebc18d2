"""What an approval would bring is seen before it is made, and undone while nothing was judged."""

import pytest
from django.urls import reverse

from assessment.measures import Indicator
from assessment.models import Stream
from assessment.selectors.progress import progress_of, strands_due
from assessment.services.streams.approval import approve_stream
from parrcs.core.access import Role
from pupils.models import Placement
from pupils.selectors.cohorts import cohort
from schools.models import Term
from tests.assessment.streams.deciding import NEXT, ONE, lead, swimming, terms, used
from tests.factories.assessment import BaselineFactory, JudgementFactory
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
    # What is approved stands there too, route by route.
    assert "What would be expected From Spring 2027 on." in page
    assert "Semi-formal 1 from 2 times that Formal 1 from 2 times that" in page
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


def reached_by_lead(lead, term, stream):
    """Count by hand what is at or above expected in a stream, of what has a baseline."""
    strands = set(stream.strands.values_list("pk", flat=True))
    made = [
        each
        for each in progress_of(cohort(lead, term=term))
        if each.strand_id in strands and each.indicator is not None
    ]
    return sum(each.indicator >= Indicator.EXPECTED for each in made), len(made)


def test_other_figures_are_seen_first_and_do_what_was_shown(world, lead, terms, client):
    """Two of three are as expected at 1 point a term; at 3 points none is."""
    stream, term = world.developmental, world.term
    strand = stream.strands.first()
    points = {int(each.value): each for each in stream.points.all()}
    for pupil, gain in ((world.pupils[1], 1), (world.pupils[2], 0), (world.other_pupils[0], 2)):
        BaselineFactory(pupil=pupil, strand=strand, point=points[1], judged_on=term.starts_on)
        JudgementFactory(pupil=pupil, strand=strand, term=term, point=points[1 + gain])
    page = reverse("stream_expected", args=[stream.pk])
    sent = asked(world, term, "semi-formal", "formal", "pre-formal")
    sent |= {name: "3" for name in sent if name.startswith("points_")}
    before = {row.pk: row.ends_on for row in stream.expectations.all()}
    was = reached_by_lead(lead, term, stream)
    shown = client.post(page, sent)
    effect = shown.context["effect"]
    assert {row.pk: row.ends_on for row in stream.expectations.all()} == before
    assert (effect.total.before.n, effect.total.before.of) == was == (2, 3)
    said = words(shown)
    assert "67 % at or above expected would become 0 %" in said
    assert "They count from Autumn 2026 on" in said
    assert "See what it does" in words(client.post(page, sent | {"change": "1"}))
    done = client.post(page, sent | {"confirmed": "1"})
    assert done.status_code == 302
    assert (effect.total.after.n, effect.total.after.of) == reached_by_lead(lead, term, stream)
    assert [(each.before.of, each.after.n) for each in effect.schools] == [(2, 0), (1, 0)]
    # The same again: nothing is other than now.
    said = words(client.post(page, sent))
    assert "In Autumn 2026 as many judgements as now would be at or above expected." in said
    assert "the same" in said
    said = words(client.post(page, sent | {"term": terms[1].pk}))
    assert "Autumn 2026 keeps the figures that it has, so none of its numbers moves." in said


def test_figures_that_cannot_be_set_are_refused_before_they_are_shown(world, client):
    stream, term = world.developmental, world.term
    JudgementFactory(
        pupil=world.pupils[1],
        strand=stream.strands.first(),
        term=term,
        point=stream.points.first(),
    )
    page = reverse("stream_expected", args=[stream.pk])
    said = words(client.post(page, asked(world, term, "formal", "pre-formal")))
    assert "on the semi-formal route have been judged in" in said
    assert "What it does in each school" not in said
