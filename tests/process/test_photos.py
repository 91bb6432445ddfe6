"""`python -m workloads.photos` as a process: what the shell sees of it, and Ctrl-C."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.harness.tree import ROOT
from tests.photo_server import Server, running
from workloads.photos.download import download


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [(["fetch", "--jobs", "0"], 2, "'0' is not a whole number from 1 on"), (["fetch", "--urls", "none"], 1, "none")],
)
def test_bad_input_is_one_sentence_and_no_traceback(arguments: list[str], code: int, sentence: str):
    run = subprocess.run(
        [sys.executable, "-m", "workloads.photos", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == code
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stderr.count("error: ") == 1


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.name != "manifest.json")


def test_ctrl_c_stops_at_once_and_keeps_what_is_complete(server: Server, tmp_path: Path):
    (tmp_path / "urls").write_text("\n".join(server.urls("/good/0", "/half", "/silent")))
    command = [sys.executable, "-m", "workloads.photos", "fetch", "--timeout", "600", "--jobs", "3"]
    process = subprocess.Popen(
        [*command, "--urls", str(tmp_path / "urls"), "--folder", str(tmp_path / "photos")],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )
    assert server.stalled.wait(30)
    deadline = time.monotonic() + 30
    while not ((tmp_path / "photos" / "manifest.json").exists() and server.requests.total() == 3):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)  # far below the time-out of the two that hang
    assert (process.returncode, errors) == (130, "stopped; what is complete is kept\n")
    assert len(names(tmp_path / "photos")) == 1
    assert list(download(server.urls("/good/0"), tmp_path / "photos").files) == server.urls("/good/0")
    assert server.requests["/good/0"] == 1
