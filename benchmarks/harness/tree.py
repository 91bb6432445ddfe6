"""Which files a tree holds and a process has loaded: proof that drivers and workers time the tree that they belong to.

Imported by every worker, so it imports nothing heavy. An installed copy, or a folder that came first on the path, can
shadow a tree's modules in one process and not in another.
"""

import hashlib
import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("workloads", "benchmarks")

_PLACES = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
INSTALLED = tuple({f"{path}{os.sep}" for place in map(Path, _PLACES) for path in (place.absolute(), place.resolve())})
"""Folders of installed packages and of Python's own library."""

Loaded = frozenset[tuple[str, str]]  # (path below the tree, digest of the file)


def loaded() -> Loaded:
    """This process's modules of the tree's packages, and what their files hold."""
    modules = [(name, module) for name, module in list(sys.modules.items()) if name.partition(".")[0] in PACKAGES]
    files = {(name, file) for name, module in modules if (file := getattr(module, "__file__", None))}
    return frozenset((_below(name, Path(file)), _digest(Path(file))) for name, file in files)


def own_files() -> set[str]:
    """Files of the modules that this process has loaded, as far as no installed package or Python itself has them."""
    found = set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and not file.startswith(INSTALLED) and Path(file).is_absolute():
            real = os.path.realpath(file)
            if not real.startswith(INSTALLED):
                found.add(real)
    return found


def strangers(found: Iterable[Loaded]) -> list[str]:
    """Of what processes have loaded, the files that this tree has not, or not as they are; sorted."""
    files = set().union(*found)
    return sorted(path for path, digest in files if not (ROOT / path).is_file() or _digest(ROOT / path) != digest)


def _below(module: str, file: Path) -> str:
    parts = module.split(".")
    return "/".join([*parts, "__init__.py"] if file.name == "__init__.py" else [*parts[:-1], file.name])


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
