"""How far a test is, on a real terminal: behind the dots, gone at the end, silent with -q and where nobody looks."""

import contextlib
import os
import subprocess
import sys
import termios

import pytest

QUICK = ("--workload-size", "small", "--benchmark-max-time", "0.2", "-k", "serial")


def on_a_terminal(suite: pytest.Pytester, *args: str) -> str:
    """What a terminal of 120 columns is sent."""
    terminal, end = os.openpty()
    termios.tcsetwinsize(end, (30, 120))
    command = [sys.executable, "-m", "pytest", "benchmarks", *QUICK, *args]
    done = subprocess.Popen(command, stdout=end, stderr=end, cwd=suite.path)
    os.close(end)
    sent = b""
    with contextlib.suppress(OSError):  # Linux ends a terminal's output with an error
        while chunk := os.read(terminal, 4096):
            sent += chunk
    os.close(terminal)
    assert done.wait(60) == 0
    return sent.decode()


def test_rounds_are_counted_behind_the_dots_and_the_dots_stay(suite: pytest.Pytester) -> None:
    sent = on_a_terminal(suite)
    assert "\x1b7 0 of 20 rounds · tiny-small-serial\x1b[K\x1b8" in sent
    assert "\x1b7 20 of 20 rounds · tiny-small-serial\x1b[K\x1b8\x1b7\x1b[K\x1b8" in sent
    line = sent[sent.index("benchmarks/test_workloads.py") :].partition("\n")[0]
    assert "\r" not in line.rstrip("\r"), "nothing goes back over the dots"


def test_quiet_is_quiet(suite: pytest.Pytester) -> None:
    assert "rounds ·" not in on_a_terminal(suite, "-q")


def test_a_file_gets_no_counting(suite: pytest.Pytester) -> None:
    assert "rounds ·" not in suite.run(sys.executable, "-m", "pytest", "benchmarks", *QUICK).stdout.str()
