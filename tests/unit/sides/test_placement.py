import os
from collections.abc import Collection
from pathlib import Path

import pytest

from benchmarks.harness.sides import placement

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system moves no thread")


def test_a_block_of_pairs_begins_on_each_cpu_in_turn_and_nothing_is_confined(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = os.sched_getaffinity(0)
    began, really = [], os.sched_setaffinity

    def seen(thread: int, cpus: Collection[int]) -> None:
        really(thread, cpus)
        if len(cpus) == 1:  # confined, until the next call: so it is there
            began.append(int(Path("/proc/thread-self/stat").read_text().rpartition(")")[2].split()[36]))

    monkeypatch.setattr(os, "sched_setaffinity", seen)
    blocks = len(allowed) + 1
    for pair in range(blocks * placement.BLOCK):
        placement.move(pair)
        assert os.sched_getaffinity(0) == allowed
    if len(allowed) > 1:
        in_turn = [sorted(allowed)[block % len(allowed)] for block in range(blocks)]
        assert began == [cpu for cpu in in_turn for _ in range(placement.BLOCK)]
