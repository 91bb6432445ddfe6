"""`--task` and `--items`: the user's function as the workload of this run, and its examination.

Owns what the doctor takes from the pytest session. What it tries is `harness.doctor`'s matter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import workloads
from benchmarks.harness.doctor.choose import Chosen, choose
from benchmarks.harness.doctor.examine import examination
from benchmarks.harness.doctor.function import SIZE, FunctionError, items_of, task_of, workload_of
from benchmarks.harness.plugin import fixture, options


@dataclass(frozen=True)
class Patient:
    """What was named, and what of it is run. `name` is its workload's id."""

    name: str
    task: Callable[[Any], Any]
    chosen: Chosen


KEY = pytest.StashKey[Patient]()


def register(config: pytest.Config) -> None:
    """Make a workload of what `--task` and `--items` name, where they are given.

    Raises:
        pytest.UsageError: there is no such function or list, or it can't be timed.
    """
    settings = config.stash[options.KEY]
    if settings.task is None or settings.items is None:
        return
    folder = config.invocation_params.dir
    try:
        task, given = task_of(settings.task, folder), items_of(settings.items, folder)
        name = settings.task.replace(":", ".")
        chosen = choose(settings.task, task, given, settings.local_cpus)
        workloads.add(name, workload_of(task, [chosen.items[index] for index in chosen.few]))
    except FunctionError as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[KEY] = Patient(name, task, chosen)


def run(
    benchmark: BenchmarkFixture, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], variant: str
) -> None:
    """Time the function as any workload and, on Ray, find out what would make it faster."""
    patient = request.config.stash[KEY]
    partner = None if variant == "serial" else "serial"
    fixture.run(benchmark, request, capsys, patient.name, SIZE, variant, partner)
    if variant != "ray" or not benchmark.enabled:
        return
    settings = request.config.stash[options.KEY]
    assert settings.task is not None
    assert settings.items is not None
    cluster = fixture.cluster_of(request)
    assert cluster is not None
    with fixture.outcomes(request.config), examination(patient.name, patient.task, patient.chosen, cluster) as it:
        found = it.run(settings.task, settings.items)
    benchmark.extra_info["doctor"] = found
