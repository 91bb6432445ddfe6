"""The options of the doctor, `--task` and `--items`, and `--tasks-per-cpu` of the workloads.

Owns reading and refusing them, as `options` does the others.
"""

import pytest

from benchmarks.harness.plugin import comparison_options, values

MAX_TIME_S, MIN_ROUNDS = 6.0, 12
"""Of each of the function's tests, so that all takes about a minute. 12 pairs are the fewest that have an interval."""

MOST_TASKS = 10_000


def add(group: pytest.OptionGroup) -> None:
    """Declare the options."""
    option = group.addoption
    option("--task", metavar="MODULE:FUNCTION", help="Is Ray worth it for this function of yours? With --items.")
    option(
        "--items",
        metavar="ITEMS",
        help="What --task is called with, one by one: range(100), [1, 2, 3] or MODULE:NAME of a list or of a function.",
    )
    option(
        "--tasks-per-cpu", metavar="N", help="Items of the workloads for each CPU: one can't be balanced. Default: 1"
    )


def check(config: pytest.Config) -> None:
    """Refuse what does not go together.

    Raises:
        pytest.UsageError: half of the two, or an option that has no meaning for a user's function.
    """
    task, items = config.getoption("task"), config.getoption("items")
    if task is None:
        if items is not None:
            raise pytest.UsageError(f"--items {items}: it is for --task MODULE:FUNCTION, which says what they go into")
        return
    if items is None:
        raise pytest.UsageError(f"--task {task}: what is it called with? Add --items, as --items 'range(100)'")
    for option, why in {
        "--workload-size": "the items are yours",
        "--tasks-per-cpu": "the items are yours",
        "--ray-address": "a cluster's workers don't have your module; run it on that cluster's node",
    }.items():
        if config.getoption(option.removeprefix("--").replace("-", "_")) is not None:
            raise pytest.UsageError(f"{option} does not go with --task: {why}")
    if comparison_options.compares(config):
        raise pytest.UsageError(
            "--against does not go with --task: write a workload, as README.md shows, and compare that"
        )
    if config.getoption("markexpr"):
        raise pytest.UsageError(
            f"-m {config.getoption('markexpr')} does not go with --task: only that function is timed"
        )


def variants(config: pytest.Config) -> str:
    """What `--variants` says; by default, of a function both Ray and a process pool beside it."""
    given: str = config.getoption("variants")
    if config.getoption("task") and not comparison_options.given(config, "--variants"):
        return "ray,pool"
    return given


def min_rounds(config: pytest.Config) -> int:
    """As pytest-benchmark has it; of a function, fewer unless they are asked for."""
    given: int = config.getoption("benchmark_min_rounds")
    if config.getoption("task") and not comparison_options.given(config, "--benchmark-min-rounds"):
        return MIN_ROUNDS
    return given


def tasks_per_cpu(config: pytest.Config) -> int:
    """A whole number from 1 to `MOST_TASKS`.

    Raises:
        pytest.UsageError: it is none.
    """
    value: str | None = config.getoption("tasks_per_cpu")
    if value is None:
        return 1
    found = values.whole(value, 1, MOST_TASKS)
    if found is None:
        raise pytest.UsageError(f"--tasks-per-cpu {value}: must be a whole number from 1 to {MOST_TASKS}")
    return found
