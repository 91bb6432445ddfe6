"""Photographs that lie in a folder.

Owns which files count and how bad ones are reported. Leaves what makes a photograph usable to `verify`.
"""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from workloads import WorkloadError, free_memory, spelled
from workloads.photos.verify import MAX_BYTES, BadPhotoError, verify

MANIFEST = "manifest.json"

COPIES = 2
"""Of each photograph in a run: the driver's own, and the one that workers get."""

NAMED = 5
"""So many bad files are named; a folder of raw files may have thousands."""


class PhotoWarning(UserWarning):
    """A photograph was left out, or the cache folder can't be used; the run goes on without it."""


def candidates(folder: Path) -> list[Path]:
    """Visible files of a folder, sorted by name; subfolders and a download's manifest are no photographs.

    Raises:
        WorkloadError: the folder is missing, is a file, can't be read or is empty; names its path.
    """
    try:
        with os.scandir(folder) as entries:  # which knows without a look at each what is a folder
            names = sorted(entry.name for entry in entries if not entry.name.startswith(".") and not _is_folder(entry))
    except OSError as error:
        reason = {FileNotFoundError: "there is no such folder", NotADirectoryError: "it is a file, not a folder"}.get(
            type(error), f"it can't be read ({error.strerror})"
        )
        raise _none_from(folder, reason) from error
    files = [folder / name for name in names if name != MANIFEST]
    if not files:
        raise _none_from(folder, "it is empty")
    return files


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle, or to where one may not look: named when it is read
        return False


def _none_from(folder: Path, reason: str) -> WorkloadError:
    return WorkloadError(
        f"no photographs from {shown(folder)}: {reason}; use generated, urls or a folder of JPEG or PNG files"
    )


def shown(path: Path | str) -> str:
    """A path in a sentence."""
    return spelled(str(path))


def require_room(files: Sequence[Path]) -> None:
    """Refuse to take all of them where memory can't hold them; no file is opened for it.

    Raises:
        WorkloadError: names the folder, what its files need and what is free.
    """
    needed, free = COPIES * sum(map(_size, files)), free_memory()
    if needed > free:
        raise WorkloadError(
            f"the {len(files):,} files of {shown(files[0].parent)} need {needed / 1e9:.1f} GB of memory (a run holds "
            f"each {COPIES} times), and {free / 1e9:.1f} GB are free: name a folder with fewer, or take "
            "--workload-size medium, which reads one for each CPU"
        )


def _size(file: Path) -> int:
    """Bytes that reading it would bring; none of what is left out anyway."""
    try:
        size = file.stat().st_size
    except OSError:
        return 0
    return size if size <= MAX_BYTES else 0


def read(files: Sequence[Path], count: int | None) -> list[tuple[str, bytes]]:
    """Names and bytes of the first `count` usable files (`None`: of all).

    A bad file is left out with a `PhotoWarning` that names its path and the reason; beyond `NAMED` they are counted.

    Raises:
        WorkloadError: none of the files is usable; names each path and reason, up to `NAMED`. All are asked for, and
            memory can't hold them.
    """
    if count is None:
        require_room(files)
    good: list[tuple[str, bytes]] = []
    bad: list[str] = []
    for file in tqdm(files, "photographs", leave=False, disable=None):
        if len(good) == count:
            break
        try:
            if not file.is_file():  # a pipe would be waited for, for ever
                raise BadPhotoError("it is not a regular file, or a link that leads nowhere")
            if file.stat().st_size > MAX_BYTES:
                raise BadPhotoError(f"it is larger than {MAX_BYTES:,} bytes")
            data = file.read_bytes()
            verify(data)
        except OSError as error:
            bad.append(f"{shown(file)}: it can't be read ({error.strerror})")
        except BadPhotoError as error:
            bad.append(f"{shown(file)}: {error}")
        else:
            good.append((shown(file.name), data))
    more = [f"and {len(bad) - NAMED} more"] if len(bad) > NAMED else []
    if not good:
        raise WorkloadError(f"none of {len(bad)} files is a usable photograph: {'; '.join(bad[:NAMED] + more)}")
    for sentence in bad[:NAMED] + more:
        warnings.warn(f"photograph left out: {sentence}", PhotoWarning, stacklevel=2)
    return good
