"""Looking into a test's calls: what a side finds of the functions it calls, its imports, and its memory.

Owns the looking, with the standard library's own tools. Untimed, and nothing is compared here: `comparison.why` holds
both sides' findings against each other.
"""

import cProfile
import os
import pstats
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

from benchmarks.harness.tree import ROOT

MOST = 400
"""Functions, modules or lines that are told: those with the most calls, time or memory."""

LEAST_GROWTH = 100_000
"""Bytes by which memory has to have grown for another look at where they are, which takes some milliseconds."""

IMPORT_PATIENCE_S = 60.0
IMPORTED = re.compile(r"import time:\s*(\d+) \|\s*\d+ \|\s*(\S+)")

Found = dict[str, list[float]]
"""By name: for functions calls and seconds of their own, for imports seconds, for lines bytes."""


def found(what: str, call: Callable[[], Any], module: str, times: int) -> Found:
    """Look into `call`.

    Args:
        what: `cold start` for the imports of `module`, `memory` for where it allocates, else its functions.
        call: what is looked into.
        module: a module's name; empty if there is none to import.
        times: how often to call it for its functions; what grows only in some calls may not be in a single one.
    """
    if what == "cold start":
        return _imports(module)
    return _lines(call) if what == "memory" else _functions(call, times)


def _functions(call: Callable[[], Any], times: int) -> Found:
    with cProfile.Profile() as profile:
        for _ in range(times):
            call()
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, Any]] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    functions: Found = {}
    for (file, _, function), (_, calls, own_s, _, _) in stats.items():
        before = functions.setdefault(_named(file, function), [0, 0.0])
        functions[_named(file, function)] = [before[0] + calls, before[1] + own_s]
    return _most(functions)


def _imports(module: str) -> Found:
    if not module:
        return {}
    command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=IMPORT_PATIENCE_S, check=False
    )
    return _most({name: [int(own) / 1e6] for own, name in IMPORTED.findall(done.stderr)})


def _lines(call: Callable[[], Any]) -> Found:
    """What is held when most of it is: most is given back before the call ends, so each call within it is a look."""
    most, snapshot = -LEAST_GROWTH, tracemalloc.Snapshot((), 1)

    def look(*_: Any) -> None:
        nonlocal most, snapshot
        if tracemalloc.get_traced_memory()[0] > 1.05 * most + LEAST_GROWTH:
            snapshot = tracemalloc.take_snapshot()
            most = tracemalloc.get_traced_memory()[0]  # with the snapshot itself, which is there from now on

    before = sys.getprofile()
    tracemalloc.start()
    sys.setprofile(look)
    try:
        result = call()
        look()
        del result
    finally:
        sys.setprofile(before)
        tracemalloc.stop()
    found: Found = {}
    for line in snapshot.filter_traces([tracemalloc.Filter(False, tracemalloc.__file__)]).statistics("filename"):
        found[_named(line.traceback[0].filename, "")] = [float(line.size)]
    return _most(found)


def _most(found: Found) -> Found:
    ranked = sorted(found.items(), key=lambda entry: entry[1], reverse=True)[:MOST]
    by_last = sorted(found.items(), key=lambda entry: entry[1][-1], reverse=True)[:MOST]
    return dict([*ranked, *by_last])


def _named(file: str, function: str) -> str:
    """As a reader knows it, and the same on both sides: `math.hypot`, `workloads/fibonacci.py:task`."""
    if file in ("~", ""):
        inner = re.fullmatch(r"<(?:built-in )?method (?:of )?(.+?)>|<method '(\w+)' of '(.+)' objects>", function)
        if inner is None:
            return re.sub(r" at 0x[0-9a-f]+", "", function.strip("<>"))  # an address is another one on each side
        return (inner[1] or f"{inner[3]}.{inner[2]}").removeprefix("builtins.")
    real = os.path.realpath(file)
    below = os.path.relpath(real, ROOT)
    short = real.rpartition("site-packages/")[2] if below.startswith("..") else below
    return f"{short}:{function}" if function else short
