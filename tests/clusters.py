"""Fixtures that start clusters to join: `ray start` in processes of its own, as somebody would at a terminal."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "t" * 64}
"""Guards them; who joins one sets these, too."""

RAY = str(Path(sys.executable).with_name("ray"))


@pytest.fixture
def new_folder() -> Iterator[Callable[[], str]]:
    """Makes a folder for a cluster's files; a short path, for its sockets' sake."""
    folders: list[str] = []

    def make() -> str:
        folders.append(tempfile.mkdtemp(prefix="head-", dir="/tmp"))
        return folders[-1]

    yield make
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


class Heads:
    """A cluster that a test starts: calling it starts the head node, `add` one more."""

    def __init__(self, new_folder: Callable[[], str]) -> None:
        self._new_folder = new_folder
        self._environment: dict[str, str] = {}
        self._port = ""
        self._started: list[tuple[subprocess.Popen[str], list[psutil.Process]]] = []

    def __call__(self, nodes: int = 1, folder: str | None = None, cpus: int = 2, **environment: str) -> str:
        """Start one of so many nodes with so many CPUs each; the address to join. Variables hold for all nodes."""
        folder = folder or self._new_folder()
        self._environment = {**TOKEN, **environment}
        self._launch(cpus, ["--head", "--port=0", "--include-dashboard=false", f"--temp-dir={folder}"], {})
        (gcs,) = [child for child in self._started[0][1] if "gcs_server" in child.name()]
        self._port = next((Path(folder) / "session_latest").glob("gcs_server_port_*")).read_text()
        assert gcs.is_running()
        for _ in range(nodes - 1):
            self.add(cpus)
        return f"127.0.0.1:{self._port}"

    def add(self, cpus: int = 2, **environment: str) -> psutil.Process:
        """Start another node; its raylet."""
        family = self._launch(cpus, [f"--address=127.0.0.1:{self._port}"], environment)
        (raylet,) = [child for child in family if child.name() == "raylet"]
        return raylet

    def _launch(self, cpus: int, arguments: list[str], environment: dict[str, str]) -> list[psutil.Process]:
        command = [RAY, "start", f"--num-cpus={cpus}", "--block", "--disable-usage-stats", *arguments]
        env = {**os.environ, **self._environment, **environment}
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert process.stdout is not None
        assert any("Ray runtime started" in line for line in process.stdout)
        self._started.append((process, psutil.Process(process.pid).children(recursive=True)))
        return self._started[-1][1]

    def end(self) -> None:
        """Every process of it."""
        for process, family in reversed(self._started):
            process.terminate()
            process.communicate(timeout=30)
            _, alive = psutil.wait_procs(family, timeout=10)
            for child in alive:
                child.kill()


@pytest.fixture
def head(new_folder: Callable[[], str]) -> Iterator[Heads]:
    """Starts a cluster; every process of it is ended after the test."""
    heads = Heads(new_folder)
    yield heads
    heads.end()
