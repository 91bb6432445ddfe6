"""Plain benchmark tests with odd arguments and markers: what pytest-benchmark itself makes of them, or one sentence."""

import json
import socket
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.harness.sides import limits
from benchmarks.harness.sides.benchmark import TurnBenchmark
from benchmarks.harness.sides.protocol import Channel
from benchmarks.harness.sides.turns import Turns

SHARED = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])

ODD: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 2, 5, 7.5, 99.9, 100, 1e308, 10**400, float("nan"), float("inf"), np.float64(5),
    np.array([1, 2]), Decimal(5), 1j, "", " ", "5", "why not", "two\nlines\x1b[31m", "\udcff", b"ab", [], {}, (1,),
    ((1,), {}), [(), {"x": 1}], ((), {"y": 1}), ((), {}, ()), ((),), {"x": 1}, {1: 2}, object(), int,
)  # fmt: skip

COUNTS = [value for value in ODD if not isinstance(value, int) or value < 10]

TARGETS = st.sampled_from([int, None, 3, lambda: 1, lambda x=0: x, lambda *x, **y: (x, y)])
PEDANTIC = {
    "args": st.sampled_from(ODD),
    "kwargs": st.sampled_from(ODD),
    "setup": st.sampled_from([None, 0, 3, len, *((lambda value=value: value) for value in ODD)]),
    "teardown": st.sampled_from([None, 3, len, lambda *x, **y: None]),
    "rounds": st.sampled_from(COUNTS),
    "warmup_rounds": st.sampled_from(COUNTS),
    "iterations": st.sampled_from(COUNTS),
}


def fixture(request: pytest.FixtureRequest) -> BenchmarkFixture:
    """pytest-benchmark's own, as its plugin makes one for each test."""
    session = request.config._benchmarksession  # type: ignore[attr-defined]
    return BenchmarkFixture(
        request.node, add_stats=[].append, logger=session.logger, warner=request.node.warn, disabled=False,
        **session.options,
    )  # type: ignore[no-untyped-call]  # fmt: skip


def ended(benchmark: BenchmarkFixture, asked: dict[str, Any]) -> tuple[str, str]:
    """What `benchmark.pedantic(…)` ends with, in a test."""
    try:
        return "returned", repr(benchmark.pedantic(**asked))
    except Exception as error:
        return type(error).__name__, str(error)


@SHARED
@example({"target": int, "setup": 0})
@example({"target": int, "setup": lambda: 5})
@example({"target": int, "setup": lambda: ((), {}, ())})
@example({"target": int, "kwargs": 0})
@example({"target": lambda x=0: x, "kwargs": {"x": 1}, "setup": lambda: ((), {"y": 1})})
@given(st.fixed_dictionaries({"target": TARGETS}, optional=PEDANTIC))
def test_pedantic_ends_on_a_side_as_it_does_alone(request: pytest.FixtureRequest, asked: dict[str, Any]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        conductor = Channel(ours)
        for answer in ({"rounds": 2}, {}, {}, {}):
            conductor.send(answer)
        on_a_side = TurnBenchmark.of(fixture(request), Turns(Channel(theirs)), request.node)
        assert ended(on_a_side, asked) == ended(fixture(request), asked)


MARKER = {name: st.sampled_from(ODD) for name in ("tolerance", "must_see", "never", "tolerence", "a\nb")}


@settings(SHARED, max_examples=1000)
@example([], {"never": None})
@example([], {"never": False})
@example([], {"never": " "})
@example([], {"tolerance": 10**400})
@example([10**400], {})
@example([], {"a\nb": 1})
@given(st.lists(st.sampled_from(ODD), max_size=1), st.fixed_dictionaries({}, optional=MARKER))
def test_a_marker_is_a_limit_or_one_sentence(
    request: pytest.FixtureRequest, args: list[Any], said: dict[str, Any]
) -> None:
    before = request.node.own_markers[:]
    request.node.own_markers[:] = [pytest.mark.compare.with_args(*args, **said).mark]
    try:
        asked = limits.of(request.node)
    except pytest.UsageError as error:
        sentence = str(error)
        assert sentence.isprintable()
        assert ": mark.compare(" in sentence
        return
    finally:
        request.node.own_markers[:] = before
    assert json.dumps([asked.tolerance, asked.must_see], allow_nan=False)
    assert 0 <= (asked.tolerance or 0) < (asked.must_see or 1) <= 1
    assert bool(asked.never) == ("never" in said)
