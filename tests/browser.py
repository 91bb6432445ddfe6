"""A headless Chromium for tests of pages: opens a file, takes pictures, tells what it asked for or complained of.

Talks the DevTools protocol over a pipe, so that nothing beyond the browser is needed.
"""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-pipe",
)  # fmt: skip

OVERLAPS = """
[...document.querySelectorAll('svg')].flatMap(svg => {
  const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim());
  const boxes = texts.map(t => t.getBoundingClientRect());
  const found = [];
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length; j++) {
      const a = boxes[i], b = boxes[j];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 3) found.push(texts[i].textContent + ' / ' + texts[j].textContent);
    }
    const a = boxes[i];
    if (a.left < -1 || a.right > document.documentElement.clientWidth + 1)
      found.push('off the page: ' + texts[i].textContent);
  }
  return found;
})
"""
"""Texts of a picture that lie on each other, or beside the page."""


@dataclass
class Seen:
    """What a page did: addresses it asked for, what stands in the console, and what scripts of ours returned."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    png: bytes = b""
    overlaps: list[str] = field(default_factory=list)
    wider: float = 0.0


class Browser:
    """A running browser. `Browser.call` is a command of the DevTools protocol."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._rest = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def until(self, event: str) -> None:
        while not any(seen.get("method") == event for seen in self.events):
            self.events.append(self._next())

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            piece = os.read(self._from, 1 << 20)
            assert piece, "the browser is gone"
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\0")
        return json.loads(line)

    def look(self, page: Path, width: int, dark: bool = False, script: str = OVERLAPS) -> Seen:
        """Open a page in a window of so many pixels and look at all of it."""
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable", session)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", session, features=scheme)
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", session, **size)
        self.events = []
        self.call("Page.navigate", session, url=page.absolute().as_uri())
        self.until("Page.loadEventFired")
        seen = Seen()
        seen.overlaps = self._value(session, script)
        seen.wider = self._value(session, f"document.documentElement.scrollWidth - {width}")
        shot = self.call("Page.captureScreenshot", session, captureBeyondViewport=True, format="png")
        seen.png = base64.b64decode(shot["data"])
        for event in self.events:
            params = event.get("params", {})
            match event.get("method"):
                case "Network.requestWillBeSent":
                    seen.requests.append(params["request"]["url"])
                case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                    seen.complaints.append(json.dumps(params))
                case "Log.entryAdded":
                    seen.complaints.append(params["entry"]["text"])
        self.call("Target.closeTarget", targetId=target)
        return seen

    def _value(self, session: str, script: str) -> Any:
        return self.call("Runtime.evaluate", session, expression=script, returnByValue=True)["result"].get("value")


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A browser with a new profile; ended by its own process."""
    assert PROGRAM is not None
    (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()

    def hand_over() -> None:  # the protocol's pipe is file descriptors 3 and 4
        kept_in, kept_out = os.dup(theirs_in), os.dup(theirs_out)
        os.dup2(kept_in, 3)
        os.dup2(kept_out, 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [PROGRAM, *FLAGS, f"--user-data-dir={profile}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=hand_over, start_new_session=True,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            it = Browser(ours_out, ours_in)
            yield it
            with contextlib.suppress(OSError, AssertionError):
                it.call("Browser.close")
        finally:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()
            process.wait()
            os.close(ours_out)
            os.close(ours_in)
