"""A server that never ends, and a disk that is full when the manifest is written."""

import http.server
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workloads import WorkloadError
from workloads.photos.download import download
from workloads.photos.generate import photo

ROOT = Path(__file__).resolve().parents[2]


class Trickle(http.server.BaseHTTPRequestHandler):
    """A byte every tenth of a second: never silent for long, and never done. `/whole` is a photograph."""

    def do_GET(self) -> None:
        body = photo(1, 0.1)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            if self.path == "/whole":
                self.wfile.write(body)
                return
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)
        except OSError:
            pass  # the client has had enough

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trickle) as found:
        found.daemon_threads = True
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_address[1]}"
        found.shutdown()


def test_a_steady_trickle_ends_at_the_deadline_and_what_came_is_kept(server: str, tmp_path: Path) -> None:
    with pytest.raises(WorkloadError, match=r"1 of 2 photographs came into .* within 2 s; what came is kept"):
        download([f"{server}/whole", f"{server}/slow"], tmp_path, deadline=2)
    assert download([f"{server}/whole"], tmp_path, deadline=60).failed == {}
    assert len(list(tmp_path.glob("*.jpg"))) == 1
    assert not list(tmp_path.glob(".*.part"))


FULL = """
import json, resource, signal, sys
from pathlib import Path
from workloads import WorkloadError
from workloads.photos.download import download
folder = Path(sys.argv[2])
folder.mkdir()
(folder / "manifest.json").write_text(json.dumps([{"url": str(n), "file": "x" * 500} for n in range(400)]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
try:
    download([sys.argv[1]], folder)
except WorkloadError as error:
    print(error)
"""


def test_a_disk_that_fills_while_the_manifest_is_written_is_one_sentence(server: str, tmp_path: Path) -> None:
    """No file may grow beyond 150 kB there: the photograph fits, the manifest of 400 others does not."""
    assert len(photo(1, 0.1)) < 150_000
    command = [sys.executable, "-c", FULL, f"{server}/whole", str(tmp_path / "photos")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("can't note in ")
    assert "File too large; make room there, or name another folder" in done.stdout
    assert "Traceback" not in done.stderr
