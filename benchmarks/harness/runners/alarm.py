"""A time limit on work in this process, which nobody else could end.

Owns the timer. A signal's handler runs between two steps of Python, so a call into C that never returns is beyond it.
"""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any


class TooLateError(BaseException):
    """No progress for the time that was given. No `Exception`: a task that catches those must not go on."""


@contextlib.contextmanager
def no_longer_than(seconds: float, progress: Callable[[], int] = lambda: 0) -> Iterator[None]:
    """Raise inside the block once `progress` has stood still for `seconds`, or for up to twice as long.

    Costs two system calls, whatever runs inside. Another's timer, as pytest-timeout's, goes on afterwards. Outside the
    main thread, where Python handles no signals, there is no limit.

    Raises:
        TooLateError: in the main thread, between two steps of Python.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    last = progress()

    def tick(_number: int, _frame: FrameType | None) -> None:
        nonlocal last
        if (now := progress()) == last:
            raise TooLateError
        last = now

    handler: Any = signal.signal(signal.SIGALRM, tick)
    started = time.monotonic()
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - started), 0.001), interval)
