"""From a test's words to a measurement: brings up Ray, counts tasks, notes what ran beside it, words what went wrong.

Owns what `measure` and `sweep` take from the pytest session. Times nothing.
"""

import contextlib
import platform
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.harness import machine
from benchmarks.harness.measuring import measure
from benchmarks.harness.measuring.pace import Alone, StoppedError
from benchmarks.harness.measuring.pairing import InvalidRoundsError
from benchmarks.harness.measuring.subject import NotEnoughMemoryError
from benchmarks.harness.measuring.tracers import paused
from benchmarks.harness.plugin import options
from benchmarks.harness.plugin import outcomes as ends
from benchmarks.harness.plugin.other_runs import OTHER_RUNS
from benchmarks.harness.plugin.watched import Watched
from benchmarks.harness.runners.admission import ClusterError
from benchmarks.harness.runners.dask_tasks import Dask
from benchmarks.harness.runners.joblib_pool import Joblib
from benchmarks.harness.runners.kept import Kept
from benchmarks.harness.runners.process_pool import Pool
from benchmarks.harness.runners.ray_tasks import Ray
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.runners.terms import VariantError
from benchmarks.harness.runners.variant import Variant
from benchmarks.harness.settings import Settings
from benchmarks.harness.sides import turns
from workloads import CheckError, WorkloadError

if TYPE_CHECKING:
    from benchmarks.harness.records.benchmark import Scaling
    from benchmarks.harness.runners.nodes import Cluster


def run(
    benchmark: BenchmarkFixture,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    workload: str,
    size: str,
    variant: str,
    partner: str | None,
    cpus: int | None = None,
    scaling: "Scaling | None" = None,
) -> None:
    """Measure one test's variant beside its partner; fail or skip with one sentence, without a traceback of ours.

    Args:
        benchmark, request, capsys: the test's fixtures.
        workload, size, variant, partner: what `measure.measure` times.
        cpus: on how many of Ray's CPUs, fewer than it has; None for all.
        scaling: what happens to the items there: `strong` keeps them all, `weak` takes as many for each CPU.
    """
    settings = request.config.stash[options.KEY]
    cluster = cluster_of(request, "ray" in (variant, partner) or settings.ray_address is not None)
    require_one_machine(cluster, variant, partner)
    places = cluster.cpus if cluster is not None else settings.local_cpus
    tasks = settings.tasks_per_cpu * (cpus if cpus is not None and scaling == "weak" else places)
    side = request.config.stash.get(turns.KEY, None)
    beside = None if partner is None or side is not None else _variant(partner, settings, cluster)
    timed = _variant(variant, settings, cluster, cpus)
    others = request.config.stash.get(OTHER_RUNS, None)
    if others is not None:
        others.begin()
    with outcomes(request.config), capsys.disabled():  # progress goes to the terminal while it means something
        shown = Watched(Alone(settings.plan), request.config)
        pace = shown if side is None else side
        with contextlib.closing(shown):
            measure.measure(benchmark, workload, size, tasks, timed, beside, settings.plan, pace)
    if others is not None:
        benchmark.extra_info["other_runs"] = len(others.beside())
    if scaling is not None:
        benchmark.extra_info["scaling"] = scaling


def sweep(benchmark: BenchmarkFixture, request: pytest.FixtureRequest, variant: str) -> None:
    """Measure efficiency over task length: with all slots and, where the machine allows it, with a single one."""
    from benchmarks.harness.granularity import sweep as lengths  # scipy.optimize: 0.5 s that no other test needs

    settings = request.config.stash[options.KEY]
    cluster = cluster_of(request, variant == "ray")
    swept = [_variant(variant, settings, cluster)]
    has_a_single_slot = variant != "joblib" and (cluster is None or cluster.nodes == 1)
    if swept[0].slots > 1 and has_a_single_slot:
        swept.append(_peer(variant, 1) if cluster is None else Ray(cluster, cpus_per_task=cluster.cpus))
        swept[1].patience_s = settings.task_timeout_s
    with outcomes(request.config), paused():
        lengths.run(benchmark, swept, settings.plan)


def cluster_of(request: pytest.FixtureRequest, needed: bool = True) -> "Cluster | None":
    """The session's Ray.

    Raises:
        pytest.fail.Exception: it can't be used.
    """
    if not needed:
        return None
    kept: Kept = request.getfixturevalue("ray_cluster")
    request.addfinalizer(kept.drop_if_lost)
    try:
        return kept.ready()
    except ClusterError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def require_one_machine(cluster: "Cluster | None", variant: str, partner: str | None) -> None:
    """A pool has only this machine: beside a Ray of others, the ratio would be one of machines.

    Raises:
        pytest.fail.Exception: that is what is asked for.
    """
    others = cluster.machines - {platform.node()} if cluster is not None else None
    if others and partner not in (None, "serial"):
        raise pytest.fail.Exception(
            f"{variant} ÷ {partner}: Ray's tasks run on {', '.join(sorted(others))}, too, and the other's only here: "
            f"leave {partner} out of --variants, or run it on a cluster of this machine alone",
            pytrace=False,
        )


def _variant(name: str, settings: Settings, cluster: "Cluster | None", cpus: int | None = None) -> Variant:
    # A pool can't leave this machine, whatever the cluster's size.
    slots = settings.local_cpus if settings.ray_address is None else machine.usable_cpus()
    made: Variant
    if name == "ray":
        assert cluster is not None
        made = Ray(cluster, cpus_per_task=1 if cpus is None else cluster.cpus // cpus)
    else:
        made = Serial(1) if name == "serial" else _peer(name, slots)
    made.patience_s = settings.task_timeout_s
    return made


def _peer(name: str, slots: int) -> Variant:
    """What runs in processes of this machine. Each module's own packages are imported where it is prepared."""
    peers: dict[str, Callable[[int, int], Variant]] = {"pool": Pool, "joblib": Joblib, "dask": Dask}
    return peers[name](slots, machine.usable_cpus())


@contextlib.contextmanager
def outcomes(config: pytest.Config) -> Iterator[None]:
    """What a measurement raises as a test's outcome: one sentence, without a traceback of ours."""
    try:
        yield
    except NotEnoughMemoryError as error:
        ends.skip(config, str(error))
    except StoppedError as error:  # a comparison says so itself
        pytest.skip(str(error))
    except (CheckError, InvalidRoundsError, WorkloadError, VariantError) as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
