"""What a benchmark's record holds: pytest-benchmark's own fields as far as they are read here, and `extra_info`.

Owns the one definition of `extra_info`, and finding this run's records. Computes and words nothing.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict, TypeGuard, get_args

import pytest

if TYPE_CHECKING:  # at run time it brings NumPy and SciPy, for which a session that times nothing need not wait
    from benchmarks.harness.estimators.speedup import Speedup
    from benchmarks.harness.records.doctor import Examined


Scaling = Literal["strong", "weak"]
"""On fewer CPUs all the same items, or as many for each CPU."""
SCALINGS: tuple[Scaling, ...] = get_args(Scaling)


class Intervals(TypedDict):
    """95 % intervals of the shares of an `Efficiency`, low and high."""

    measured: tuple[float, float]
    computation: tuple[float, float]
    load_balance: tuple[float, float]
    dispatch: tuple[float, float]


class Efficiency(TypedDict):
    """Shares of 1; `computation` × `load_balance` × `dispatch` is `measured`."""

    measured: float
    computation: float
    load_balance: float
    dispatch: float


class Seen(TypedDict):
    """Something that the driver's process and its workers' should have alike."""

    driver: int
    workers: list[int]


class ObjectStore(TypedDict):
    """Bytes of the object store of a Ray started here, and of shared memory that were free for it; None: not known."""

    bytes: int
    shared_memory: int | None


class Partner(TypedDict):
    """Seconds of the partner's valid rounds: median and quartiles."""

    variant: str
    q1: float
    median: float
    q3: float


class ShownRound(TypedDict):
    """One real round, in seconds from its start; `tasks` are (lane, start, end), a lane is a worker."""

    seconds: float
    submit_s: float
    tasks: list[tuple[int, float, float]]


class Rounds(TypedDict):
    """Seconds of every round in the order they ran: the variant's and its partner's valid ones, and the variant's
    invalid ones, which no figure is made of."""

    variant: list[float]
    partner: list[float]
    invalid: list[float]


class Timeline(TypedDict):
    """A pair of rounds next to each other in time."""

    partner: ShownRound
    variant: ShownRound


class Traits(TypedDict):
    """What stands beside an account: medians over rounds.

    Attributes:
        task_s: seconds of a task, the mean of each round.
        dispatch_s: seconds of a round in which even the busiest worker was in no task.
        busiest_tasks: how many tasks the worker with the most ran.
        longest_s: seconds of the longest task of each serial round: what the items bring with them.
        uneven: that task as a multiple of its serial round's mean.
        core_share: part of its time that a task has a core, as a share of what it has in a serial round: below 1 where
            cores are shared; about 1 where tasks are slow for another reason.
    """

    task_s: float
    dispatch_s: float
    busiest_tasks: float
    longest_s: float
    uneven: float
    core_share: float


