"""Whether this process was stopped and continued: by SIGSTOP, Ctrl-Z or a debugger, then SIGCONT.

Owns the handler of SIGCONT. The clocks go on meanwhile, so what ran is as slow as the stop was long, and no other
clock would say why: a process that waits uses no CPU, either.
"""

import signal
import threading
import time
from types import FrameType

_at: list[float] = []
_untold = 0


def watch() -> None:
    """Notice it from now on. Handlers are the main thread's: elsewhere nothing is noticed."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGCONT, _continued)


def _continued(_number: int, _frame: FrameType | None) -> None:
    global _untold
    _at.append(time.perf_counter())
    _untold += 1


def since(start: float) -> bool:
    """Whether it was continued after a time on its own monotonic clock (seconds)."""
    return bool(_at) and _at[-1] >= start


def untold() -> int:
    """How many times it was continued since this was last asked."""
    global _untold
    told, _untold = _untold, 0
    return told
