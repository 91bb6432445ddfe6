"""The image workload in processes of its own; `tests/unit` has what it computes."""

import multiprocessing
import os
import re
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from benchmarks.harness.tree import ROOT
from workloads import image_processing as workload
from workloads.photos import generate


def test_another_process_has_the_same_results():
    items = [(np.frombuffer(generate.photo(seed, 0.08), np.uint8), seed) for seed in range(6)]
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(workload.task, items)) == [workload.task(item) for item in items]


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory of this process alone is read from /proc")
def test_peak_memory_at_full_is_as_stated():
    program = """
import ctypes, re
import numpy as np
from pathlib import Path
from workloads import image_processing as workload
from workloads.photos import generate
data = generate.photo(0)
workload.task((np.frombuffer(generate.photo(0, 0.1), np.uint8), 0))
read = lambda name: 1024 * int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
ctypes.CDLL("libc.so.6").malloc_trim(0)  # or the task would be given what making the photograph has left
Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
before = read("VmRSS")
workload.task((np.frombuffer(data, np.uint8), 1))
print(read("VmHWM") - before)
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 0.7 < int(run.stdout) / workload.WORKLOAD.memory["full"] < 1.1


def load_with_stub(tmp_path: Path, code: str) -> str:
    """What loading the workload says with a torchvision of 0.29.1 whose `__init__` is `code`."""
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text(code)
    metadata = tmp_path / "torchvision-0.29.1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: torchvision\nVersion: 0.29.1\n"
        "Requires-Dist: numpy\nRequires-Dist: torch (>=2.14.0)\n"
    )
    program = "import workloads\ntry: workloads.load('image_processing')\nexcept workloads.WorkloadError as e: print(e)"
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "import torch; torch.library.register_fake('torchvision::nms')(print)",
            "operator torchvision::nms does not exist",
        ),
        (
            "raise OSError('libcudart.so: cannot open shared object file')",
            "libcudart.so: cannot open shared object file",
        ),
        ("from torch import no_such_name", "cannot import name 'no_such_name' from 'torch'"),
    ],
)
def test_a_torch_that_torchvision_was_not_built_for_is_one_sentence(tmp_path: Path, code: str, reason: str):
    sentence = load_with_stub(tmp_path, code)
    assert re.fullmatch(
        r"workloads/image_processing.py: torchvision 0\.29\.1 can't be imported with torch "
        rf"\S+ \({re.escape(reason)}.*\): "
        r"install torch>=2\.14\.0 with torchvision==0\.29\.1, both CPU builds or both for the same CUDA\n",
        sentence,
    )
