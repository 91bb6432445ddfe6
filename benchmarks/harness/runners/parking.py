"""Workers of a joined cluster while another driver has its turn: they wait in tasks, so that Ray does not end them.

Beyond one worker a CPU, Ray ends each that has been idle for a second (`idle_worker_killing_time_threshold_ms`), and
only who starts a node can say otherwise. Two drivers that take turns have two a CPU. A task that waits is not idle, and
one that asks for no CPU keeps none from the other driver. In 16 turns of two drivers on two nodes, with pauses of six
seconds, every round ran on the workers of the round before.

Owns that wait. Whose turn it is, is `sides`' matter; which workers a variant knows, its own.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.harness.runners.nodes import ANSWER_S, with_cpus
from benchmarks.harness.runners.stamps import Worker, who


class Gate:
    """An actor where tasks wait, again and again: for each time it is opened once."""

    def __init__(self) -> None:
        self._waiting, self._opened = 0, 0
        self._changed = asyncio.Condition()

    async def passed(self, time: int) -> None:
        """Wait until it has been opened so many times."""
        async with self._changed:
            self._waiting += 1
            self._changed.notify_all()
            await self._changed.wait_for(lambda: self._opened >= time)
            self._waiting -= 1

    async def has_waiting(self, tasks: int) -> None:
        """Wait until so many wait."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._waiting == tasks)

    async def open(self) -> None:
        """Let through who waits."""
        async with self._changed:
            self._opened += 1
            self._changed.notify_all()


def wait_at(gate: Any, time: int) -> Worker:
    """A task: who waited."""
    import ray

    ray.get(gate.passed.remote(time))
    return who()


class Parking:
    """One driver's workers, as many on each node as it has CPUs.

    Attributes:
        workers: those that have waited last.

    Args:
        environment: the runtime environment whose workers they are.
    """

    def __init__(self, environment: dict[str, Any]) -> None:
        import ray

        self.workers: set[Worker] = set()
        self._times = 0
        self._places = [node["NodeID"] for node in with_cpus() for _ in range(int(node["Resources"]["CPU"]))]
        gate: Any = ray.remote(Gate)
        self._gate = gate.options(num_cpus=0, max_concurrency=len(self._places) + 2).remote()
        self._wait: Any = ray.remote(num_cpus=0, max_retries=0, runtime_env=environment)(wait_at)

    @contextmanager
    def parked(self) -> Iterator[None]:
        """Inside, all of them wait; afterwards they are ready for tasks.

        Raises:
            ray.exceptions.RayError: a worker or the gate has died, or doesn't answer in `ANSWER_S`.
        """
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as On

        self._times += 1
        waiting = [
            self._wait.options(scheduling_strategy=On(place, soft=False)).remote(self._gate, self._times)
            for place in self._places
        ]
        ray.get(self._gate.has_waiting.remote(len(waiting)), timeout=ANSWER_S)  # what they cost is this driver's
        yield
        ray.get(self._gate.open.remote(), timeout=ANSWER_S)
        self.workers = set(ray.get(waiting, timeout=ANSWER_S))
