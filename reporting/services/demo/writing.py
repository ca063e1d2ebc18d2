"""What the demo's heads have written: last term's comments, some of this, counts, next steps."""

import datetime as dt
import random

from django.utils import timezone

from parrcs.core.access import Role
from reporting.choices import Counted, Part
from reporting.models import NextStep, SectionText, TermCount
from schools.models import Membership, School, Term

# For each section what was written last term, and what this term where the head came so far.
_WORDS: tuple[tuple[Part, str, str], ...] = (
    (
        Part.ROLL,
        "Our roll is full, and the local authority asks for more places than we have. Autism is"
        " the most frequent primary need, as in the years before.",
        "We began the year full. Most new starters came from the nurseries we visited in June, and"
        " their families had met the class teams before the first day.",
    ),
    (
        Part.STANDARDS,
        "Communication holds up well since every class uses the same picture cards. Writing is"
        " behind.\n\nMany of our pupils can tell a story long before they can hold a pencil, and"
        " what we offered them to write with was too narrow.",
        "Communication stays our strength. In writing we see first gains where pupils choose how"
        " they record: a keyboard, a switch or an adult who writes for them.",
    ),
    (
        Part.GROUPS,
        "No group stands out beyond what chance would do in a school of our size. We keep an eye"
        " on pupils with pupil premium, whose attendance is lower.",
        "",
    ),
    (
        Part.TARGETS,
        "More targets were met than in the spring, because class teams wrote smaller steps. Some"
        " were not judged: two classes had supply teachers in the last weeks of term.",
        "Class teams agreed their targets with families in September. We ask that each names how"
        " often and with how much help, and most now do.",
    ),
    (
        Part.WIDER,
        "Music therapy and swimming bring progress that our streams do not show. Families tell us"
        " of calmer evenings after both.",
        "",
    ),
    (
        Part.ATTENDANCE,
        "Attendance is close to that of special schools nationally. Most absence is for health; we"
        " plan with the nursing team how pupils can come in for part of a day.",
        "Attendance began the year better than last. The late bus is mended: the council has added"
        " a second route.",
    ),
    (
        Part.BEHAVIOUR,
        "Incidents fell after Easter, when the new sensory room opened. Each suspension was"
        " followed by a meeting with the family and a changed plan.",
        "",
    ),
    (
        Part.SAFEGUARDING,
        "All staff were trained in September and again in January. Concerns are recorded on the"
        " day, and a leader answers each within a school day.",
        "",
    ),
    (
        Part.MODERATION,
        "We moderated reading with the other schools of the trust. Where judgements differed they"
        " were seldom more than a step apart.",
        "",
    ),
    (
        Part.TRAINING,
        "Training in attention and early communication reached all class teams. Observers saw it"
        " in most lessons by the end of term.",
        "",
    ),
    (
        Part.CELEBRATIONS,
        "The summer concert filled the hall, and our trike team came home with medals.",
        "The harvest lunch was cooked by the oldest classes and served to their families.",
    ),
    (
        Part.NEXT,
        "Our priorities are writing, attendance and a calm start to each day.",
        "",
    ),
)
# How many in a term of a school like this; None is not counted.
_COUNTS: tuple[tuple[Counted, int | None], ...] = (
    (Counted.INCIDENTS, 84),
    (Counted.HOLDS, 21),
    (Counted.BULLYING, 2),
    (Counted.PREJUDICE, 1),
    (Counted.SUSPENSIONS, 4),
    (Counted.SESSIONS_LOST, 18),
    (Counted.EXCLUSIONS, 0),
    (Counted.CONCERNS, 47),
    (Counted.REFERRALS, 8),
    (Counted.PROTECTION_PLANS, 6),
    (Counted.IN_NEED, 14),
    (Counted.EARLY_HELP, 19),
    (Counted.ALLEGATIONS, 0),
    (Counted.PREVENT, 0),
    (Counted.MISSING, None),
)
# What, who, so many days after the term's end, and whether it was done in the term.
_STEPS: tuple[tuple[str, str, int, bool], ...] = (
    ("Offer each pupil a choice of ways to write, in all classes", "English lead", 30, False),
    ("Plan part days with the nursing team for pupils who miss most", "Inclusion lead", -20, True),
    ("Open the hall for a calm start from half past eight", "Deputy head", -35, True),
    ("Agree moderation of writing with the other schools", "Assessment lead", 45, False),
)
_NEW: tuple[tuple[str, str, int], ...] = (
    ("Meet the council about the third bus route", "Head", -14),
    ("Observe writing in each class and tell the team what we saw", "English lead", 10),
)


def save_writing(*, on: dt.date, rng: random.Random) -> None:
    """Write all of it for each school's last term and this one. Needs `in_trust`."""
    terms = list(Term.objects.filter(starts_on__lte=on).order_by("-starts_on")[:2])
    schools = School.objects.filter(of_trust=True).order_by("name")
    live = Membership.objects.live()
    heads = dict(live.filter(role=Role.HEAD, arb=None).values_list("school", "person"))
    lead = live.filter(role=Role.TRUST_LEAD).values_list("person", flat=True).first()
    texts, counts, steps = [], [], []
    for school in schools:
        writer = heads.get(school.pk) or lead
        for is_now, term in zip((True, False), terms, strict=False):
            if writer is not None:
                texts += _texts(school, term, writer, on, is_now=is_now)
            counts += _counts(school, term, rng, is_now=is_now)
            steps += _steps(school, term, is_now=is_now)
    SectionText.objects.bulk_create(texts)
    TermCount.objects.bulk_create(counts)
    NextStep.objects.bulk_create(steps)


def _texts(
    school: School, term: Term, writer: int, on: dt.date, *, is_now: bool
) -> list[SectionText]:
    day = min(on, term.ends_on) - dt.timedelta(days=2)
    at = timezone.make_aware(dt.datetime.combine(day, dt.time(16, 42)))
    return [
        SectionText(
            school=school,
            term=term,
            section=part,
            text=text,
            version=1,
            changed_by_id=writer,
            changed_at=at,
        )
        for part, last, now in _WORDS
        if (text := now if is_now else last)
    ]


def _counts(school: School, term: Term, rng: random.Random, *, is_now: bool) -> list[TermCount]:
    """Count all of last term; of this one, the part that is kept as it happens."""
    return [
        TermCount(
            school=school,
            term=term,
            what=what,
            number=max(0, round(number * rng.uniform(0.6, 1.4))),
        )
        for what, number in _COUNTS
        if number is not None and not (is_now and what in (Counted.EARLY_HELP, Counted.PREVENT))
    ]


def _steps(school: School, term: Term, *, is_now: bool) -> list[NextStep]:
    of = {"school": school, "term": term}
    if is_now:
        return [
            NextStep(**of, what=what, owner=owner, due_on=term.ends_on + dt.timedelta(days=days))
            for what, owner, days in _NEW
        ]
    found = []
    for what, owner, days, done in _STEPS:
        due = term.ends_on + dt.timedelta(days=days)
        done_on = due - dt.timedelta(days=3) if done else None
        found.append(NextStep(**of, what=what, owner=owner, due_on=due, done_on=done_on))
    return found
