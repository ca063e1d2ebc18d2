"""A stream that was replaced, on the page of a pupil: both versions, and no old number moved."""

from decimal import Decimal

from assessment.models import Strand
from parrcs.core.access import Role
from tests.factories.assessment import JudgementFactory
from tests.pupils.conftest import words
from tests.pupils.pages import page_of, points, replace_developmental, shown


def test_a_new_version_of_a_stream_moves_no_old_number(world, sign_in, history):
    before = shown(sign_in(Role.TEACHER).get(page_of(history)))
    newer = replace_developmental(world)
    reading = Strand.objects.get(stream=newer, code="reading")
    JudgementFactory(pupil=history, strand=reading, term=world.term, point=points(newer)[6])
    response = sign_in(Role.TEACHER).get(page_of(history))
    after = shown(response)
    old_terms = {term.pk for term in world.terms[:3]}
    assert {key: before[key] for key in before if key[1] in old_terms} == {
        key: after[key] for key in after if key[1] in old_terms
    }
    # What was judged in the old version after it ended is shown, and compared with nothing.
    late = [
        numbers
        for (strand, term), numbers in after.items()
        if term == world.term.pk and strand != reading.pk
    ]
    assert [(expected, word) for _, _, expected, word in late] == [(None, None)] * 2
    # The new version counts from the baseline that was carried over: 5 is its 3.
    assert after[reading.pk, world.term.pk] == (
        Decimal(6),
        Decimal(3),
        Decimal("0.5") * 4,
        "better",
    )


def test_both_versions_show_and_the_page_says_where_the_scale_changed(world, sign_in, history):
    newer = replace_developmental(world)
    response = sign_in(Role.TEACHER).get(page_of(history))
    streams = response.context["overview"].positions.streams
    assert [(each.stream, each.replaced_by) for each in streams] == [
        (newer, None),
        (world.developmental, newer),
    ]
    assert streams[0].terms == [world.term]
    assert streams[1].terms == world.terms  # judged in it by mistake, this autumn
    page = words(response)
    assert "Replaced on 1 September 2026 by version 2.0. The scale changed there" in page
    assert "3 15 Sep 2025 was 5 in version 1.0" in page
