"""Where a Ray that is started here listens, and whom it lets in.

Ray is imported here before one is started, as a benchmark of somebody's own may do: it reads its settings then.
"""

import os
import subprocess
import sys

import psutil
import pytest
import ray

from benchmarks.harness.runners import cluster
from tests.sockets import LOOPBACK, listening


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="macOS shows nobody's sockets without root")
def test_every_socket_of_a_run_is_on_the_loopback_interface(ray_here: cluster.Cluster) -> None:
    assert ray.get(ray.remote(num_cpus=1)(_answer).remote()) == 1  # a worker is up
    found = listening([psutil.Process(), *psutil.Process().children(recursive=True)])
    assert {"raylet", "gcs_server"} <= found.keys()  # they can't do without
    assert {address for addresses in found.values() for address in addresses} <= LOOPBACK, found


def _answer() -> int:
    return 1


STRANGER = "import sys, ray; ray.init(address=sys.argv[1], log_to_driver=False); print('let in')"


@pytest.mark.parametrize(
    "token", [{"RAY_AUTH_MODE": "disabled"}, {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": 64 * "0"}]
)
def test_who_has_not_the_token_is_not_let_in(ray_here: cluster.Cluster, token: dict[str, str]) -> None:
    """Ray would try again for 20 s; its first answer will do."""
    command = [sys.executable, "-c", STRANGER, ray.get_runtime_context().gcs_address]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, env=os.environ | token, **streams) as stranger:
        try:
            answer = next(line for line in stranger.stdout if "InvalidAuthToken" in line or "let in" in line)
        finally:
            stranger.kill()
    assert "InvalidAuthToken" in answer
