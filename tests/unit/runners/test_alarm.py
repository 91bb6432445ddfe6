import signal
import threading
import time

import pytest

from benchmarks.harness.runners.alarm import TooLateError, no_longer_than


def spin(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_work_without_progress_is_ended_and_work_with_progress_is_not() -> None:
    with pytest.raises(TooLateError), no_longer_than(0.05):
        spin(30)
    steps: list[int] = []
    with no_longer_than(0.1, lambda: len(steps)):
        for step in range(20):
            spin(0.03)
            steps.append(step)
    assert len(steps) == 20


def test_anothers_timer_goes_on_afterwards() -> None:
    rang = threading.Event()
    before = signal.signal(signal.SIGALRM, lambda *_: rang.set())
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with no_longer_than(30):
            spin(0.05)
        assert not rang.is_set()
        spin(0.6)
        assert rang.is_set()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_outside_the_main_thread_there_is_no_limit_and_no_error() -> None:
    done: list[bool] = []

    def work() -> None:
        with no_longer_than(0.01):
            spin(0.05)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
