"""Whatever a workload's record holds and its functions return: figures, or one sentence; never a traceback."""

import contextlib
import json
import socket
import threading
from collections import deque
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from pytest_benchmark.fixture import BenchmarkFixture

import workloads
from benchmarks.harness.measuring.measure import measure
from benchmarks.harness.measuring.pace import Alone, Pace
from benchmarks.harness.measuring.subject import NotEnoughMemoryError, check_memory
from benchmarks.harness.plugin import fixture
from benchmarks.harness.reporting import speedup_table
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.settings import Plan
from benchmarks.harness.sides.protocol import Channel
from benchmarks.harness.sides.turns import Turns
from workloads import SIZES, Workload, WorkloadError

ODD: tuple[Any, ...] = (
    None, True, False, -1, 0, 3, 0.5, -0.5, 1e308, 10**400, float("nan"), float("inf"), np.float32(0.5), np.array(1),
    np.array([1, 2]), Decimal("0.5"), 1j, "", "0.5", "two\nlines\x1b[31m", "\udcff", b"ab", [], {}, set(), {"a": 1},
    {1: 2}, {(): 1}, [[]], deque([1, 2]), object(), int, len, iter([1]), range(10**30), lambda: 0, [lambda: 0],
    [threading.Lock()], lambda *given: given,
)  # fmt: skip


def squares(items: Any, results: Any) -> str:
    return f"{len(results)} squares"


GOOD: dict[str, Any] = {
    "task": lambda item: 7,
    "items": lambda size, tasks: [1, 2],
    "check": squares,
    "sizes": {size: {"n": 1} for size in SIZES},
    "memory": {},
    "tolerance": None,
    "same": None,
}
BY_SIZE = st.dictionaries(st.sampled_from(SIZES) | st.sampled_from([0, "tiny\n"]), st.sampled_from(ODD))
FIELDS = {
    name: st.sampled_from(ODD) | BY_SIZE if name in ("sizes", "memory") else st.sampled_from(ODD) for name in GOOD
}


@settings(max_examples=1000)
@example({"sizes": None})
@example({"sizes": list(SIZES)})
@example({"sizes": dict.fromkeys(SIZES, 3)})
@example({"sizes": {size: {"n": float("nan")} for size in SIZES}})
@example({"memory": None})
@example({"memory": {"small": "lots"}})
@example({"memory": {"small": float("nan")}})
@example({"memory": {"small": -1}})
@example({"tolerance": "0.5"})
@example({"tolerance": False})
@example({"check": lambda: ""})
@given(st.fixed_dictionaries({}, optional=FIELDS))
def test_a_record_is_whole_or_one_sentence(odd: dict[str, Any]) -> None:
    try:
        workload = Workload(**GOOD | odd)
    except WorkloadError as error:
        said = str(error)
        assert said.isprintable()
        assert len(said.split()) > 3
        return
    assert json.dumps({size: dict(workload.sizes[size]) for size in SIZES}, allow_nan=False)
    assert workload.tolerance is None or json.dumps(workload.tolerance, allow_nan=False)
    for size in SIZES:
        with contextlib.suppress(NotEnoughMemoryError):
            check_memory("odd", workload.memory.get(size, 0), Serial(1), Serial(1))


def figures(request: pytest.FixtureRequest, workload: Workload, pace: Pace) -> str:
    """What measuring it against itself ends with: the record of its figures, or a sentence."""
    workloads.add("odd", workload)
    session = request.config._benchmarksession  # type: ignore[attr-defined] — where the plugin's own fixture has them
    benchmark = BenchmarkFixture(
        request.node, add_stats=[].append, logger=session.logger, warner=request.node.warn, disabled=False,
        **session.options,
    )  # type: ignore[no-untyped-call]  # fmt: skip
    try:
        with fixture.outcomes(request.config):
            measure(benchmark, "odd", "small", 2, Serial(1), Serial(1), Plan(2, 0.01, disable_gc=False), pace)
    except (pytest.fail.Exception, pytest.skip.Exception) as error:
        said = str(error)
        assert said.isprintable()
        assert len(said.split()) > 3
        return said
    (line,) = speedup_table.statements([{"name": "odd", "extra_info": benchmark.extra_info}]) or ["odd-small: "]
    assert line.isprintable()
    return json.dumps(benchmark.extra_info, allow_nan=False)


RETURNED = st.fixed_dictionaries({}, optional=dict.fromkeys(("task", "items", "check", "same"), st.sampled_from(ODD)))


MEASURED = settings(  # one takes a quarter of a second; making one smaller would take as many again
    max_examples=20,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@MEASURED
@example({"items": range(10**30)}, False)
@example({"items": {1: 2}}, False)
@example({"items": np.array(1)}, False)
@example({"items": [lambda: 0]}, True)
@example({"check": True}, False)
@example({"check": "two\nlines\x1b[31m\udcff"}, False)
@example({"same": np.array([1, 2])}, False)
@given(returned=RETURNED, on_a_side=st.booleans())
def test_whatever_functions_return_there_are_figures_or_one_sentence(
    request: pytest.FixtureRequest, returned: dict[str, Any], on_a_side: bool
) -> None:
    odd = {name: lambda *given, value=value: value for name, value in returned.items()}
    workload = Workload(**GOOD | odd)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        conductor = Channel(ours)
        for answer in ({"rounds": 2}, {}, {}, {}):
            conductor.send(answer)
        pace = Turns(Channel(theirs)) if on_a_side else Alone(Plan(2, 0.01, disable_gc=False))
        assert figures(request, workload, pace)
