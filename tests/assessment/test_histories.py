"""Any history at all: movers, new baselines, edited streams and gaps, beside a naive reckoning.

The naive side knows what happened, in order, and nothing of rows: where a stream was edited
it reads each earlier point through the edits one after the other.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.measures import Indicator
from assessment.models import Baseline, Expectation, Point, Strand, Stream
from assessment.selectors.progress import progress_of
from assessment.services.streams.approval import Expected, put_in_use
from assessment.services.streams.carrying import carry_on
from assessment.services.streams.files import StreamFile
from assessment.services.streams.versions import store_stream
from parrcs.core.access import Role
from pupils.models import Placement, Pupil, Route
from pupils.selectors.cohorts import cohort
from schools.choices import Season
from schools.models import Term
from tests.factories.assessment import JudgementFactory
from tests.factories.pupils import PupilFactory
from tests.factories.schools import AcademicYearFactory, TermFactory
from tests.world import World

ROUTES = ("pre-formal", "formal")
POINTS = 8


@dataclass
class Edit:
    """One version of a stream: what its points are worth and what is expected."""

    values: list[int]
    rates: dict[str, int]
    better: Decimal
    # Which point of this version each point of the version before becomes.
    became: list[int] = field(default_factory=list)


@dataclass
class Life:
    """What befalls one pupil in a strand: by term, with points as numbers from 0."""

    route: str
    moves: dict[int, str]
    baselines: dict[int, tuple[int, int]]
    judged: dict[int, int]


@st.composite
def edits(draw):
    values = sorted(draw(st.sets(st.integers(1, 40), min_size=POINTS, max_size=POINTS)))
    return Edit(
        values,
        {route: draw(st.integers(0, 4)) for route in ROUTES},
        draw(st.sampled_from([Decimal(1), Decimal("1.5"), Decimal(2)])),
        sorted(draw(st.lists(st.integers(0, POINTS - 1), min_size=POINTS, max_size=POINTS))),
    )


def lives(terms):
    points = st.integers(0, POINTS - 1)
    return st.builds(
        Life,
        st.sampled_from(ROUTES),
        st.dictionaries(
            st.integers(1, terms - 1),
            st.sampled_from([*ROUTES, "other school", "nowhere"]),
            max_size=2,
        ),
        # By term: the day within it, and the point. Before the census, on it, after it.
        st.dictionaries(
            st.integers(0, terms - 1),
            st.tuples(st.sampled_from([0, 5, 30, 31, 60]), points),
            max_size=3,
        ),
        st.dictionaries(st.integers(0, terms - 1), points),
    )


TERMS = 6
stories = st.tuples(
    st.dictionaries(st.integers(1, TERMS - 1), edits(), max_size=2),
    edits(),
    st.lists(lives(TERMS), min_size=3, max_size=3),
    # The trust's own figures from a term on, by route.
    st.dictionaries(
        st.integers(1, TERMS - 1),
        st.fixed_dictionaries({route: st.integers(0, 4) for route in ROUTES}),
        max_size=2,
    ),
    st.booleans(),
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stories)
def test_any_history_with_edited_streams_counts_as_told(world, story):
    later, first, drawn, figures, ahead = story
    with transaction.atomic():
        Telling(world, {0: first, **later}, drawn, figures, ahead=ahead).check()
        transaction.set_rollback(True)


class Telling:
    """A story, told to the database term by term as people would, and then checked."""

    def __init__(
        self,
        world: World,
        versions: dict[int, Edit],
        drawn: list[Life],
        figures: dict[int, dict[str, int]],
        *,
        ahead: bool,
    ) -> None:
        self.world, self.versions = world, dict(sorted(versions.items()))
        # A new version begins with figures of its own.
        self.figures = {term: each for term, each in figures.items() if term not in versions}
        self.terms = _terms()
        self.lives = {PupilFactory(): life for life in drawn}
        self.streams: dict[int, Stream] = {}
        for pupil, life in self.lives.items():
            self._place(pupil, life)
        self._edit(0)
        for number in range(TERMS):
            # A new version is approved on its first day, or in the term before.
            self._edit(number + 1 if ahead else number)
            self._set_figures(number)
            for pupil, life in self.lives.items():
                self._judge(pupil, life, number)

    def _place(self, pupil: Pupil, life: Life) -> None:
        stretches = [(0, life.route), *sorted(life.moves.items()), (TERMS, "")]
        route, place = life.route, "here"
        for (start, to), (end, _) in pairwise(stretches):
            if to in ROUTES:
                route, place = to, "here"
            else:
                place = to
            if place == "nowhere":
                continue
            Placement.objects.create(
                pupil=pupil,
                school=self.world.other_school if place == "other school" else self.world.school,
                route=self.world.routes[route],
                starts_on=self.terms[start].starts_on,
                ends_on=self.terms[end].starts_on - dt.timedelta(days=1) if end < TERMS else None,
            )

    def _edit(self, number: int) -> None:
        if number not in self.versions or number in self.streams:
            return
        edit, before = self.versions[number], max(self.streams, default=None)
        stream_file = StreamFile.model_validate(
            {
                "code": "story",
                "version": str(number),
                "name": "Story",
                "description": "Drawn.",
                "for_whom": "Tests.",
                "better": edit.better,
                "scale": [
                    {"code": f"{number}-{n}", "label": "drawn", "value": value}
                    for n, value in enumerate(edit.values)
                ],
                "strands": [{"code": f"strand-{number}", "name": "Strand"}],
                "expected": edit.rates,
                "replaces": None
                if before is None
                else {
                    "version": str(before),
                    "strands": {f"strand-{number}": f"strand-{before}"},
                    "points": {
                        f"{before}-{old}": f"{number}-{new}" for old, new in enumerate(edit.became)
                    },
                },
            }
        )
        stream = store_stream(stream_file=stream_file, source="drawn")
        routes = {route.code: route.pk for route in Route.objects.all()}
        put_in_use(
            stream=stream,
            starts_on=self.terms[number].starts_on,
            expected={
                routes[code]: Expected(Decimal(rate), edit.better)
                for code, rate in edit.rates.items()
            },
        )
        self.streams[number] = stream

    def _set_figures(self, number: int) -> None:
        first_day = self.terms[number].starts_on
        for code, rate in self.figures.get(number, {}).items():
            stream = self.streams[self._version(number)]
            row = stream.expectations.get(route__code=code, ends_on=None)
            row.ends_on = first_day - dt.timedelta(days=1)
            row.save()
            Expectation.objects.create(
                stream=stream,
                route=row.route,
                points_a_term=rate,
                better=row.better,
                starts_on=first_day,
            )

    def _rate(self, version: int, route: str, number: int) -> int:
        """Return what a term brings in a version; one before it goes by its first figures."""
        since = [term for term in self.figures if version < term <= number]
        return (self.figures[max(since)] if since else self.versions[version].rates)[route]

    def _version(self, number: int) -> int:
        """Return the version in force in a term."""
        return max(each for each in self.versions if each <= number)

    def _judge(self, pupil: Pupil, life: Life, number: int) -> None:
        version = self._version(number)
        stream, term = self.streams[version], self.terms[number]
        strand = Strand.objects.get(stream=stream)
        if number in life.baselines:
            after, point = life.baselines[number]
            day = term.starts_on + dt.timedelta(days=after)
            Baseline.objects.filter(pupil=pupil, strand=strand, replaced_on=None).update(
                replaced_on=day
            )
            carry_on(
                baseline=Baseline.objects.create(
                    pupil=pupil,
                    strand=strand,
                    point=Point.objects.get(stream=stream, code=f"{version}-{point}"),
                    judged_on=day,
                )
            )
        if number in life.judged:
            JudgementFactory(
                pupil=pupil,
                strand=strand,
                term=term,
                point=Point.objects.get(stream=stream, code=f"{version}-{life.judged[number]}"),
            )

    def check(self) -> None:
        """Compare every term with what the story says."""
        access = self.world.access(Role.TRUST_LEAD)
        strands = {Strand.objects.get(stream=each).pk for each in self.streams.values()}
        for number, term in enumerate(self.terms):
            found = {
                each.pupil_id: (each.value, each.gain, each.expected, each.indicator)
                for each in progress_of(cohort(access, term=term))
                if each.strand_id in strands
            }
            told = {}
            for pupil, life in self.lives.items():
                reached = self._told(life, number)
                if reached is not None:
                    told[pupil.pk] = reached
            assert found == told, f"term {number}"

    def _told(self, life: Life, number: int) -> tuple[object, ...] | None:
        """Reckon what a judgement of a term means, from the story alone."""
        route = self._route(life, number)
        if route is None or number not in life.judged:
            return None
        version = self.versions[self._version(number)]
        value = version.values[life.judged[number]]
        # The census is 30 days into a term: a baseline after it is none for the term.
        made = [
            each
            for each, (after, _) in life.baselines.items()
            if each < number or (each == number and after <= 30)
        ]
        if not made:
            return value, None, None, None
        start = max(made)
        after, point = life.baselines[start]
        for each in sorted(self.versions):
            if self._version(start) < each <= number:
                point = self.versions[each].became[point]
        gain = value - version.values[point]
        counted = range(start + (after > 30), number + 1)
        in_force = self._version(number)
        expected = sum(self._rate(in_force, route, term) for term in counted)
        if expected == 0:
            word = Indicator.EXPECTED if gain >= 0 else Indicator.NONE
        elif gain <= 0:
            word = Indicator.NONE
        elif gain < expected:
            word = Indicator.SOME
        else:
            better = gain >= version.better * expected
            word = Indicator.BETTER if better else Indicator.EXPECTED
        return value, gain, expected, word

    @staticmethod
    def _route(life: Life, number: int) -> str | None:
        route, place = life.route, "here"
        for when, to in sorted(life.moves.items()):
            if when > number:
                break
            if to in ROUTES:
                route, place = to, "here"
            else:
                place = to
        return None if place == "nowhere" else route


def _terms() -> list[Term]:
    """Make six terms of two years long ago, each with its census 30 days after it starts."""
    made: list[Term] = []
    for start in (2012, 2013):
        year = AcademicYearFactory(start=start)
        for season, month in zip(Season, (9, 1, 4), strict=True):
            first = dt.date(start + (month < 9), month, 1)
            made.append(
                TermFactory(
                    year=year,
                    season=season,
                    starts_on=first,
                    census_on=first + dt.timedelta(days=30),
                    ends_on=first + dt.timedelta(days=70),
                )
            )
    return made
