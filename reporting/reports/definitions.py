"""What the words of a report mean, in plain words, for its last page."""

from reporting.reports.document import Definition


def glossary() -> list[Definition]:
    """Return every word that the reports use in a sense of its own."""
    return [Definition(word=word, meaning=meaning) for word, meaning in _WORDS]


def hiding_words(largest_small: int, fewest_of: int) -> Definition:
    """Return what "hidden" means in a report in which small numbers are hidden."""
    return Definition(
        word="Hidden",
        meaning=f"A number from 1 to {largest_small}, or a share of fewer than {fewest_of}, is not"
        " shown, so that no child can be recognised; nor is a number from which one of these could"
        " be worked out, which may be large. Nobody can tell from the word which of the two it is."
        " A nought is a nought.",
    )


_WORDS = (
    (
        "Who is counted",
        "Pupils registered at the school on the term's census date. A pupil who moves counts"
        " where registered on that day. Pupils in an area resource base (ARB) of the school are"
        " registered at the school, so they count in all its figures, and are shown apart as well.",
    ),
    (
        "Core areas",
        "The areas of learning that the trust reports on for all pupils. Strands of a stream that"
        " belong to no core area are shown as other strands.",
    ),
    (
        "Judgement",
        "A teacher's decision, once a term, on the point a pupil has reached in a strand.",
    ),
    (
        "Due and judged",
        "Each pupil is due one judgement in each strand of the streams for their personal learning"
        " route. Judged is how many of these have been made. What is not yet judged is missing,"
        " not nought, and counts in no share.",
    ),
    (
        "Baseline",
        "The point from which a pupil's progress in a strand is measured: the one in force at the"
        " end of the term. A new baseline never moves an earlier term's figures. A judgement"
        " without a baseline shows no progress; it is counted by itself, under No baseline.",
    ),
    (
        "Gain",
        "The judged point less the baseline, in points of the stream's scale.",
    ),
    (
        "Expected gain",
        "The points a term that the stream expects on the pupil's route, times the terms since the"
        " baseline. A term counts when its census falls on or after the day of the baseline.",
    ),
    (
        "None, some, expected, better",
        "None: no gain, or a loss. Some: a gain smaller than expected. Expected: the expected gain"
        " or more. Better: at least so many times the expected gain as the stream sets (1.5 unless"
        " the trust has set another figure). Where no gain is expected, because holding on is the"
        " aim, a pupil who has lost nothing is at expected.",
    ),
    (
        "At or above expected",
        "Judgements at expected or better, of all judgements that have a baseline (n of N).",
    ),
    (
        "Interval",
        "The range in which the true share lies with 95 in 100 certainty, given how few or many"
        " judgements there are (Wilson's method). It takes each judgement as separate from the"
        " others, although those of one pupil are not wholly so.",
    ),
    (
        "Change",
        "This term's share less the last term's, in percentage points, reckoned before either is"
        " rounded. The last term's figures are of the pupils who were registered then.",
    ),
    (
        "Well above, well below, may be",
        "A group of 6 pupils or more is called well above or well below the school when its share"
        " is outside the limits in which 99.8 in 100 groups of its size would lie by chance, and"
        " may be above or below when outside those for 95 in 100.",
    ),
    (
        "Termly target",
        "One term's step towards an outcome of a pupil's plan. Met means judged met or exceeded, of"
        " the targets judged. Targets that nobody has judged are counted beside them.",
    ),
)
