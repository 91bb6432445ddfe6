"""pytest-benchmark's fixture on a side: the rounds of any test that uses it, in turns with the other side's.

Owns how `benchmark(f)` and `benchmark.pedantic(f)` become rounds that a conductor can pair. What a test does with the
fixture stays as it is; how many rounds there are, and how many calls a round has, is decided for both sides alike.
"""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import pytest
from pytest_benchmark.fixture import BenchmarkFixture, PauseInstrumentation

from benchmarks.harness.measuring.pace import StoppedError
from benchmarks.harness.sides import explain, limits
from benchmarks.harness.sides.limits import Asked
from benchmarks.harness.sides.turns import Turns

Pause = Callable[[], contextlib.AbstractContextManager[Any]]
Timed = Callable[[int, Pause], float]
"""Runs so many calls, in a pause of whatever watches them; the seconds that count."""


class TurnBenchmark(BenchmarkFixture):
    """The fixture of a test whose rounds are taken in turns.

    A round is a number of calls, long enough to stand above the hand-over. They are calibrated by the conductor, round
    by round, so that both sides' functions have been called equally often whenever they are timed.

    Overrides the two protected methods behind `__call__` and `pedantic`, which have no public seam: the one place that
    depends on them.
    """

    turns: Turns
    asked: Asked
    import_s: float
    module: str

    @classmethod
    def of(cls, fixture: BenchmarkFixture, turns: Turns, item: pytest.Item) -> "TurnBenchmark":
        """The session's own fixture, with its options, as one of this class."""
        fixture.__class__ = cls
        found = cast(TurnBenchmark, fixture)
        found.turns, found.asked = turns, limits.of(item)
        found.import_s = turns.imports.get(item.path, 0.0)
        found.module = getattr(getattr(item, "module", None), "__name__", "")
        return found

    def _raw(self, function_to_benchmark: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        runner: Any = self._make_runner(function_to_benchmark, args, kwargs)  # type: ignore[no-untyped-call]

        def timed(calls: int, pause: Pause) -> float:
            with pause():
                return float(runner(range(calls)))

        self._take_turns(timed, 1)
        return function_to_benchmark(*args, **kwargs)  # as pytest-benchmark does: what was timed had no result

    def _raw_pedantic(
        self,
        target: Callable[..., Any],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        setup: Callable[[], Any] | None = None,
        teardown: Callable[..., Any] | None = None,
        rounds: int = 1,
        warmup_rounds: int = 0,
        iterations: int = 1,
    ) -> Any:
        """Each call of a round is one of the test's own rounds, with its set-up and tear-down, which are not timed."""
        kwargs = {} if kwargs is None else kwargs
        has_args = bool(args or kwargs)
        for name, value, least in (
            ("iterations", iterations, 1),
            ("rounds", rounds, 1),
            ("warmup_rounds", warmup_rounds, 0),
        ):
            if not isinstance(value, int) or value < least:
                raise ValueError(f"Must have positive int for `{name}`.")
        if iterations > 1 and setup:
            raise ValueError("Can't use more than 1 `iterations` with a `setup` function.")
        result: Any = None
        loops = range(iterations) if iterations > 1 else None

        def once(pause: Pause = PauseInstrumentation) -> float:
            nonlocal result
            given, named = _arguments(args, kwargs, setup, has_args)
            runner: Any = self._make_runner(target, given, named)  # type: ignore[no-untyped-call]
            with pause():
                found = runner(loops)
            seconds, result = (found, None) if loops else found
            if teardown is not None:
                teardown(*given, **named)
            return float(seconds)

        for _ in range(warmup_rounds):
            once()
        self._take_turns(lambda calls, pause: sum(once(pause) for _ in range(calls)), iterations)
        if loops:
            loops = None
            once()
        return result

    def _take_turns(self, timed: Timed, iterations: int) -> None:
        """All rounds of this test, as many and as long as the conductor says; skips the test where it says none."""
        try:
            calls, rounds = self._calibrated(timed, iterations)
            stats: Any = self._make_stats(calls * iterations)  # type: ignore[no-untyped-call]
            for _ in range(rounds):
                self.turns.wait()
                start = time.perf_counter()
                seconds = timed(calls, PauseInstrumentation)
                invalid = "" if seconds > 0 else "the timer saw no time pass"
                self.turns.tell(seconds, start, time.perf_counter(), invalid)
                stats.update(seconds)
            self.turns.done()
        except StoppedError as error:
            pytest.skip(str(error))

    def _calibrated(self, timed: Timed, iterations: int) -> tuple[int, int]:
        """Rounds of as many calls as the conductor asks for, until it says how many rounds to run: calls, rounds."""
        calls, cold_s = 1, None
        while True:
            start = time.perf_counter()
            seconds = timed(calls, PauseInstrumentation)
            span = time.perf_counter() - start
            cold_s = self.import_s + span if cold_s is None else cold_s
            answer = self.turns.ready(
                seconds=seconds,
                span=span,
                calls=calls,
                work={"number of iterations": iterations},
                items="",
                tolerance=self.asked.tolerance,
                must_see=self.asked.must_see,
                cold_s=cold_s,
                store=0,
            )
            if what := answer.get("explain"):
                watched = partial(timed, calls, contextlib.nullcontext)  # a pause would hide it from the profiler
                self.turns.explained(explain.found(what, watched, self.module, answer["times"]))
            if "rounds" in answer:
                return calls, int(answer["rounds"])
            calls = int(answer["calls"])


def _arguments(args: Sequence[Any], kwargs: Mapping[str, Any], setup: Callable[[], Any] | None, has_args: bool) -> Any:
    """What a call gets: what its set-up returned, if that is something."""
    if not setup or not (found := setup()):
        return args, kwargs
    if has_args:
        raise TypeError("Can't use `args` or `kwargs` if `setup` returns the arguments.")
    return found
