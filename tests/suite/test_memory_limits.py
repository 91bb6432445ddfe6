"""Whole sessions in a control group of their own, with less memory than the machine has; needs root on Linux."""

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.harness.cgroups import MOUNTED
from benchmarks.harness.tree import ROOT

GIB = 2**30
ENTER = 'echo 0 > "$0/cgroup.procs" && exec "$@"'
FREE_FOR_RAY = (
    "from benchmarks.harness.runners import cluster, nodes\n"
    "with cluster.start(1): print('free', [host.free for host in nodes.hosts()])\n"
)

Limited = Callable[..., pytest.RunResult]


@pytest.fixture
def limited(suite: pytest.Pytester) -> Iterator[Limited]:
    """`limited(bytes, *command)` runs a command in the suite's folder that may take so much memory."""
    unified = (MOUNTED / "cgroup.controllers").exists()
    group = (MOUNTED if unified else MOUNTED / "memory") / f"benchmarks-test-{os.getpid()}"
    limit = group / ("memory.max" if unified else "memory.limit_in_bytes")
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error.strerror}")
    if not limit.exists():
        group.rmdir()
        pytest.skip("control groups limit no memory here")

    def run(limit_bytes: int, *command: str) -> pytest.RunResult:
        limit.write_text(str(limit_bytes))
        return suite.run("sh", "-c", ENTER, str(group), *command, timeout=120)

    yield run
    with contextlib.suppress(FileNotFoundError):
        group.rmdir()


def test_a_folder_that_a_group_can_not_hold_is_one_sentence(suite: pytest.Pytester, limited: Limited) -> None:
    """The machine could: 400 files of 5 MB, of which each is held twice."""
    shutil.copy(ROOT / "workloads" / "image_processing.py", suite.path / "workloads")
    photos = suite.mkdir("photos")
    first = photos / "0.jpg"
    first.touch()
    os.truncate(first, 5_000_000)
    for number in range(1, 400):
        (photos / f"{number}.jpg").hardlink_to(first)
    asked = ("--workload-size", "full", "-k", "image and serial", "--image-source", str(photos))
    result = limited(3 * GIB, sys.executable, "-m", "pytest", "benchmarks", *asked)
    result.assert_outcomes(failed=1, deselected=3)
    said = rf"the 400 files of {re.escape(str(photos))} need 4\.0 GB of memory .*, and [12]\.\d GB are free: name a .*"
    result.stdout.re_match_lines([said])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_task_that_a_group_can_not_hold_is_skipped(limited: Limited, add_workload: Callable[..., None]) -> None:
    add_workload("large", ('"full": {}}', f'"full": {{}}}}, memory={{"small": {GIB}}}'))
    asked = ("--workload-size", "small", "-k", "large and serial")
    result = limited(GIB, sys.executable, "-m", "pytest", "benchmarks", *asked)
    result.assert_outcomes(skipped=1, deselected=3)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.re_match_lines([r".*large-small-serial needs 1\.1 GB of memory .*, and [01]\.\d GB are free"])


def test_workers_tell_what_their_group_leaves(suite: pytest.Pytester, limited: Limited) -> None:
    script = Path(suite.path / "free.py")
    script.write_text(FREE_FOR_RAY)
    result = limited(4 * GIB, sys.executable, str(script))
    assert result.ret == 0
    (free,) = re.findall(r"free \[(\d+)\]", result.stdout.str())
    assert 0 < int(free) < 4 * GIB
