"""What a second worker is worth: the reports of twenty schools by one process and by two.

Every report through the real broker and a real Celery worker. The ratio says something only where
two processor cores have nothing else to do, so beside it stands how busy the machine was.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from reporting.choices import RunState
from reporting.models import ReportRun
from reporting.selectors.reports import Reported
from reporting.services.reports import ask_for_all, ask_for_draft
from schools.models import School
from tests.bench.bench_trusts import analyse
from tests.full_school import add_schools, fill_schools, widen
from tests.reporting.test_runs_worker import Site, site  # noqa: F401  # fixture
from tests.waiting import until
from tests.world import World, make_world

pytestmark = [
    pytest.mark.worker,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]

SCHOOLS, PUPILS = 20, 60
LEAST = 1.7
A_BATCH = 900.0


def filled() -> tuple[World, list[School]]:
    """Return a trust of twenty schools of sixty pupils."""
    world = make_world("Harbour")
    with in_trust(world.trust.pk):
        widen(world)
        schools = [world.school, world.other_school, *add_schools(world, SCHOOLS - 2)]
        fill_schools(world, schools, pupils=PUPILS)
    analyse()
    return world, schools


def finished(world: World, number: int) -> list[ReportRun]:
    """Wait until no run is waiting or at work, and return the latest ones, all of them done."""

    def ended() -> list[ReportRun] | None:
        with in_trust(world.trust.pk):
            if ReportRun.objects.unfinished().exists():
                return None
            return list(ReportRun.objects.order_by("-pk")[:number])

    found = until(ended, "the end of all runs", longest=A_BATCH, every=0.5)
    assert {(each.state, each.attempts) for each in found} == {(RunState.DONE, 1)}
    return found


@dataclass(frozen=True)
class Batch:
    """What a batch took: by the clock, of the workers' own processor time, and run by run."""

    seconds: float
    own: float
    runs: float

    @property
    def at_once(self) -> float:
        """How many runs were at work at once, on average."""
        return self.runs / self.seconds


def batch_by(world: World, schools: list[School], site: Site, processes: int) -> Batch:  # noqa: F811
    """Have the reports of all schools made by so many processes."""
    by = world.access(Role.TRUST_LEAD)
    with site.worker("--beat", "-c", str(processes)) as worker:
        # What each process makes ready once: fonts, templates, connections.
        warm = schools[: 2 * processes]
        with in_trust(world.trust.pk):
            for each in warm:
                ask_for_draft(by=by, of=Reported(each, world.term))
        finished(world, len(warm))
        before = own_time(worker.pid)
        with in_trust(world.trust.pk):
            batch = ask_for_all(by=by, term=world.term)
        found = finished(world, len(schools))
        own = own_time(worker.pid) - before
    assert {each.batch_id for each in found} == {batch.pk}
    return Batch(
        (max(each.finished_at for each in found) - batch.asked_at).total_seconds(),
        own,
        sum((each.finished_at - each.started_at).total_seconds() for each in found),
    )


def own_time(pid: int) -> float:
    """Return the processor time of a process and its children, in seconds."""
    ticks = 0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for each in (str(pid), *children):
        _, _, rest = Path(f"/proc/{each}/stat").read_text().rpartition(")")
        ticks += sum(int(number) for number in rest.split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("site", ["redis"], indirect=True)
def test_two_processes_make_a_batch_in_little_more_than_half_the_time(site: Site):  # noqa: F811
    world, schools = filled()
    took = {}
    for processes in (1, 2):
        found = took[processes] = batch_by(world, schools, site, processes)
        print(  # noqa: T201
            f"\n{SCHOOLS} schools of {PUPILS} pupils by {processes}: {found.seconds:.0f} s,"
            f" {found.at_once:.2f} at once, {found.own:.0f} s of processor time;"
            f" load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        )
    ratio = took[1].seconds / took[2].seconds
    reached = "reached" if ratio >= LEAST else "NOT reached"
    print(  # noqa: T201
        f"\nBy one / by two: {ratio:.2f} (at least {LEAST} on two idle cores: {reached});"
        f" by processor time {2 * took[1].own / took[2].own:.2f}"
    )
