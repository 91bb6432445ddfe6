"""Head's tests on base's code: what in a tree is a test, and putting it into the other tree.

Owns that line. Changes base's tree, which is a copy; head's is read.

Tests are the modules that pytest would collect in the selected folders, and the conftests beside them. The tree's own
conftest, the harness and the workloads stay each side's own. Whatever else lies beside the tests may be a helper of
theirs or code that they time: where it differs between the two trees, nothing here can tell, and it is refused.
"""

import shutil
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from benchmarks.harness.sides.content import files
from benchmarks.harness.sides.errors import SidesError

OWN = ("benchmarks/harness/", "benchmarks/calibrate/", "benchmarks/experiments/", "workloads/")
"""Folders of the suite itself, from the root."""


def graft(head: Path, base: Path, selected: Sequence[Path], patterns: Sequence[str]) -> list[str]:
    """Put head's tests into base's tree, in place of base's; the files that were put, from the root.

    Args:
        head, base: the trees' roots.
        selected: files and folders of head that pytest was called with.
        patterns: names of test modules, as pytest's `python_files` has them.

    Raises:
        SidesError: a file beside the tests differs and may be either; or there is no test.
    """
    folders = [_folder(path, head) for path in selected]
    theirs, ours = set(_below(base, folders)), set(_below(head, folders))
    tests = {name for name in ours | theirs if _is_test(name, patterns)}
    if not tests & ours:
        raise SidesError(f"--against-tests head: no test is in {', '.join(map(str, selected)) or head}")
    beside = {name.rpartition("/")[0] for name in tests & ours}
    unclear = [
        name
        for name in sorted((ours | theirs) - tests)
        if name.rpartition("/")[0] in beside and _bytes(head / name) != _bytes(base / name)
    ]
    if unclear:
        more = f" and {len(unclear) - 1} more" if len(unclear) > 1 else ""
        raise SidesError(
            f"--against-tests head: {unclear[0]}{more} lies beside tests and differs between base and head, and may be "
            "a helper of the tests or code that they time: keep code and tests in folders of their own"
        )
    for name in theirs & tests - ours:
        (base / name).unlink()
    for name in ours & tests:
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(head / name, base / name)
    return sorted(ours & tests)


def _folder(path: Path, head: Path) -> str:
    """A selected path's folder, from the root, with a slash behind it; empty for the root."""
    folder = path if path.is_dir() else path.parent
    if not folder.is_relative_to(head):
        raise SidesError(f"--against-tests head: {path} is not in {head}")
    below = folder.relative_to(head).as_posix()
    return "" if below == "." else f"{below}/"


def _below(root: Path, folders: Sequence[str]) -> Iterator[str]:
    for name in files(root):
        if name.startswith(tuple(folders)) and not name.startswith(OWN) and "/" in name:
            yield name


def _is_test(name: str, patterns: Sequence[str]) -> bool:
    last = name.rpartition("/")[2]
    return last == "conftest.py" or (last.endswith(".py") and any(fnmatch(last, pattern) for pattern in patterns))


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
