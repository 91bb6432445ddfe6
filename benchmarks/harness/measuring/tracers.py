"""Tracers and profilers are paused wherever something is timed: they slow this process down, and no worker.

Owns pausing and restoring them. pytest-benchmark does so around the rounds that it times, for this thread; partners,
plans and warm-ups are timed by this suite, outside of them: a traced partner would make a variant look faster.
"""

import contextlib
import sys
import threading
from collections.abc import Iterator

from benchmarks.harness.runners.terms import VariantError


@contextlib.contextmanager
def paused() -> Iterator[None]:
    """No tracer and no profiler in this thread, and in none that is started inside.

    Raises:
        VariantError: one is active that can't be paused.
    """
    _require_pausable()
    tracer, profiler = sys.gettrace(), sys.getprofile()
    later_tracer, later_profiler = threading.gettrace(), threading.getprofile()
    sys.settrace(None)
    sys.setprofile(None)
    threading.settrace(None)
    threading.setprofile(None)
    try:
        yield
    finally:
        threading.settrace(later_tracer)
        threading.setprofile(later_profiler)
        sys.setprofile(profiler)
        sys.settrace(tracer)


def _require_pausable() -> None:
    profiler = sys.getprofile()
    if profiler is not None and not callable(profiler):
        raise VariantError(
            f"{_name(type(profiler))} is profiling this process, and Python can't resume it after a pause: what is "
            "timed here would be slowed down beside its workers; drop the profiler, or use --benchmark-cprofile"
        )
    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12 on
    if monitoring is None:
        return
    # What a tool has switched on for single code objects can't be listed, so neither paused nor restored.
    if tools := [name for number in range(6) if (name := monitoring.get_tool(number))]:
        raise VariantError(
            f"{', '.join(tools)} watches this process through sys.monitoring, which can't be paused: what is timed "
            "here would be slowed down beside its workers; drop it (coverage with COVERAGE_CORE=ctrace can be paused)"
        )


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