class Info(TypedDict):
    """`extra_info` of a workload's test; seconds and bytes. Saved runs may lack what was recorded only later.

    Attributes:
        workload, variant, size: what was run.
        params: what the size means.
        tasks: how many items a round has.
        cpus: how many tasks can run at once.
        usable_cpus: as many of them as have a CPU that exists; fewer than `cpus` is oversubscribed.
        physical_cpus: cores of this machine, without their threads; None where not known, or elsewhere.
        niceness, gpus: priorities, and GPUs that may be used, by driver and workers.
        object_store: of a Ray started here.
        nodes: how many there are of each kind in a joined cluster.
        other_runs: how many other runs of such a suite went on meanwhile on this machine.
        thread_share: part of its CPU time that a task spends in the thread that runs it; None where that was too
            short to measure.
        verified: results were checked against the truth. Who reads saved runs asks for it: a test that failed after
            its timing is in the JSON, too.
        statement: what that check showed.
        cold_start_s: from workers that have yet to start and import to their first results; None: not measured.
        first_task_s: of it, the slowest worker's import and first task.
        put_s, put_bytes: what was spent before timing on handing items over.
        submit_s, wait_s: a round before and after its last task was submitted, medians.
        invalid_pairs: how many were left out.
        rounds: each round's time.
        tasks_per_node, tasks_per_worker: of the last round.
        item_bytes, item_s: of items, what travels with their tasks in a round, and how long that takes alone.
        result_bytes, result_s: what travels back in a round, and how long that takes alone; parallel variants.
        partner, speedup: where there is a partner.
        efficiency: where the partner is serial; with it `efficiency_intervals` (unless there are too few pairs),
            `node_slowness` (by node, how many times as long as serially a task takes there; if there are several),
            `tail_s` (from the end of the last task to its result; None across nodes), `timeline`, and `Traits`.
        scaling: of Ray on fewer CPUs than there are, and what it kept.
        doctor: of Ray, where the workload is the function of `--task`.
        passes, comparison: in the saved runs of a comparison.
    """

    workload: str
    variant: str
    size: str
    params: dict[str, Any]
    tasks: int
    cpus: int
    usable_cpus: NotRequired[int]
    physical_cpus: NotRequired[int | None]
    niceness: NotRequired[Seen]
    gpus: NotRequired[Seen]
    object_store: NotRequired[ObjectStore]
    nodes: NotRequired[dict[str, int]]
    other_runs: NotRequired[int]
    thread_share: float | None
    verified: bool
    statement: str
    cold_start_s: float | None
    first_task_s: NotRequired[float | None]
    put_s: float
    put_bytes: int
    submit_s: float
    wait_s: float
    invalid_pairs: int
    rounds: NotRequired[Rounds]
    tasks_per_node: dict[str, int]
    tasks_per_worker: dict[str, int]
    item_bytes: NotRequired[int]
    item_s: NotRequired[float]
    result_bytes: NotRequired[int]
    result_s: NotRequired[float]
    partner: NotRequired[Partner]
    speedup: NotRequired["Speedup"]
    efficiency: NotRequired[Efficiency]
    efficiency_intervals: NotRequired[Intervals]
    node_slowness: NotRequired[dict[str, float]]
    tail_s: NotRequired[float | None]
    timeline: NotRequired[Timeline]
    task_s: NotRequired[float]
    dispatch_s: NotRequired[float]
    busiest_tasks: NotRequired[float]
    longest_s: NotRequired[float]
    uneven: NotRequired[float]
    core_share: NotRequired[float]
    scaling: NotRequired[Scaling]
    doctor: NotRequired["Examined"]
    passes: NotRequired[int]
    comparison: NotRequired[dict[str, Any]]


class Crossing(TypedDict):
    """The shortest task length, seconds, that keeps `share` of the slots; None where that lies outside what was run."""

    share: float
    length_s: float | None
    low: float | None
    high: float | None


class Swept(TypedDict):
    """Efficiency over task length on a number of slots, and what the model needs."""

    cpus: int
    blocks: int
    lengths_s: list[float]
    efficiencies: list[float]
    metg: list[Crossing]
    cost_s: float
    rate: float
    computation: float


class Predicted(TypedDict):
    """What the model says for a number of slots: seconds for each share of `Swept.metg`; None: no length will do."""

    cpus: int
    lengths_s: list[float | None]


class SweepInfo(TypedDict):
    """`extra_info` of the break-even test: all slots first, then a single one where that was measured."""

    variant: str
    verified: bool
    cold_start_s: float | None
    invalid_pairs: int
    granularity: list[Swept]
    predicted: list[Predicted]


class Stats(TypedDict):
    """Of pytest-benchmark's figures those that are shown; seconds."""

    median: float
    q1: float
    q3: float
    rounds: int


class Benchmark(TypedDict):
    """A workload's test as pytest-benchmark writes it."""

    name: str
    fullname: str
    group: str
    stats: Stats
    extra_info: Info


class Sweep(TypedDict):
    """The break-even test as pytest-benchmark writes it."""

    name: str
    fullname: str
    group: str
    stats: Stats
    extra_info: SweepInfo


Record = Benchmark | Sweep


def of_session(config: pytest.Config) -> list[Record]:
    """This run's verified benchmarks, as they stand in pytest-benchmark's JSON."""
    session = config.pluginmanager.getplugin("pytest-benchmark")
    if session is None:  # --benchmark-disable leaves it in place; only -p no:benchmark does not
        return []
    found = [bench.as_dict(include_data=False) for bench in session.benchmarks if not bench.has_error]
    return [record for record in found if record["extra_info"].get("verified")]


def timed(records: Iterable[Record]) -> list[Benchmark]:
    """The workloads' tests among them, on all CPUs."""
    return [record for record in records if _is_timed(record) and "scaling" not in record["extra_info"]]


def scaled(records: Iterable[Record]) -> list[Benchmark]:
    """The workloads' tests on fewer CPUs among them."""
    return [record for record in records if _is_timed(record) and "scaling" in record["extra_info"]]


def swept(records: Iterable[Record]) -> list[Sweep]:
    """The break-even tests among them."""
    return [record for record in records if _is_swept(record)]


def _is_timed(record: Record) -> TypeGuard[Benchmark]:
    return "workload" in record["extra_info"]


def _is_swept(record: Record) -> TypeGuard[Sweep]:
    return "granularity" in record["extra_info"]
