"""What pages cost where all of England is in the tables, beside their bare SQL and one trust.

A hundred trusts with 144,000 pupils and 15 million judgements are seeded once into `.state/england`
and one trust of the same size into `.state/england-1`; they are used again until their term is
over. Times differ from machine to machine, ratios measured in one run hardly do. An aim that is
not reached is said to be not reached; only what breaks fails.
"""

from collections.abc import Iterator
from statistics import median, quantiles

import pytest

from tests.bench.england.load import Load, at_once
from tests.bench.england.pages import PAGES, SAVE
from tests.bench.england.site import PROJECT, Site

TIMES = 200
# Requests in one go on one site, before the other has its turn.
TURN = 20
MOST_FOR_READING, MOST_FOR_SAVING = 3.0, 4.0
MOST_AMONG_OTHERS = 1.2
PEOPLE, SECONDS = 16, 60


@pytest.fixture(scope="module")
def england() -> Iterator[Site]:
    """All of England."""
    with Site(PROJECT / ".state" / "england", trusts=100) as site:
        yield site


@pytest.fixture(scope="module")
def one_trust() -> Iterator[Site]:
    """One of its trusts, alone."""
    with Site(PROJECT / ".state" / "england-1", trusts=1) as site:
        yield site


def p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def said(ratio: float, most: float) -> str:
    return f"{ratio:5.2f} (aim {most}: {'reached' if ratio <= most else 'not reached'})"


def measured_in_turns(page: str, sites: tuple[Site, ...]) -> list[list[float]]:
    """Measure a page on several sites, turn by turn, so that what disturbs disturbs them all."""
    taken: list[list[float]] = [[] for _ in sites]
    for site in sites:
        site.ask("measured", page, TURN, 0)  # what is made ready once
    for turn in range(1, TIMES // TURN + 1):
        for number, site in enumerate(sites):
            taken[number] += site.ask("measured", page, TURN, turn)
    return taken


def test_pages_beside_their_bare_sql_and_beside_one_trust(
    england: Site, one_trust: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    for page in [*(each.name for each in PAGES), SAVE]:
        among, alone = measured_in_turns(page, (england, one_trust))
        bare, statements = england.ask("bare", page, 1)
        most = MOST_FOR_SAVING if page == SAVE else MOST_FOR_READING
        beside_bare = said(median(among) / median(bare), most)
        beside_one = said(p95(among) / p95(alone), MOST_AMONG_OTHERS)
        with capsys.disabled():
            print(  # noqa: T201
                f"\n{page}: p50 {median(among):.1f} ms, p95 {p95(among):.1f} ms"
                f"\n  p50 / its {statements} statements bare, {median(bare):.1f} ms: {beside_bare}"
                f"\n  p95 / p95 of one trust alone, {p95(alone):.1f} ms: {beside_one}"
            )


def test_sixteen_people_at_once(england: Site, capsys: pytest.CaptureFixture[str]) -> None:
    found: Load = at_once(england, people=PEOPLE, seconds=SECONDS)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{PEOPLE} people at once for {SECONDS} s, none of whom ever pauses:"
            f" {found.requests} requests, {found.requests / SECONDS:.0f} a second"
        )
        for kind, times in found.times.items():
            print(  # noqa: T201
                f"  {kind:24} {len(times):6} times, p50 {median(times):.0f} ms,"
                f" p95 {p95(times):.0f} ms"
            )
        for error in found.errors:
            print(f"  {error}")  # noqa: T201
    assert not found.errors
    assert len(found.times) == len(PAGES) + 1
