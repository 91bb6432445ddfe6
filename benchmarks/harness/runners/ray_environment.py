"""What a test has Ray run, and on whose workers: the default environment's, or fresh ones that are the test's own.

Owns the remote functions; the only user of `ray.remote` for what is timed. When they are submitted is `ray_tasks`'.
"""

import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.harness.runners.stamps import Counted, Fresh, Stamped, Task

DEFAULT: dict[str, Any] = {}
"""The environment whose workers Ray has up from its start."""


def fresh() -> dict[str, Any]:
    """One that no worker has yet: workers are shared by all whose environment is the same, and only by them.

    It costs a task nothing that shows: 500 empty ones took 1.002 [0.971 1.054] times as long as in the default one, and
    handing them out 1.008 [0.968 1.046] times the driver's CPU time (120 pairs on 2 cores).

    Ray keeps as many idle workers as CPUs are free, and ends those first that have waited longest. So an earlier one's
    end while this one's start, and this one's stay for as long as no other's run: also a minute without a round.
    """
    return {"env_vars": {"BENCHMARKS_COLD_START": uuid.uuid4().hex}}


class Submit(NamedTuple):
    """Each takes an item, or for `blank` a number of bytes, and returns Ray's reference to the result."""

    run: Callable[[Any], Any]
    warm_up: Callable[[Any], Any]
    first: Callable[[Any], Any]
    blank: Callable[[int], Any]


def submit(task: Task, environment: dict[str, Any], options: dict[str, Any]) -> Submit:
    """Ways to hand `task` to the workers of an environment."""
    import ray

    stamped, counted, first = Stamped(task), Counted(task), Fresh(task)

    def run_task(item: Any) -> Any:
        return stamped(item)

    def warm_up(item: Any) -> Any:
        return counted(item)

    def run_first(item: Any) -> Any:
        return first(item)

    def blank(size: int) -> bytes:
        return bytes(size)

    # No retries: a round in which a task ran twice would only look slow.
    remote: Any = ray.remote(max_retries=0, runtime_env=environment, **options)
    return Submit(*(remote(function).remote for function in (run_task, warm_up, run_first, blank)))
