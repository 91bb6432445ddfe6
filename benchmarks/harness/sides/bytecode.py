"""Bytecode for base's tree: what head's has already, wherever the source is the same.

Owns that equality. Changes base's tree, which is a copy; head's is read. Without it base alone would compile in its
first pass, whatever a change did, and again in each further one where Python may not write bytecode.
"""

import os
import shutil
from collections import defaultdict
from pathlib import Path

CACHE = "__pycache__"


def share(head: Path, base: Path) -> None:
    """Give base's unchanged sources the times of head's, and head's bytecode, pytest's own of test modules included.

    Python holds bytecode valid for a source of the size and time that it was compiled at, wherever it lies.
    """
    for folder, folders, names in os.walk(base):
        folders[:] = [name for name in folders if name != CACHE and not name.startswith(".")]
        theirs = Path(folder)
        ours = head / theirs.relative_to(base)
        compiled = _compiled(ours / CACHE)
        for name in names:
            found = compiled.get(name.removesuffix(".py"), []) if name.endswith(".py") else []
            if found and _same(ours / name, theirs / name):
                shutil.copystat(ours / name, theirs / name)
                (theirs / CACHE).mkdir(exist_ok=True)
                for file in found:
                    shutil.copy2(file, theirs / CACHE)


def _compiled(cache: Path) -> dict[str, list[Path]]:
    """By module, its files: of interpreters and levels of optimization, and pytest's with rewritten asserts."""
    found: dict[str, list[Path]] = defaultdict(list)
    for file in cache.glob("*.pyc"):
        found[file.name.partition(".")[0]].append(file)
    return found


def _same(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
    except OSError:  # head has it no more, or it may not be read
        return False
