"""What the doctor measured of a function: the part of its Ray record that advice is made from.

Owns the record's definition. Computes and words nothing.
"""

from typing import TYPE_CHECKING, TypeAlias, TypedDict

if TYPE_CHECKING:  # as in `benchmark`: at run time it brings NumPy and SciPy
    from benchmarks.harness.estimators.speedup import Speedup

Ratio: TypeAlias = "Speedup"
"""One figure over another, with its interval; also where it is not Ray over serial."""


class Chunk(TypedDict):
    """`length` items in a task, `tasks` of them, and the speedup over the serial loop."""

    length: int
    tasks: int
    speedup: Ratio


class Remedy(TypedDict):
    """A change that was tried, in rounds that did not choose it.

    Attributes:
        name: `chunks`, `longest first`, `by value` or `physical CPUs`.
        detail: the chunk's length; the CPUs; else 0.
        speedup: over the serial loop, with the change.
        gain: over Ray as it is, in the same blocks.
    """

    name: str
    detail: int
    speedup: Ratio
    gain: Ratio


class DataLoss(TypedDict):
    """What travels: bytes, seconds and the share of a round; `once` where it was before the rounds."""

    what: str
    bytes: int
    seconds: float
    share: float
    once: bool


class Priority(TypedDict):
    """Cores that others kept busy, the niceness of Ray's workers, and how many times as long a pool takes at Ray's
    default niceness; None where others were idle."""

    busy_cores: float
    niceness: int | None
    slower: "Ratio | None"


class Threads(TypedDict):
    """The serial loop where libraries may use all threads: cores it kept busy, and its speedup over one thread; None
    where it used no more than one."""

    cores: float
    speedup: "Ratio | None"


class Examined(TypedDict):
    """All of it.

    Attributes:
        task, items: as they were named.
        given, run, alone: items that there are, that a round had, and those of these that were tasks of their own.
        item_s: what one took, seconds.
        uneven: the longest of a serial round as a multiple of the mean.
        before: Ray as it is, in the rounds that the remedies ran in.
        chunks: the curve, rising lengths.
        best: the length with the highest speedup; `enough`: the shortest that keeps nine tenths of it.
        remedies: what was tried further.
        data: what travels.
        physical_cpus, logical_cpus: of this machine, as far as this process may use them.
    """

    task: str
    items: str
    given: int
    run: int
    alone: int
    item_s: float
    uneven: float
    before: Ratio
    chunks: list[Chunk]
    best: int
    enough: int
    remedies: list[Remedy]
    data: list[DataLoss]
    priority: Priority
    threads: Threads
    physical_cpus: int
    logical_cpus: int
