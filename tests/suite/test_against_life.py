"""How a comparison ends: killed, interrupted or hanging, whoever it is and wherever it was, nothing of it is left."""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.git import commit
from tests.suite.conftest import QUICKER
from tests.suite.halting import HALT_S, HALTS, HOOKS, Comparison


@pytest.fixture
def patience_s() -> float:
    """What a side may take for a round, and for workers to come up again after a death in it."""
    return 30.0


@pytest.fixture
def start(
    repository: pytest.Pytester,
    add_workload: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    patience_s: float,
) -> Iterator[Callable[..., Comparison]]:
    """`start("head", "round", variant="ray")` starts a comparison and returns once that side has halted there.

    Moments are `collection`, `items` (with its Ray up), `round` and `saving`; with "" nothing is waited for.
    """
    for name in ("here", "on"):
        os.mkfifo(tmp_path / name)
    tree = repository.path
    (tree / "workloads" / "_halts.py").write_text(HALTS)
    (tree / "benchmarks" / "conftest.py").write_text(HOOKS)
    add_workload(
        "tiny",
        QUICKER,
        ("from workloads", "from workloads._halts import halt, halt_in_round\nfrom workloads"),
        ("    total = 0", "    halt_in_round()\n    total = 0"),
        ("    return [", "    halt('items')\n    return ["),
    )
    timing = tree / "benchmarks" / "harness" / "sides" / "timing.py"
    text = timing.read_text()
    assert "ROUND_PATIENCE_S = 30.0" in text
    timing.write_text(text.replace("ROUND_PATIENCE_S = 30.0", f"ROUND_PATIENCE_S = {patience_s}"))
    commit(tree)
    monkeypatch.setenv("HALT_HEAD", str(tree))
    monkeypatch.setenv("HALT_FOLDER", str(tmp_path))
    started: list[Comparison] = []

    def start(side: str, moment: str, variant: str) -> Comparison:
        monkeypatch.setenv("HALT_AT", f"{side} {moment}")
        budget = "20" if variant == "ray" else "5"  # else a pass has too few rounds to halt in one
        command = [sys.executable, "-m", "pytest", "benchmarks", "-k", variant, "--against", "HEAD", "--budget", budget]
        here = os.open(tmp_path / "here", os.O_RDONLY | os.O_NONBLOCK)
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        comparison = Comparison(process, tree, tmp_path)
        started.append(comparison)
        if moment:
            ready, _, _ = select.select([here], [], [], HALT_S)
            assert ready, f"no side got so far{comparison.said_if_ended()}"
            comparison.halted = int(os.read(here, 100))
        os.close(here)
        comparison.look()
        return comparison

    yield start
    for comparison in started:
        for process in [*comparison.family, *comparison.members()]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        comparison.process.kill()
        comparison.process.communicate()
        shutil.rmtree(comparison.folder, ignore_errors=True)


@pytest.mark.parametrize(
    ("how", "side", "moment", "variant"),
    [
        (signal.SIGTERM, "base", "collection", "serial"),
        (signal.SIGKILL, "base", "collection", "serial"),
        (signal.SIGINT, "head", "round", "serial"),
        (signal.SIGTERM, "base", "round", "serial"),
        (signal.SIGKILL, "head", "round", "ray"),
        (signal.SIGINT, "base", "saving", "serial"),
    ],
)
def test_an_interrupted_comparison_leaves_nothing(
    start: Callable[..., Comparison], how: signal.Signals, side: str, moment: str, variant: str
) -> None:
    """Ctrl-C goes to the terminal's whole process group, SIGTERM and SIGKILL to the conductor alone."""
    comparison = start(side, moment, variant)
    assert bool(comparison.named("raylet")) == (variant == "ray")
    if how == signal.SIGINT:
        os.killpg(comparison.process.pid, how)
    else:
        comparison.process.send_signal(how)
    status, said = comparison.ends()
    if how != signal.SIGKILL:
        assert said.splitlines()[-1] == "ERROR: interrupted: no verdict"
        assert status == pytest.ExitCode.INTERRUPTED
        assert "Traceback" not in said


@pytest.mark.parametrize("impatient", [False, True])
def test_a_comparison_whose_rays_are_starting_leaves_nothing(start: Callable[..., Comparison], impatient: bool) -> None:
    """Killed, or interrupted by somebody who presses Ctrl-C again and again, when processes appear by the dozen."""
    comparison = start("", "", "ray")
    deadline = time.monotonic() + HALT_S
    while not comparison.named("raylet"):
        assert time.monotonic() < deadline
        comparison.look()
    if impatient:
        for _ in range(3):
            os.killpg(comparison.process.pid, signal.SIGINT)
    else:
        comparison.process.kill()
    comparison.ends()


@pytest.mark.parametrize("patience_s", [2.0])  # a side whose raylet is gone may wait for it, and count as hanging
@pytest.mark.parametrize(
    ("victim", "side", "moment", "variant", "sentence"),
    [
        ("base", "base", "collection", "serial", "base was killed (SIGKILL), pass 1"),
        ("base", "head", "round", "serial", "base was killed (SIGKILL) at *tiny-small-serial*, pass 1"),
        ("head", "head", "round", "serial", "head was killed (SIGKILL) at *tiny-small-serial*, pass 1"),
        ("raylet", "head", "round", "ray", "head * at *tiny-small-ray*, pass 1*"),
        ("head", "base", "saving", "serial", "head was killed (SIGKILL)*"),
    ],
)
def test_a_side_that_is_killed_is_named(
    start: Callable[..., Comparison],
    patience_s: float,
    victim: str,
    side: str,
    moment: str,
    variant: str,
    sentence: str,
) -> None:
    """Whether it has the turn or waits for it."""
    comparison = start(side, moment, variant)
    comparison.who(victim).kill()
    if moment == "saving":
        comparison.go_on()
    status, said = comparison.ends()
    pytest.LineMatcher(said.splitlines()[-1:]).fnmatch_lines([f"ERROR: {sentence}"])
    assert status == (3 if victim == "base" else 1)
    assert "Traceback" not in said


@pytest.mark.parametrize("patience_s", [2.0])
def test_a_side_that_hangs_is_named(start: Callable[..., Comparison], patience_s: float) -> None:
    comparison = start("head", "round", "serial")
    status, said = comparison.ends()
    sentence = "ERROR: head hangs at *tiny-small-serial*, pass 1: no answer within * s"
    pytest.LineMatcher(said.splitlines()[-1:]).fnmatch_lines([sentence])
    assert status == 1


def test_a_dead_worker_costs_a_pair_and_a_dead_keeper_nothing(start: Callable[..., Comparison]) -> None:
    comparison = start("head", "round", "ray")
    for victim in [comparison.who("keeper"), comparison.who("halted")]:
        victim.kill()
    status, said = comparison.ends(after_s=60)  # it goes on to its end
    assert status == 6, said
    assert "tiny-small-ray: 1 invalid pair left out" in said
