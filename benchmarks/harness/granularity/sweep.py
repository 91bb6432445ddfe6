"""Task lengths measured one beside the other: rounds of each length, each next to one shared serial round.

Owns the order of these rounds and their record. The lengths' task is `spin`'s, where efficiency crosses a share
`crossing`'s, the prediction `prediction`'s.
"""

import itertools
import random
import statistics
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.harness.granularity.crossing import crossing, curve
from benchmarks.harness.granularity.prediction import shortest_task
from benchmarks.harness.granularity.spin import spin, steps_per_second, truth
from benchmarks.harness.measuring.pairing import INVALID_SHARE, InvalidRoundsError
from benchmarks.harness.records.benchmark import Predicted, SweepInfo, Swept
from benchmarks.harness.runners.rounds import Round
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.runners.variant import Variant
from benchmarks.harness.settings import Plan
from workloads import CheckError

LENGTHS_S = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
REFERENCE_S = 0.02
"""Of the shared serial round: as long as a time slice that the system gives, and short beside most rounds."""

LONG_S = 0.03
"""From here on stamping a task costs nothing beside it, and what it takes longer than alone is the machine's."""

SHARES = (0.5, 0.9)
CPUS = (16, 64, 256, 1_000)
SEED = 5


def tasks_per_slot(length_s: float) -> int:
    """So many that a slot is busy for 50 ms, so that submission runs ahead as in Task Bench; at least 4, at most 32."""
    return min(max(round(0.05 / length_s), 4), 32)


class Sweep:
    """Rounds of all lengths on one variant, in blocks of two sweeps: reference first, then reference second.

    Attributes:
        lengths_s: what a task of each length takes in the shared serial rounds, seconds; after `run`.
        blocks: logs of efficiency, a row for each valid block, a column for each length.
        invalid: how many blocks were left out, by reason.
    """

    def __init__(self, variant: Variant, rate: float) -> None:
        """`rate` is how many steps of `spin` this machine does in a second."""
        self.blocks: list[list[float]] = []
        self.invalid: Counter[str] = Counter()
        self._variant = variant
        self._steps = [max(round(length * rate), 1) for length in LENGTHS_S]
        self._counts = [tasks_per_slot(length) * variant.slots for length in LENGTHS_S]
        ends = np.cumsum(self._counts).tolist()
        self._chosen = [slice(end - count, end) for end, count in zip(ends, self._counts, strict=True)]
        self._reference_steps = round(REFERENCE_S * rate)
        self._serial = Serial(1)
        self._references: list[float] = []
        self._costs: list[list[float]] = [[] for _ in LENGTHS_S]
        self._rates: list[float] = []
        self._computation: list[float] = []
        self._random = random.Random(SEED)

    def prepare(self) -> float | None:
        """Hand out the items and warm every worker up; seconds that fresh ones took to the first results, if known."""
        items = [steps for steps, count in zip(self._steps, self._counts, strict=True) for _ in range(count)]
        self._serial.prepare(spin, [self._reference_steps], [self._reference_steps])
        self._variant.prepare(spin, items, [self._steps[-1]])
        cold = self._variant.cold_start()
        self._serial.warm_up()
        self._variant.warm_up()
        return None if cold is None else cold.seconds

    def block(self) -> None:
        """Two rounds of each length, beside one reference round each, first after and then before it."""
        order = self._random.sample(range(len(LENGTHS_S)), len(LENGTHS_S))
        logs = np.zeros(len(LENGTHS_S))
        for reference_first in (True, False):
            for index in order:
                reference = self._serial.run() if reference_first else None
                cpu = time.process_time()
                round_ = self._variant.run(chosen=self._chosen[index])
                cpu = time.process_time() - cpu
                round_ = self._variant.inspect(round_)
                reference = reference or self._serial.run()
                if round_.invalid:
                    self.invalid[round_.invalid] += 1
                    self._variant.warm_up()
                    return
                logs[index] += self._log_efficiency(index, round_, reference) / 2
                if index == 0:  # the most tasks for the least waiting: all threads of the driver, replies included
                    self._rates.append(self._counts[0] / cpu)
        self.blocks.append(logs.tolist())

    def _log_efficiency(self, index: int, round_: Round, reference: Round) -> float:
        steps, count, slots = self._steps[index], self._counts[index], self._variant.slots
        if wrong := [result for result in round_.results if result != truth(steps)]:
            raise CheckError(
                f"spin of {steps} steps: {self._variant.name} returned {wrong[0]}, truth is {truth(steps)}"
            )
        self._references.append(reference.seconds)
        in_tasks = sum(execution.seconds for execution in round_.executions)
        self._costs[index].append((slots * round_.seconds - in_tasks) / count)
        step_s = reference.seconds / self._reference_steps
        if LENGTHS_S[index] >= LONG_S:
            self._computation.append(count * steps * step_s / in_tasks)
        return float(np.log(count * steps * step_s / (slots * round_.seconds)))

    @property
    def lengths_s(self) -> list[float]:
        step_s = statistics.median(self._references) / self._reference_steps
        return [steps * step_s for steps in self._steps]

    def record(self) -> Swept:
        """Lengths, efficiencies and their crossings, and what the model needs. Seconds."""
        logs = np.array(self.blocks)
        return {
            "cpus": self._variant.slots,
            "blocks": len(self.blocks),
            "lengths_s": self.lengths_s,
            "efficiencies": curve(logs).tolist(),
            "metg": [crossing(self.lengths_s, logs, share) for share in SHARES],
            # Where tasks are short enough that their cost shows, and long enough that the driver keeps up.
            "cost_s": statistics.median(self._costs[LENGTHS_S.index(0.003)]),
            "rate": statistics.median(self._rates),
            "computation": statistics.median(self._computation),
        }


