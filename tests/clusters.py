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


@pytest.fixture
def head(new_folder: Callable[[], str]) -> Iterator[Callable[..., str]]:
    """`head(nodes=1, folder=None, variable=value, …)` starts a cluster of nodes with two CPUs each.

    It returns the address to join; every process of it is ended after the test.
    """
    started: list[tuple[subprocess.Popen[str], list[psutil.Process]]] = []

    def start(nodes: int = 1, folder: str | None = None, **environment: str) -> str:
        folder = folder or new_folder()
        node = [str(Path(sys.executable).with_name("ray")), "start", "--num-cpus=2", "--block", "--disable-usage-stats"]
        env = {**os.environ, **TOKEN, **environment}
        launch(env, [*node, "--head", "--port=0", "--include-dashboard=false", f"--temp-dir={folder}"])
        (gcs,) = [child for child in started[0][1] if "gcs_server" in child.name()]
        port = next((Path(folder) / "session_latest").glob("gcs_server_port_*")).read_text()
        assert gcs.is_running()
        for _ in range(nodes - 1):
            launch(env, [*node, f"--address=127.0.0.1:{port}"])
        return f"127.0.0.1:{port}"

    def launch(env: dict[str, str], command: list[str]) -> None:
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert process.stdout is not None
        assert any("Ray runtime started" in line for line in process.stdout)
        started.append((process, psutil.Process(process.pid).children(recursive=True)))

    yield start
    for process, family in reversed(started):
        process.terminate()
        process.communicate(timeout=30)
        _, alive = psutil.wait_procs(family, timeout=10)
        for child in alive:
            child.kill()
