"""Freed memory is kept, in this process and in those that it starts: the same terms for every variant.

Owns what glibc's allocator is told. Other C libraries have no such thing, and nothing is done there.
"""

import ctypes
import os
import platform

MMAP_THRESHOLD, TRIM_THRESHOLD = 32 << 20, 256 << 20
"""Bytes: the most that glibc takes for the first, and what a process may hold free for the second."""

VARIABLE = "GLIBC_TUNABLES"
TUNABLES = f"glibc.malloc.mmap_threshold={MMAP_THRESHOLD}:glibc.malloc.trim_threshold={TRIM_THRESHOLD}"

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h


def hold() -> None:
    """From now on this process keeps what it frees, and so does every process that it starts.

    glibc decides as it goes whether freed memory is given back to the system, to be faulted in anew when it is needed
    again; from then on a process stays slow. What is in `VARIABLE` already stands after this, and so counts.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    libc = ctypes.CDLL(None)
    libc.mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD)
    libc.mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD)
    there = os.environ.get(VARIABLE, "")
    if TUNABLES not in there:
        os.environ[VARIABLE] = ":".join(filter(None, [TUNABLES, there]))
