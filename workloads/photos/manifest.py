"""What a folder of downloads holds: its manifest.

Owns the manifest's form, and that a file counts only while its bytes are the ones that were verified.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workloads.photos.cache import write_atomically
from workloads.photos.folder import MANIFEST


def _read(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        entries = json.loads((folder / MANIFEST).read_text("utf-8"))
        return {entry["url"]: entry for entry in entries}
    except (OSError, ValueError, TypeError, KeyError):
        return {}  # without a manifest nothing is known to be right, so everything is fetched again


def kept(urls: Sequence[str], folder: Path) -> tuple[dict[str, Path], list[Path]]:
    """Files by address, for those whose file has the SHA-256 that the manifest has; and files that have another."""
    known = _read(folder)
    files, changed = {}, []
    for url in urls:
        entry = known.get(url, {})
        file = folder / Path(str(entry.get("file", "missing"))).name
        if not file.is_file():
            continue
        if hashlib.sha256(file.read_bytes()).hexdigest() == entry.get("sha256"):
            files[url] = file
        else:
            changed.append(file)
    return files, changed


def digest(folder: Path, url: str) -> str | None:
    """The SHA-256 of what the address last gave; None where that is not known."""
    return _read(folder).get(url, {}).get("sha256")


def record(folder: Path, entry: dict[str, Any]) -> None:
    """Add one entry; reads the manifest first, since another process may have added entries of its own."""
    entries = _read(folder) | {entry["url"]: entry}
    write_atomically(folder / MANIFEST, json.dumps(list(entries.values()), indent=1).encode())
