"""Tracers and profilers that are really active, as coverage, debuggers and profilers install them."""

import cProfile
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.harness.measuring.tracers import paused
from benchmarks.harness.runners.terms import VariantError


def tracer(frame: Any, event: str, argument: Any) -> Any:
    return tracer


def profiler(frame: Any, event: str, argument: Any) -> None:
    pass


def active() -> tuple[Any, ...]:
    return sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile()


@pytest.fixture
def watched() -> Iterator[None]:
    before = active()
    threading.settrace(tracer)
    threading.setprofile(profiler)
    sys.setprofile(profiler)
    sys.settrace(tracer)
    try:
        yield
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
        threading.settrace(before[2])
        threading.setprofile(before[3])


def test_inside_there_is_none_and_afterwards_all_are_back(watched: None) -> None:
    there: list[Any] = []

    def work() -> None:
        there.append(active())
        thread = threading.Thread(target=lambda: there.append(sys.gettrace()))
        thread.start()
        thread.join()
        raise LookupError

    with pytest.raises(LookupError), paused():
        work()
    assert active() == (tracer, profiler, tracer, profiler)
    assert there == [(None, None, None, None), None]


def test_a_profiler_that_python_cant_resume_is_refused() -> None:
    if sys.version_info >= (3, 12):
        pytest.skip("there cProfile uses sys.monitoring")
    profile = cProfile.Profile()
    profile.enable()
    try:
        with pytest.raises(VariantError, match=r"cProfile\.Profile is profiling this process, and Python can't resume"):
            paused().__enter__()
    finally:
        profile.disable()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring is there from Python 3.12 on")
def test_a_monitoring_tool_is_refused_by_its_name() -> None:
    sys.monitoring.use_tool_id(3, "watcher")  # type: ignore[attr-defined, unused-ignore]
    try:
        with pytest.raises(VariantError, match=r"watcher watches this process through sys\.monitoring"):
            paused().__enter__()
    finally:
        sys.monitoring.free_tool_id(3)  # type: ignore[attr-defined, unused-ignore]
