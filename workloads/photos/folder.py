"""Photographs that lie in a folder.

Owns which files count and how bad ones are reported. Leaves what makes a photograph usable to `verify`.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from workloads import WorkloadError
from workloads.photos.verify import MAX_BYTES, BadPhotoError, verify

MANIFEST = "manifest.json"


class PhotoWarning(UserWarning):
    """A photograph was left out, or the cache folder can't be used; the run goes on without it."""


def candidates(folder: Path) -> list[Path]:
    """Visible files of a folder, sorted by name; subfolders and a download's manifest are no photographs.

    Raises:
        WorkloadError: the folder is missing, is a file, can't be read or is empty; names its path.
    """
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        reason = {FileNotFoundError: "there is no such folder", NotADirectoryError: "it is a file, not a folder"}.get(
            type(error), f"it can't be read ({error.strerror})"
        )
        raise WorkloadError(
            f"no photographs from {folder}: {reason}; use generated, urls or a folder of JPEG or PNG files"
        ) from error
    files = [entry for entry in entries if not entry.name.startswith(".") and entry.name != MANIFEST]
    files = [file for file in files if not file.is_dir()]
    if not files:
        raise WorkloadError(
            f"no photographs from {folder}: it is empty; use generated, urls or a folder of JPEG or PNG files"
        )
    return files


def read(files: Sequence[Path], count: int | None) -> list[tuple[str, bytes]]:
    """Names and bytes of the first `count` usable files (`None`: of all).

    A bad file is left out with a `PhotoWarning` that names its path and the reason.

    Raises:
        WorkloadError: none of the files is usable; names each path and reason, up to five.
    """
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
            bad.append(f"{file}: it can't be read ({error.strerror})")
        except BadPhotoError as error:
            bad.append(f"{file}: {error}")
        else:
            good.append((file.name, data))
    if not good:
        more = f"; and {len(bad) - 5} more" if len(bad) > 5 else ""
        raise WorkloadError(f"none of {len(bad)} files is a usable photograph: {'; '.join(bad[:5])}{more}")
    for sentence in bad:
        warnings.warn(f"photograph left out: {sentence}", PhotoWarning, stacklevel=2)
    return good
