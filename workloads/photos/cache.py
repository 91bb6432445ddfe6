"""The cache of generated photographs, and the folder that all of the photographs' caches live in.

Owns where cached files lie, what their names mean and that a wrong one is never returned. Knows nothing of how a
photograph is made.

A file's name carries its number and its SHA-256, so the file and its hash appear in one atomic step: two processes
may fill the cache at once, and whatever else has happened to a file is noticed when it is read.
"""

import functools
import hashlib
import os
import tempfile
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import platformdirs
from tqdm import tqdm

from workloads.photos import generate
from workloads.photos.folder import PhotoWarning

CACHE_VARIABLE = "WORKLOADS_CACHE_FOLDER"
"""Environment variable that names another cache folder than the user's own one."""


def cache_folder() -> Path:
    """A writable folder: `CACHE_VARIABLE`'s, else the user's cache folder.

    One that can't be written is replaced, with a `PhotoWarning`, by a temporary one that goes with the process.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    return _writable(Path(chosen) if chosen else platformdirs.user_cache_path("ray-task-benchmarks"))


@functools.cache
def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        warnings.warn(
            f"the cache folder {folder} can't be written ({error.strerror}), so photographs are kept in a temporary "
            f"folder for this run only; set {CACHE_VARIABLE} to a folder that can be written",
            PhotoWarning,
            stacklevel=3,
        )
        return Path(_temporary_folder().name)


@functools.cache
def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="ray-task-benchmarks-")  # kept here: it removes itself when collected


def key(megapixels: float) -> str:
    """Folder name that changes with whatever changes the bytes: the generator's source, its libraries and the size."""
    source = Path(generate.__file__).read_bytes()
    parameters = f"numpy {version('numpy')}, pillow {version('pillow')}, {megapixels} megapixels"
    return f"generated-{hashlib.sha256(source + parameters.encode()).hexdigest()[:16]}"


def generated(indices: Sequence[int], megapixels: float) -> list[bytes]:
    """Generated photographs by number, as JPEG bytes, from the cache where they are there and right."""
    folder = cache_folder() / key(megapixels)
    folder.mkdir(parents=True, exist_ok=True)
    present = {int(file.name[:5]): file for file in folder.glob("?????-*.jpg")}

    def one(index: int) -> bytes:
        return _read(present.get(index)) or _store(folder, index, generate.photo(index, megapixels))

    # Threads, not processes: NumPy and PIL release the lock, so two cores make 102 full-size photographs 1.7 times as
    # fast as one. At most eight, since each needs about 0.3 GB at full size.
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        try:
            return list(tqdm(pool.map(one, indices), "photographs", len(indices), leave=False, disable=None))
        except BaseException:
            pool.shutdown(cancel_futures=True)  # else Ctrl-C would wait until the last photograph is made
            raise


def _read(file: Path | None) -> bytes | None:
    try:
        data = file.read_bytes() if file else b""
    except OSError:
        return None
    return data if file and hashlib.sha256(data).hexdigest() == file.stem[6:] else None


def _store(folder: Path, index: int, data: bytes) -> bytes:
    try:
        write_atomically(folder / f"{index:05}-{hashlib.sha256(data).hexdigest()}.jpg", data)
    except OSError as error:
        warnings.warn(
            f"{folder} can't keep a photograph ({error.strerror}); it was made anew", PhotoWarning, stacklevel=2
        )
    return data


def write_atomically(file: Path, data: bytes) -> None:
    """Write a whole file or nothing: under its name there is never a part of it."""
    descriptor, part = tempfile.mkstemp(suffix=".part", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        Path(part).replace(file)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