def run(benchmark: BenchmarkFixture, variants: Sequence[Variant], plan: Plan) -> None:
    """Time sweeps of `variants`, one after the other, and fill `extra_info`.

    Not in turn: Ray starts and drops workers when what tasks ask for changes from round to round.

    Args:
        benchmark: pytest-benchmark's fixture, unused so far; a round of it is a block.
        variants: the same engine with all its slots and, where the prediction is to be held against it, with one.
        plan: its `min_rounds` are the blocks: two rounds of each length, one with the reference first.

    Raises:
        CheckError: a result is not the truth.
        InvalidRoundsError: more than a tenth of the blocks are invalid.
    """
    rate = steps_per_second()
    sweeps = [Sweep(variant, rate) for variant in variants]
    blocks = plan.min_rounds if benchmark.enabled else 1
    turns = itertools.chain(*([sweep] * blocks for sweep in sweeps))
    started: list[Sweep] = []
    cold_starts_s: list[float | None] = []

    def prepare() -> None:
        turn = next(turns, started[-1] if started else sweeps[0])
        if turn not in started:
            started.append(turn)
            cold_starts_s.append(turn.prepare())

    benchmark.group = "granularity"
    try:
        benchmark.pedantic(lambda: started[-1].block(), setup=prepare, rounds=blocks * len(sweeps))
    finally:
        for variant in variants[: len(started)]:
            variant.close()
    invalid = sum((sweep.invalid for sweep in sweeps), Counter[str]())
    if invalid.total() > INVALID_SHARE * blocks * len(sweeps):
        reasons = "; ".join(f"{count} × {reason}" for reason, count in invalid.items())
        raise InvalidRoundsError(
            f"granularity-{variants[0].name}: {invalid.total()} of {blocks * len(sweeps)} blocks invalid ({reasons})"
        )
    measured = [sweep.record() for sweep in started]
    info: SweepInfo = {
        "variant": variants[0].name,
        "verified": True,
        "cold_start_s": cold_starts_s[0],
        "invalid_pairs": 2 * invalid.total(),
        "granularity": measured,
        "predicted": _predicted(measured),
    }
    benchmark.extra_info.update(info)


def _predicted(measured: Sequence[Swept]) -> list[Predicted]:
    """What the model says for the numbers of slots that were measured, and for many.

    Cost and rate are those of all slots; computation is each measured sweep's own, and for more CPUs that of all slots:
    what tasks lose to each other on a machine with all its cores busy.
    """
    whole, own = measured[0], {sweep["cpus"]: sweep["computation"] for sweep in measured}
    return [
        {
            "cpus": cpus,
            "lengths_s": [
                shortest_task(share, cpus, whole["cost_s"], whole["rate"], own.get(cpus, whole["computation"]))
                for share in SHARES
            ],
        }
        for cpus in sorted({*own, *CPUS})
    ]
