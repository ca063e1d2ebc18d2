"""The sums and hints about termly targets, held to examples worked out by hand."""

import pytest

from pupils.measures import TargetSaid, TargetSuccess, carried_on, target_hints, target_success

CARD = "ask for help with a picture card"


@pytest.mark.parametrize(
    ("judged", "met", "of", "beside"),
    [
        ([], 0, 0, 0),
        ([None, None], 0, 0, 2),
        ([1, 2, 3, 4, None], 2, 4, 1),
        ([3], 1, 1, 0),
    ],
)
def test_success_is_met_of_judged_with_the_others_beside(judged, met, of, beside):
    assert target_success(judged) == TargetSuccess(met, of, beside)


@pytest.mark.parametrize(
    ("walt", "wilf", "kinds"),
    [
        # Nothing to say: it has a measure, a time, one sentence each, and says two things.
        (CARD, "hands over the card in three of five sessions", []),
        ("read aloud", "reads 5 words e.g. cat in a lesson", []),
        ("get ready to go home", "puts on coat and bag independently at home time", []),
        ("eat with a spoon", "eats half a bowl with no more than one prompt at lunch", []),
        # No number, frequency or level of help. Asking for help is none.
        (CARD, "hands over the card at snack time", ["measure"]),
        ("line up", "stands in line without being held during assembly", ["measure"]),
        # No time: how often out of how many is none.
        (CARD, "hands over the card three times out of five", ["time"]),
        (CARD, "hands over the card", ["measure", "time"]),
        # More than a sentence, or several lines.
        ("sit down. Then look", "sits for two minutes", ["length"]),
        ("sit down", "sits for two minutes\nlooks at the adult twice", ["length"]),
        ("sit down. Look", "Sits for 2 minutes. Looks twice.", ["length", "length"]),
        ("sit", "Sits for 2.5 minutes, i.e. a song, with Mr. Bear.", []),
        # WILF repeats WALT: the same words, or hardly any others.
        ("count to ten", "counts to ten", ["time", "repeats"]),
        ("count ten objects", "counts ten objects every day", []),
        ("ask for help", "asks for help with a picture card twice a day", []),
        # What is not written yet needs no hint; what is too long does.
        ("", "", []),
        (CARD, "  ", []),
        ("sit. Look", "", ["length"]),
        ("…", "!", ["measure", "time"]),
    ],
)
def test_hints_say_what_a_target_could_say_more_of(walt, wilf, kinds):
    assert [hint.kind.value for hint in target_hints(walt, wilf)] == kinds


SAID = TargetSaid(CARD, "hands over the card", "looks at the card", "ask with two words")


@pytest.mark.parametrize(
    ("judged", "comment", "wanted"),
    [
        # Not judged: as it is.
        (None, "", SAID),
        # Met: the next step is the target now, from what was looked for.
        (
            3,
            "Secure.",
            TargetSaid("ask with two words", "", "Met in Summer 2026: hands over the card", ""),
        ),
        # Not met: the same again, from how it went.
        (
            2,
            "With one adult only.",
            TargetSaid(
                CARD,
                "hands over the card",
                "Partly in Summer 2026: With one adult only.",
                "ask with two words",
            ),
        ),
        (
            1,
            "",
            TargetSaid(
                CARD,
                "hands over the card",
                "Not yet in Summer 2026. Next step then: ask with two words",
                "ask with two words",
            ),
        ),
    ],
)
def test_a_target_goes_on_by_how_it_was_judged(judged, comment, wanted):
    assert carried_on(SAID, judged=judged, comment=comment, term="Summer 2026", most=300) == wanted


def test_a_proposal_fits_into_what_may_be_saved():
    long = TargetSaid("x" * 300, "y" * 300, "z" * 300, "")
    for judged in (1, 2, 3, 4):
        start = carried_on(long, judged=judged, comment="c" * 500, term="Autumn 2026", most=300)
        assert len(start.starting_point) == 300
        assert start.starting_point.endswith("…")
    said = carried_on(long, judged=2, comment="", term="Autumn 2026", most=300).starting_point
    assert said.startswith("Partly in Autumn 2026, from: zzz")
    bare = carried_on(
        TargetSaid("x", "y", "", ""), judged=2, comment="", term="Autumn 2026", most=300
    )
    assert bare == TargetSaid("x", "y", "Partly in Autumn 2026", "")
    assert carried_on(
        TargetSaid("x", "y", "", ""), judged=4, comment="", term="Autumn 2026", most=300
    ) == TargetSaid("x", "y", "Exceeded in Autumn 2026: y", "")
