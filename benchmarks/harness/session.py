"""From a test's words to a measurement: brings up Ray where needed, counts tasks, turns errors into outcomes.

Owns what `measure` takes from the pytest session. Times nothing.
"""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.harness import machine, measure, options, pool, variants
from benchmarks.harness.pairing import InvalidRoundsError
from workloads import CheckError, WorkloadError


def run(
    benchmark: BenchmarkFixture,
    request: pytest.FixtureRequest,
    workload: str,
    size: str,
    variant: str,
    partner: str | None,
) -> None:
    """Measure one test's variant beside its partner; fail or skip with one sentence, without a traceback of ours."""
    settings = request.config.stash[options.KEY]
    cluster = None
    if "ray" in (variant, partner) or settings.ray_address is not None:
        cluster = request.getfixturevalue("ray_cluster")
    tasks = cluster.cpus if cluster is not None else settings.local_cpus
    # A pool can't leave this machine, whatever the cluster's size.
    slots = settings.local_cpus if settings.ray_address is None else machine.usable_cpus()

    def make(name: str) -> variants.Variant:
        if name == "ray":
            assert cluster is not None
            return variants.Ray(cluster)
        return pool.Pool(slots) if name == "pool" else variants.Serial(1)

    beside = None if partner is None else make(partner)
    try:
        measure.measure(benchmark, workload, size, tasks, make(variant), beside, settings.plan)
    except measure.NotEnoughMemoryError as error:
        pytest.skip(str(error))
    except (CheckError, InvalidRoundsError, WorkloadError, variants.VariantError) as error:
        pytest.fail(str(error), pytrace=False)
