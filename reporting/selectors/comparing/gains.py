"""How gains since the baseline are spread, by route and stream: points of two scales stay apart."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from statistics import median, quantiles
from typing import NamedTuple

from assessment.measures import Indicator, Interval, difference, signed, wilson
from assessment.selectors.progress import progress_counts
from parrcs.core.access import Access
from parrcs.core.planning import much_at_once
from pupils.models import Route
from pupils.selectors.cohorts import Cohort
from reporting.selectors.comparing.choices import Chosen, in_sentence
from reporting.selectors.comparing.tallies import TOO_FEW
from reporting.selectors.comparing.units import (
    WHOLE_TRUST,
    Unit,
    places_of,
    unit_called,
    units,
    within,
)
from reporting.selectors.comparing.words import gain_said, percent, percent_of, share_said

_ROUTE = ("route",)


class Scale(NamedTuple):
    """A route in a stream, in which points are of one scale and expectations are alike."""

    route_code: str
    route: str
    stream_code: str
    stream: str

    @property
    def name(self) -> str:
        """Both, as a heading says them."""
        return f"{self.route}, {self.stream}"


@dataclass
class Spread:
    """The gains of a unit on one route in one stream: how many judgements came to each.

    `counts` are by gain and indicator: one gain may be two of them, as pupils have had their
    baselines for longer or less long.
    """

    unit: Unit
    scale: Scale
    query: str
    compared: set[int] = field(default_factory=set)
    counts: Counter[tuple[Decimal, Indicator]] = field(default_factory=Counter)

    @property
    def pupils(self) -> int:
        """How many pupils have a gain."""
        return len(self.compared)

    @property
    def too_few(self) -> bool:
        """Whether too few pupils have a gain to say how gains are spread."""
        return self.pupils < TOO_FEW

    @property
    def judgements(self) -> int:
        """Judgements with a baseline."""
        return self.counts.total()

    def of(self, indicator: Indicator) -> int:
        """Return how many judgements came to an indicator."""
        return sum(n for (_, reached), n in self.counts.items() if reached is indicator)

    @property
    def none(self) -> int:
        """Judgements of no progress."""
        return self.of(Indicator.NONE)

    @property
    def at_or_above(self) -> int:
        """Judgements at or above the expected gain."""
        return self.of(Indicator.EXPECTED) + self.of(Indicator.BETTER)

    @property
    def interval(self) -> Interval | None:
        """The share at or above expected, with its 95 % interval."""
        return wilson(self.at_or_above, self.judgements)

    @property
    def shown(self) -> tuple[int, int, int] | None:
        """That share and its interval in per cent; None when too few to say."""
        if self.interval is None or self.too_few:
            return None
        return (
            percent_of(self.at_or_above, self.judgements),
            percent(self.interval.low),
            percent(self.interval.high),
        )

    @cached_property
    def quartiles(self) -> tuple[Decimal, Decimal, Decimal] | None:
        """Lower quartile, median and upper quartile of the gains; None where there are none.

        Between two gains, in proportion, as spreadsheets do (QUARTILE.INC).
        """
        gains = sorted(gain for (gain, _), n in self.counts.items() for _ in range(n))
        if len(gains) < 2:
            return (gains[0],) * 3 if gains else None
        low, _, high = quantiles(gains, n=4, method="inclusive")
        return low, median(gains), high

    @property
    def quartiles_said(self) -> list[str]:
        """The quartiles with their signs."""
        return [signed(each) for each in self.quartiles or ()]

    @property
    def mean(self) -> Decimal | None:
        """The mean of the gains; None where there are none."""
        total = sum((gain * n for (gain, _), n in self.counts.items()), Decimal(0))
        return total / self.judgements if self.judgements else None

    @property
    def mean_said(self) -> str:
        """The mean with its sign and one decimal."""
        return "" if self.mean is None else gain_said(self.mean)


@dataclass(frozen=True)
class Gains:
    """The spreads of the trust by route and stream, and beside them those of one unit, if any."""

    chosen: Chosen
    unit: Unit
    offered: list[Unit]
    pairs: list[list[Spread]]
    pupils: int

    @property
    def spreads(self) -> list[Spread]:
        """All spreads: of each route and stream the unit's, then the trust's."""
        return [each for pair in self.pairs for each in pair]

    @property
    def judgements(self) -> int:
        """Judgements of the unit with a baseline."""
        return sum(pair[0].judgements for pair in self.pairs)

    @property
    def _told_of(self) -> list[Spread]:
        """The spreads that the sentences are about: of the unit, or else of the trust."""
        return [pair[0] for pair in self.pairs if not pair[0].too_few]

    @property
    def medians(self) -> list[tuple[str, str]]:
        """The route, and what the median gains on it are, each with its stream."""
        by_route: dict[str, list[str]] = defaultdict(list)
        for each in self._told_of:
            if each.quartiles:
                by_route[each.scale.route].append(
                    f"{points(each.quartiles[1])} in {each.scale.stream}"
                )
        return [(route, in_sentence(said)) for route, said in by_route.items()]

    @property
    def most_none(self) -> Spread | None:
        """Where no progress is more frequent than elsewhere by more than chance may explain."""
        told = self._told_of
        most = max(told, key=lambda each: each.none / each.judgements, default=None)
        if most is None:
            return None
        others = [each for each in told if each is not most]
        rest = sum(each.none for each in others), sum(each.judgements for each in others)
        apart = difference((most.none, most.judgements), rest)
        return most if apart and apart.clear else None

    @property
    def none_said(self) -> str:
        """Where that is, or how frequent no progress is over all, as a sentence."""
        told = self._told_of
        if not told:
            return ""
        most = self.most_none
        if most is None:
            none, judged = sum(each.none for each in told), sum(each.judgements for each in told)
            return f"No progress: {share_said(none, judged)} of these judgements."
        return (
            f"No progress is more frequent than elsewhere on the route {most.scale.route} in"
            f" {most.scale.stream}: {share_said(most.none, most.judgements)}."
        )


@much_at_once()
def gains(access: Access, *, chosen: Chosen, key: str) -> Gains:
    """Return how gains are spread in the trust and in the unit with this key.

    Raises `NoSuchUnit`.
    """
    everyone = chosen.cohort(access)
    unit = unit_called(access, key)
    routes = {each.pk: (each.code, each.name) for each in Route.objects.order_by("position")}
    whole = _spreads(everyone, chosen, WHOLE_TRUST, routes)
    pairs, part = [[each] for each in whole.values()], everyone
    if unit is not WHOLE_TRUST:
        part = within(everyone, unit=unit, lens=chosen.lens)
        own = _spreads(part, chosen, unit, routes)
        pairs = [
            [own.get(scale, Spread(unit, scale, each.query)), each] for scale, each in whole.items()
        ]
    offered = [WHOLE_TRUST, *units(access, term=chosen.term, places=places_of(everyone))]
    if unit not in offered:
        offered.append(unit)
    return Gains(chosen, unit, offered, pairs, part.placements.count())


def gains_finding(found: Gains) -> str:
    """Say in one sentence what the picture shows, for who does not see it."""
    said = "; ".join(f"{route} {medians}" for route, medians in found.medians)
    if not said:
        return "Gains: too few pupils have one to say how they are spread."
    return f"Gains since the baseline, medians: {said}. {found.none_said}"


def points(gain: Decimal) -> str:
    """Write a gain with its sign and its unit."""
    return f"{signed(gain)} point{'' if abs(gain) == 1 else 's'}"


def _spreads(
    cohort: Cohort, chosen: Chosen, unit: Unit, routes: dict[int, tuple[str, str]]
) -> dict[Scale, Spread]:
    """Return the spread of each route and stream that has a gain, in their order."""
    streams = {each.id: (each.stream_code, each.stream_name) for each in chosen.strands}
    found: dict[Scale, Spread] = {}

    def spread(route: int, strand: int) -> Spread:
        scale = Scale(*routes[route], *streams[strand])
        query = chosen.query_with(route=scale.route_code, stream=scale.stream_code)
        return found.setdefault(scale, Spread(unit, scale, query))

    for each in progress_counts(cohort, by=_ROUTE):
        if each.strand_id in streams and each.gain is not None and each.indicator is not None:
            here = spread(each.route_id, each.strand_id)
            here.counts[each.gain, each.indicator] += each.judgements
            here.compared.update(each.pupils)
    place = {code: number for number, (code, _) in enumerate(routes.values())}
    return dict(sorted(found.items(), key=lambda each: (place[each[0].route_code], each[0].stream)))
