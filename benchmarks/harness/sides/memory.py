"""Peak resident memory of processes over a stretch of time, as Linux counts it.

Owns reading and resetting the peak. Elsewhere, and where the system does not allow it, there is none.
"""

import contextlib
from collections.abc import Iterable
from pathlib import Path

RESET_PEAK = "5"
"""Written to a process's `clear_refs`: its peak is what it has now (proc(5), since Linux 4.0)."""


def reset_peaks(pids: Iterable[int]) -> None:
    """Let the peaks of some processes begin anew."""
    for pid in pids:
        with contextlib.suppress(OSError):
            Path(f"/proc/{pid}/clear_refs").write_text(RESET_PEAK)


def peak_of(pids: Iterable[int]) -> int | None:
    """Bytes of the peaks of some processes, together; None where one of them can't be read."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            [peak] = [line for line in lines if line.startswith("VmHWM:")]
            total += 1024 * int(peak.split()[1])
        except (OSError, ValueError):
            return None
    return total
