"""What an import costs: five hundred pupils of a common transfer file beside a hundred.

Checked, applied and undone, as ratios: what grows faster than the pupils shows here.
"""

import time
from collections.abc import Callable

import pytest
from django.db import connection

from exchange.models import Import
from tests.bench.bench_trusts import tell
from tests.exchange.conftest import Desk, counts
from tests.exchange.ctf_files import ctf, pupil
from tests.exchange.test_ctf import options
from tests.world import make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

FEW, MANY = 100, 500
# Five times the pupils take five times as long, and a quarter more for what is disturbed.
LINEAR = MANY / FEW * 1.25


class Watch:
    """Counts the statements of a step, and the time that it takes: by the clock, and our own.

    Ratios are of our own time: whoever else uses the machine disturbs the clock.
    """

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self.by_clock: dict[str, float] = {}
        self.asked: dict[str, int] = {}

    def __call__(self, step: str, work: Callable[[], Import]) -> Import:
        """Do the work of a step."""
        begun, clock, asked = time.process_time(), time.perf_counter(), 0

        def counted(execute, sql, params, many, context):
            nonlocal asked
            asked += 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(counted):
            run = work()
        self.took[step] = (time.process_time() - begun) * 1000
        self.by_clock[step] = time.perf_counter() - clock
        self.asked[step] = asked
        return run


def carried_through(desk: Desk, pupils: int, first: int) -> Watch:
    watch = Watch()
    content = ctf(pupil(number) for number in range(first, first + pupils))
    name, chosen = f"{pupils}.xml", options(desk.world)
    run = watch("check", lambda: desk.send(content, "ctf", name=name, options=chosen))
    run = watch("apply", lambda: desk.apply(run))
    assert counts(run) == ("applied", pupils, 0, 0, 0)
    run = watch("undo", lambda: desk.undo(run))
    assert (run.state, run.left_lines) == ("undone", 0)
    return watch


def test_five_hundred_pupils_take_five_times_as_long_as_a_hundred():
    desk = Desk(make_world("Harbour"))
    carried_through(desk, 20, 0)  # what is made ready once in a process
    few, many = carried_through(desk, FEW, 1000), carried_through(desk, MANY, 2000)
    for step in few.took:
        print(  # noqa: T201
            f"\n{step}: {few.asked[step]} statements, {many.asked[step]};"
            f" {many.by_clock[step]:.1f} s by the clock"
        )
    for step in ("check", "apply"):
        tell(f"{step} of {MANY} pupils / of {FEW}", many.took[step], few.took[step], LINEAR)
    # Undoing asks by hundreds, not pupil by pupil.
    assert many.asked["undo"] < MANY / 2
    tell(f"undo of {MANY} pupils / their apply", many.took["undo"], many.took["apply"], most=1)
    # What checking and applying may take is twenty seconds.
    assert many.by_clock["check"] + many.by_clock["apply"] < 20
