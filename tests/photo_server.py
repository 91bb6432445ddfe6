"""A real web server on this machine that misbehaves in every way a web server does."""

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.pictures import bomb
from workloads.photos import generate

PHOTOS = [generate.photo(index, 0.1) for index in range(3)]


class Server(ThreadingHTTPServer):
    """Counts requests by path; what a path answers is in `Handler.do_GET`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: Counter[str] = Counter()
        self.stalled = threading.Event()
        self.release = threading.Event()

    def urls(self, *paths: str) -> list[str]:
        return [f"http://127.0.0.1:{self.server_port}{path}" for path in paths]


class Handler(BaseHTTPRequestHandler):
    """`/good/N` is photograph N; every other path is a fault of its own."""

    server: Server

    def do_GET(self) -> None:
        self.server.requests[self.path] += 1
        seen = self.server.requests[self.path]
        match self.path.split("?")[0].split("/")[1:]:
            case ["good", number, *_]:
                self.answer(PHOTOS[int(number)])
            case ["flaky", status]:
                self.answer(PHOTOS[0]) if seen > 1 else self.answer(b"", int(status), {"Retry-After": "0"})
            case ["broken", status]:
                self.answer(b"", int(status))
            case ["truncated", "once"] if seen > 1:
                self.answer(PHOTOS[0])
            case ["truncated", _]:
                self.answer(PHOTOS[0][:5000], length=len(PHOTOS[0]))
            case ["cut", "once"] if seen > 1:
                self.answer(PHOTOS[0])
            case ["cut", _]:  # no length declared, so only decoding can tell
                self.answer(PHOTOS[0][:5000], length=None)
            case ["redirect"]:
                self.answer(b"", 302, {"Location": "/good/1"})
            case ["circle"]:
                self.answer(b"", 302, {"Location": "/circle"})
            case ["html"]:
                self.answer(b"<!doctype html><title>Please log in</title>", 200, {"Content-Type": "image/jpeg"})
            case ["bomb"]:
                self.answer(bomb())
            case ["silent"]:
                self.stall()
            case ["half"]:
                self.answer(PHOTOS[0][:5000], length=len(PHOTOS[0]))
                self.stall()
            case _:
                self.answer(b"", 404)

    def answer(
        self, body: bytes, status: int = 200, headers: dict[str, str] | None = None, length: int | None = -1
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(len(body) if length < 0 else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def stall(self) -> None:
        self.server.stalled.set()
        self.server.release.wait()

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server on a port of its own; what it holds back is let go at the end."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.release.set()
        server.shutdown()
        thread.join()
