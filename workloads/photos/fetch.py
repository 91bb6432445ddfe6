"""Threads that fetch addresses, one after another, into verified files.

Owns the connections and what is tried again. Leaves what makes a photograph usable to `verify`, and which addresses
are wanted to `download`.

Each file's name is a digest of its address, so no server and no address can choose where it is written. Workers are
daemon threads and not an executor's, which the interpreter would wait for at exit: Ctrl-C must not take as long as a
silent server's time-out.
"""

import hashlib
import os
import queue
import tempfile
import threading
from http import HTTPStatus
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from workloads.photos.verify import MAX_BYTES, BadPhotoError, DamagedPhotoError, verify

_TRIES = 3
_BACK_OFF = 0.5  # seconds, doubled after each try
_LONGEST_WAIT = 60  # seconds; with Retry-After a server may ask for hours
_CHUNK = 1 << 16


class _RejectedError(Exception):
    """This address gives nothing usable, and asking again would not help."""


class _Retry(Retry):
    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        seconds = super().get_retry_after(response)
        return None if seconds is None else min(seconds, _LONGEST_WAIT)


class Crew:
    """For each address put on `tasks`, puts on `results`: the address, its manifest entry or `None`, the reason. Who
    waits for results may put a `None` there.

    A manifest entry has `url`, `file` (its name in the folder), `sha256`, `bytes`, `width` and `height` (pixels).
    """

    def __init__(self, folder: Path, timeout: float, size: int) -> None:
        self.tasks: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.results: queue.SimpleQueue[tuple[str, dict[str, Any] | None, str] | None] = queue.SimpleQueue()
        self._folder, self._timeout = folder, timeout
        self._stop = threading.Event()
        self._parts: set[Path] = set()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(size)]
        for thread in self._threads:
            thread.start()

    def dismiss(self) -> None:
        """Stop within a second; a thread that still waits for a silent server is left to end with the process."""
        self._stop.set()
        for _ in self._threads:
            self.tasks.put(None)
        for thread in self._threads:
            thread.join(1 / len(self._threads))
        for part in list(self._parts):
            part.unlink(missing_ok=True)

    def _work(self) -> None:
        with requests.Session() as session:
            retry = _Retry(
                total=_TRIES,
                backoff_factor=_BACK_OFF,
                status_forcelist=(429, 500, 502, 503, 504),
                raise_on_status=False,
            )
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(max_retries=retry))
            session.headers["Accept-Encoding"] = "identity"  # so that Content-Length counts the bytes that are written
            while (url := self.tasks.get()) is not None and not self._stop.is_set():
                try:
                    self.results.put((url, self._fetch(session, url), ""))
                except (_RejectedError, BadPhotoError) as error:
                    self.results.put((url, None, str(error)))
                except requests.RequestException as error:
                    self.results.put((url, None, _reason(error, self._timeout)))
                except OSError as error:
                    self.results.put((url, None, f"it can't be written to {self._folder} ({error.strerror})"))
                except Exception as error:  # whoever waits for the result must get one
                    self.results.put((url, None, f"unexpectedly {type(error).__name__}: {error}"))

    def _fetch(self, session: requests.Session, url: str) -> dict[str, Any]:
        for attempt in range(_TRIES):
            # urllib3 tries again what fails before the body, and _TRIES is for bodies that break off
            with session.get(url, stream=True, timeout=self._timeout) as response:
                if response.status_code != HTTPStatus.OK:
                    raise _RejectedError(f"the server answers {response.status_code} {response.reason}")
                try:
                    return self._save(url, response)
                except (requests.RequestException, DamagedPhotoError):
                    if attempt == _TRIES - 1 or self._stop.wait(_BACK_OFF * 2**attempt):
                        raise
        raise AssertionError("unreachable")

    def _save(self, url: str, response: requests.Response) -> dict[str, Any]:
        name = hashlib.sha256(url.encode()).hexdigest()[:32]
        descriptor, path = tempfile.mkstemp(prefix=".", suffix=".part", dir=self._folder)  # a new file, behind no link
        part = Path(path)
        self._parts.add(part)
        try:
            with os.fdopen(descriptor, "w+b") as stream:
                for chunk in response.iter_content(_CHUNK):
                    stream.write(chunk)
                    if stream.tell() > MAX_BYTES:
                        raise _RejectedError(f"it is larger than {MAX_BYTES:,} bytes")
                    if self._stop.is_set():
                        raise _RejectedError("the download was stopped")
                stream.seek(0)
                data = stream.read()
            suffix, width, height = verify(data)
            part.replace(self._folder / (name + suffix))
        finally:
            part.unlink(missing_ok=True)
            self._parts.discard(part)
        digest = hashlib.sha256(data).hexdigest()
        return {
            "url": url,
            "file": name + suffix,
            "sha256": digest,
            "bytes": len(data),
            "width": width,
            "height": height,
        }


def _reason(error: requests.RequestException, timeout: float) -> str:
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"nothing came from the server for {timeout:g} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the body breaks off before its declared length"
    if isinstance(error, requests.TooManyRedirects):
        return "it redirects without end"
    if isinstance(error, ValueError):  # requests' errors for addresses that it can't read
        return "it is not a web address"
    return f"no connection ({type(error).__name__})"
