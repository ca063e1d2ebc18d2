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
    (
        "Up, the same, down",
        "Each judgement beside the last one before it of the same pupil in the same strand, in"
        " whichever term that was; of an earlier version of a stream, in the points of the later"
        " one. It says which way a pupil has moved, not whether that is as expected.",
    ),
    (
        "Outcome of a plan",
        "What a pupil's plan wants the pupil to reach. Those of the plans in force on the census"
        " date are counted. A target met means that one or more of the term's targets for it were"
        " met; carried forward, that one goes on from an earlier term; changed, that its words"
        " were changed during the term.",
    ),
    (
        "Wider progress",
        "What pupils are given beside the core areas, and how far it brought them: none, some,"
        " expected or better, as the teacher or therapist judged it.",
    ),
    (
        "Session",
        "Half a day of school. Possible are the sessions for which the pupil's register was open;"
        " attended are those at school or at approved education elsewhere, late arrivals included;"
        " the others were missed with leave of the school (authorised) or without.",
    ),
    (
        "Persistently and severely absent",
        "Persistently: missed a tenth or more of the possible sessions. Severely: missed half or"
        " more; they are among the persistently absent.",
    ),
    (
        "National figures of attendance",
        "Those of the Department for Education for special, primary or secondary schools in"
        " England, whichever the school is; there are none of late arrivals and of severe absence.",
    ),
    (
        "Suspension, exclusion, sessions lost",
        "A suspension keeps a pupil out of school for a fixed time, an exclusion for good. Sessions"
        " lost are the half days of suspensions.",
    ),
    (
        "Physical intervention",
        "Staff held a pupil to keep somebody safe.",
    ),
    (
        "Child protection, child in need, early help",
        "Plans that children's social care or its partners have for a family: where a child is at"
        " risk of significant harm, where a child needs support to be well, and before either.",
    ),
    (
        "LADO",
        "The local authority designated officer, to whom allegations about adults who work with"
        " children are referred.",
    ),
    (
        "Prevent",
        "The duty to keep people from being drawn into terrorism; a referral asks for advice.",
    ),
    (
        "Not counted",
        "Nobody has written down a number. It is not nought.",
    ),
    (
        "Personal education plan (PEP)",
        "The plan for the schooling of a child looked after, reviewed each term.",
    ),
    (
        "Annual review in time",
        "The meeting about an education, health and care plan was held by the day set for it, and"
        " within twelve months of the one before. Meetings that are still to come are not counted.",
    ),
    (
        "Late",
        "It was due before the day on which the figures of the report were taken, and is not done.",
    ),
    (
        "Premium",
        "Money for a purpose, such as the pupil premium or the PE and sport premium. The school"
        " publishes what it does with it.",
    ),
    (
        "Achievement",
        "Something a pupil achieved in the term, written down to be celebrated.",
    ),
)
