"""Where photographs come from: generated, downloaded from the list of addresses, or a folder of one's own.

Owns the choice of a source and the promise that a count and a size mean the same work whichever it is. Knows nothing
of tasks, results or timing. One job a module: `generate` makes photographs, `cache` keeps them, `download` fetches,
`folder` reads, `verify` judges, `sheet` draws; `python -m workloads.photos` is the command line.

Environment:
    WORKLOADS_IMAGE_SOURCE: `generated` (default), `urls` or a folder.
    WORKLOADS_CACHE_FOLDER: keeps generated and downloaded photographs instead of the user's cache folder.
"""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from workloads import IMAGE_SOURCE_VARIABLE, WorkloadError
from workloads.photos.cache import CACHE_VARIABLE, cache_folder, generated
from workloads.photos.download import addresses, download
from workloads.photos.folder import PhotoWarning, candidates, read
from workloads.photos.generate import FULL_MEGAPIXELS
from workloads.photos.verify import resized

__all__ = ["CACHE_VARIABLE", "PhotoWarning", "load_named", "load_photos"]

_ENOUGH = 50  # downloads for "all": with fewer than half of the addresses it is no longer the same set of photographs


def load_photos(count: int | None, megapixels: float | None) -> list[npt.NDArray[np.uint8]]:
    """Encoded photographs, each as a one-dimensional uint8 array of a JPEG or PNG file's bytes.

    Args:
        count: how many; `None` for all, which is 102 for `generated` and `urls` (less those that fail to download).
            A source that has fewer is gone through again from its start.
        megapixels: million pixels of each, cut to 3:2 and encoded anew where the source is larger or smaller; `None`
            for photographs as they are (`generated`: 12.2 megapixels).

    Raises:
        WorkloadError: no photograph can be had from the source; says why and what would work.
    """
    source = os.environ.get(IMAGE_SOURCE_VARIABLE) or "generated"
    return [np.frombuffer(data, np.uint8) for _, data in load_named(source, count, megapixels)]


def load_named(
    source: str, count: int | None, megapixels: float | None, shuffle: np.random.Generator | None = None
) -> list[tuple[str, bytes]]:
    """As `load_photos`, with a name for each and the source given; `shuffle` takes them in random order."""
    if count is not None and count < 1:
        raise WorkloadError(f"{count} photographs were asked for; ask for at least 1")
    if source == "generated":
        urls = addresses()
        indices = list(range(len(urls) if count is None else max(count, len(urls))))
        chosen = _ordered(indices, shuffle)[:count]
        return [
            (f"generated {index}", data)
            for index, data in zip(chosen, generated(chosen, megapixels or FULL_MEGAPIXELS), strict=True)
        ]
    found = (
        _downloaded(count, shuffle) if source == "urls" else read(_ordered(candidates(Path(source)), shuffle), count)
    )
    if megapixels is not None:
        found = [(name, resized(data, megapixels)) for name, data in tqdm(found, "resizing", leave=False, disable=None)]
    return found if count is None else [found[index % len(found)] for index in range(count)]


_Item = TypeVar("_Item")


def _ordered(items: Sequence[_Item], shuffle: np.random.Generator | None) -> list[_Item]:
    return list(items) if shuffle is None else [items[index] for index in shuffle.permutation(len(items))]


def _downloaded(count: int | None, shuffle: np.random.Generator | None) -> list[tuple[str, bytes]]:
    urls = _ordered(addresses(), shuffle)
    distinct = len(set(urls))
    wanted = distinct if count is None else min(count, distinct)
    got = download(urls, cache_folder() / "downloaded", wanted=wanted, at_least=min(wanted, _ENOUGH))
    for url, reason in got.failed.items():
        warnings.warn(f"photograph left out: {url}: {reason}", PhotoWarning, stacklevel=3)
    order = [url for url in urls if url in got.files] if count is None else list(got.files)
    return [(url.rsplit("/", 1)[-1], got.files[url].read_bytes()) for url in order]
