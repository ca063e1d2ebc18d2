"""Whoever has all that governors and trustees may read of 500 trusts, and what they work out."""

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor

import django

TRUSTS = 500


def attack(seed: int) -> list[str]:
    """Attack one trust, in a process of its own."""
    django.setup()
    from tests.reporting.attacker.publishing import attacked  # noqa: PLC0415  # once it is set up

    return attacked(seed)


def test_nothing_hidden_in_500_trusts_can_be_worked_out(capsys) -> None:
    workers, begun = os.cpu_count(), time.perf_counter()
    alone = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=alone) as pool:
        found = [each for one in pool.map(attack, range(TRUSTS), chunksize=5) for each in one]
    with capsys.disabled():
        print(  # noqa: T201
            f"\nAttack on {TRUSTS} random trusts, reports of two terms: {len(found)} hidden figures"
            f" worked out, {time.perf_counter() - begun:.0f} s with {workers} processes"
        )
    assert found == []
