"""Shared by all tests."""

import signal
from collections.abc import Iterator

import psutil
import pytest

from tests.folders import left_over, ray_folders

pytest_plugins = ["pytester"]

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # As a script's background job: what the tests start would inherit it, and no Ctrl-C of theirs would arrive.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def no_leftovers() -> Iterator[None]:
    """After the test no process is left that this one or a child of its started."""
    before = set(psutil.Process().children(recursive=True))
    yield
    left = set(psutil.Process().children(recursive=True)) - before
    assert not left, [(process.pid, process.cmdline()) for process in left]


@pytest.fixture
def no_folders_left() -> Iterator[None]:
    """After the test there is no folder of a Ray or a comparison that was not there before."""
    before = ray_folders()
    yield
    assert not left_over(before)
