"""What control groups leave of this machine to this process: versions 1 and 2, nested ones included.

Owns reading their files on Linux; elsewhere, and without groups, there is no limit. A process sits in one group of each
kind, and every group above it limits it, too: all are read, and the tightest counts. Decides nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOUNTED, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


@dataclass(frozen=True)
class Groups:
    """A process's control groups.

    Attributes:
        mounted: where the kernel shows all groups.
        own: the file that says which of them are this process's; lines of `id:controllers:path`.
    """

    mounted: Path = MOUNTED
    own: Path = OWN

    def cpu_quota(self) -> float | None:
        """CPUs' worth of time that may be used, 1.5 for instance; None for no limit."""
        quotas = []
        for folder in self._unified():
            match _words(folder / "cpu.max"):
                case [quota, period] if quota != "max":
                    quotas.append(int(quota) / int(period))
        for folder in self._controller("cpu"):
            match _words(folder / "cpu.cfs_quota_us"), _words(folder / "cpu.cfs_period_us"):
                case [quota], [period] if int(quota) > 0:
                    quotas.append(int(quota) / int(period))
        return min(quotas, default=None)

    def free_memory(self) -> int | None:
        """Bytes that may still be taken; None for no limit.

        Cached file pages that nobody uses are given up before a limit is met, so they count as free.
        """
        free = [
            *_free(self._unified(), "memory.max", "memory.current", "inactive_file"),
            *_free(self._controller("memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ]
        return min(free, default=None)

    def _unified(self) -> Iterator[Path]:
        """Folders of version 2, from this process's group upwards."""
        for controllers, path in self._lines():
            if not controllers:
                yield from _upwards(self.mounted, path)
                yield from _upwards(self.mounted / "unified", path)  # beside version 1

    def _controller(self, name: str) -> Iterator[Path]:
        """Folders of version 1 of one controller, from this process's group upwards."""
        for controllers, path in self._lines():
            if name in controllers.split(","):
                top = self.mounted / name
                yield from _upwards(top if top.is_dir() else self.mounted / controllers, path)

    def _lines(self) -> Iterator[tuple[str, str]]:
        try:
            lines = self.own.read_text().splitlines()
        except OSError:
            return
        for line in lines:
            match line.split(":", 2):
                case [_, controllers, path]:
                    yield controllers, path


def _upwards(top: Path, path: str) -> Iterator[Path]:
    """A group's folder and those above it. In a container the path may be the host's, and only `top` is there."""
    folder = top / path.lstrip("/")
    while True:
        if folder.is_dir():
            yield folder
        if folder == top or top not in folder.parents:
            return
        folder = folder.parent


def _free(folders: Iterator[Path], limit_name: str, used_name: str, cached: str) -> Iterator[int]:
    for folder in folders:
        match _words(folder / limit_name), _words(folder / used_name):
            case [limit], [used] if limit != "max":
                pages = _words(folder / "memory.stat")
                unused = dict(zip(pages[::2], pages[1::2], strict=False)).get(cached, "0")
                yield int(limit) - int(used) + int(unused)


def _words(file: Path) -> list[str]:
    """Of a group's file; empty where there is no such limit."""
    try:
        return file.read_text().split()
    except OSError:
        return []
