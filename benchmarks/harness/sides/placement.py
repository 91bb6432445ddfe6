"""Where a side's round begins: on the same CPU as the other side's round of that pair, and on each CPU equally often.

Left alone, each side's process stays on a CPU of its own for as long as a test lasts, and one CPU can be slow for
seconds: whoever shares its core in another virtual machine takes from it. Then one side alone is slow, in all of its
rounds, and no statistic can tell. In 16 passes of six plain tests of identical code, in turns with 16 passes without
this, the standard deviation between passes fell from 8.6 to 3.2 % (two virtual cores; root mean square over tests).

Owns that move. It confines nothing: threads and processes that a round starts may run wherever they could before.
"""

import os

BLOCK = 4
"""Pairs in a row on one CPU: as many as it takes until both orders have come equally often."""


def move(pair: int) -> None:
    """Take this thread to the CPU of a test's pair, counted from 0; where the system can't, nothing happens.

    A thread that runs stays where it is, as nothing takes it from a CPU that has nothing else to do.
    """
    if not hasattr(os, "sched_setaffinity"):  # macOS
        return
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {sorted(allowed)[pair // BLOCK % len(allowed)]})
    except OSError:  # a control group may have shrunk meanwhile
        return
    os.sched_setaffinity(0, allowed)
