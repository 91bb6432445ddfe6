"""A side's session: what it has to compare, which test runs when, and what became of each.

Owns the hooks that a conductor adds to a session, and joining one. Rounds and turns are `turns`'.
"""

import os
import platform
import socket
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

import workloads
from benchmarks.harness import tree
from benchmarks.harness.sides import limits
from benchmarks.harness.sides.protocol import PROTOCOL, TURN_VARIABLE, Channel
from benchmarks.harness.sides.turns import KEY, Turns


class Session:
    """The hooks of a side's session."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._collected = False

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Time the import of each test module: it is a part of its tests' cold start."""
        start = time.perf_counter()
        report = yield
        if isinstance(collector, pytest.Module):
            self._turns.imports[collector.path] = time.perf_counter() - start
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Report what there is to compare, and keep what the conductor wants, in its order."""
        if session.testsfailed:  # a file that can't be imported: this session ends now, and its output says why
            items.clear()
            return
        found = {item.nodeid: item for item in items}
        answer = self._turns.hand_over(
            "collected",
            protocol=PROTOCOL,
            root=str(config.rootpath.resolve()),
            python=platform.python_version(),
            rests=True,
            tests=[_facts(item, config.rootpath) for item in items],
        )
        self._collected = True
        chosen = [found[test] for test in answer["tests"]]
        wanted = set(answer["tests"])
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in wanted])
        items[:] = chosen

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        answer = self._turns.hand_over("test", test=item.nodeid)
        if answer.get("pass"):
            self._turns.outcome = {"test": item.nodeid, "word": "passed over", "reason": ""}
            return True
        self._turns.outcome = {"test": item.nodeid, "word": "passed", "reason": ""}
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = self._turns.outcome
        if outcome is not None and report.outcome != "passed" and outcome["word"] != "failed":
            outcome |= {"word": report.outcome, "reason": _sentence(report)}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        if self._collected and not self._turns.gone:  # else what it printed says why it got no further
            self._turns.hand_over("end")


def join(config: pytest.Config) -> None:
    """Become a side, if a conductor has started this session."""
    if number := os.environ.get(TURN_VARIABLE):
        for place in (tree.ROOT, Path(workloads.__file__).resolve().parents[1]):
            if place != config.rootpath.resolve():
                raise pytest.UsageError(
                    f"this side is {config.rootpath}, but what would be timed was loaded from {place}"
                )
        config.stash[KEY] = turns = Turns(Channel(_line(number)))
        os.set_inheritable(int(number), False)  # what this session starts must not hold the conductor's line
        config.pluginmanager.register(Session(turns), "turns")


def _line(number: str) -> socket.socket:
    try:
        return socket.socket(fileno=int(number))
    except (ValueError, OverflowError, OSError):
        raise pytest.UsageError(
            f"{TURN_VARIABLE}={number!r} is no line to a comparison, which sets it for its own sessions: unset it"
        ) from None


def _facts(item: pytest.Item, root: Path) -> dict[str, Any]:
    """What the conductor has to know of a test."""
    return {
        "id": item.nodeid,
        "why": _why_not(item),
        "sources": _sources(item, root),
        "serial": _workload(item) != "" and _params(item).get("variant") == "serial",
    }


def _why_not(item: pytest.Item) -> str:
    """Why a test can't be timed in turns; empty where it can."""
    if reason := limits.of(item).never:
        return reason
    times = {"measure", "benchmark"} & set(getattr(item, "fixturenames", ()))
    return "" if times else "it times nothing"


def _sources(item: pytest.Item, root: Path) -> list[str]:
    """The files, from the root, in which a change of the test itself would be: its module, and its workload's."""
    found = [item.path.resolve()]
    if workload := _workload(item):
        found.append(root.resolve() / "workloads" / f"{workload}.py")
    return [path.relative_to(root.resolve()).as_posix() for path in found if path.is_relative_to(root.resolve())]


def _params(item: pytest.Item) -> dict[str, Any]:
    params: dict[str, Any] = getattr(getattr(item, "callspec", None), "params", {})
    return params


def _workload(item: pytest.Item) -> str:
    """The workload that a test measures; empty where it measures none."""
    name = _params(item).get("workload")
    return name if "measure" in getattr(item, "fixturenames", ()) and isinstance(name, str) else ""


def _sentence(report: pytest.TestReport) -> str:
    """What a failed or skipped test says, in a line."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else report.longreprtext
    return " ".join(text.split()).removeprefix("Failed: ")[:500]
