"""Whole sessions with workloads that break something, in a folder for temporary files of their own."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AddWorkload = Callable[..., None]

QUICK = ("--workload-size", "small", "--benchmark-min-rounds", "4", "--benchmark-max-time", "0.2")
RETURN = "    return total"
LOOP = ("range(item)", "range(1)")
IMPORT = ("from workloads", "import os\nfrom workloads")
UNCHECKED = (
    "for index, (item, result) in enumerate(zip(items, results, strict=True)):",
    "for index, (item, result) in []:",
)
ITEMS = "return [400_000] * tasks"


def run(suite: pytest.Pytester, *args: str) -> pytest.RunResult:
    return suite.runpytest_subprocess("benchmarks", *QUICK, *args, timeout=240)


def infos(path: Path) -> dict[str, Any]:
    return {bench["name"]: bench["extra_info"] for bench in json.loads(path.read_text())["benchmarks"]}


def isolated(suite: pytest.Pytester, mount: str, *args: str) -> subprocess.CompletedProcess[str]:
    """A run with a file system of its own, which goes with it."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("needs the right to mount file systems")
    command = shlex.join([sys.executable, "-m", "pytest", "benchmarks", *QUICK, *args])
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", f"{mount} && exec {command}"],
        cwd=suite.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120,
    )  # fmt: skip
