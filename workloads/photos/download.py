"""Photographs downloaded from a list of addresses into a folder.

Owns which addresses are fetched, which are not needed any more, and when too few came. Leaves connections to `fetch`
and what a folder holds to `manifest`.
"""

import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from workloads import WorkloadError
from workloads.photos.fetch import Crew
from workloads.photos.folder import PhotoWarning, shown
from workloads.photos.manifest import digest, kept, record

DEADLINE_S = 1_800.0
"""A line of 200 kB a second brings 360 MB in it: 102 photographs of 3.5 MB."""

ADDRESSES = Path(__file__).with_name("image-urls.txt")


@dataclass(frozen=True)
class Download:
    """What a download left in its folder: files by address, and reasons by address that failed, both in list order."""

    files: dict[str, Path]
    failed: dict[str, str]


def addresses(file: Path = ADDRESSES) -> list[str]:
    """Addresses from a text file, one a line, in its order and as often as they stand there.

    Raises:
        WorkloadError: the file can't be read or lists none.
    """
    try:
        lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise WorkloadError(
            f"can't read addresses from {file}: {error}; name a text file, one address a line"
        ) from error
    if found := [line for line in lines if line and not line.startswith("#")]:
        return found
    raise WorkloadError(f"{file} lists no addresses; write one a line")


def download(
    urls: Sequence[str],
    folder: Path,
    *,
    wanted: int | None = None,
    at_least: int = 1,
    timeout: float = 30,
    deadline: float = DEADLINE_S,
    jobs: int = 8,
) -> Download:
    """Bring photographs into `folder`, each address once, and return where they are.

    What is already there and right by its SHA-256 in the manifest is kept without a request. A file that has another,
    and an address that gives another, are named in a `PhotoWarning`. With `wanted`, later
    addresses are tried only in place of ones that fail. On Ctrl-C complete files stay, parts go.

    Args:
        urls: addresses; one that stands twice is fetched once.
        folder: made when it is missing.
        wanted: how many files are enough; `None` for one from every address.
        at_least: how many files there must be in the end.
        timeout: seconds without a byte from a server, or without a connection, before a try is given up.
        deadline: seconds for all of it, however steadily bytes come.
        jobs: how many at a time.

    Raises:
        WorkloadError: fewer than `at_least` came, with the reasons; the deadline has passed; or the folder can't be
            written.
    """
    distinct = list(dict.fromkeys(urls))
    wanted = len(distinct) if wanted is None else wanted
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files, changed = kept(distinct, folder)
    except OSError as error:
        raise WorkloadError(f"can't keep photographs in {folder}: {error.strerror}; name another folder") from error
    for file in changed:
        _warn(f"{shown(file)} is not the file that was downloaded: it is fetched again")
    failed: dict[str, str] = {}
    waiting = [url for url in distinct if url not in files]
    running = 0
    crew = Crew(folder, timeout, min(jobs, len(waiting)))
    late = threading.Timer(deadline, crew.results.put, [None])
    late.daemon = True
    late.start()
    with tqdm(desc="downloads", total=wanted, initial=min(wanted, len(files)), disable=None) as progress:
        try:
            while True:
                while waiting and len(files) + running < wanted:
                    crew.tasks.put(waiting.pop(0))
                    running += 1
                if not running:
                    break
                found = crew.results.get()
                if found is None:
                    raise WorkloadError(
                        f"{len(files)} of {wanted} photographs came into {folder} within {deadline:g} s; what came is "
                        "kept, so another run goes on from there"
                    )
                url, entry, reason = found
                running -= 1
                if entry is None:
                    failed[url] = reason
                    continue
                files[url] = folder / entry["file"]
                _keep(folder, entry)
                progress.update()
        finally:
            late.cancel()
            crew.dismiss()
    failed = {url: failed[url] for url in distinct if url in failed}
    if len(files) < at_least:
        reasons = [f"{url}: {reason}" for url, reason in failed.items()]
        more = [f"and {len(reasons) - 5} more"] if len(reasons) > 5 else []
        why = "; ".join(reasons[:5] + more) or f"there are only {len(distinct)} addresses"
        raise WorkloadError(f"{len(files)} of at least {at_least} photographs came into {folder}: {why}")
    return Download({url: files[url] for url in [url for url in distinct if url in files][:wanted]}, failed)


def _keep(folder: Path, entry: dict[str, Any]) -> None:
    before = digest(folder, entry["url"])
    if before not in (None, entry["sha256"]):
        _warn(f"{entry['url']} gives another file than before: SHA-256 {entry['sha256'][:12]}, not {str(before)[:12]}")
    try:
        record(folder, entry)
    except OSError as error:
        raise WorkloadError(
            f"can't note in {folder} what was downloaded: {error.strerror}; make room there, or name another folder"
        ) from error


def _warn(sentence: str) -> None:
    warnings.warn(f"photograph changed: {sentence}", PhotoWarning, stacklevel=4)
