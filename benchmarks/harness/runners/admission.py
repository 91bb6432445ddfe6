"""Whether a running cluster can be joined: somebody listens, lets a driver in, and every node is like this process.

Owns these checks and the sentences of what fails. Joining and leaving is `cluster`'s.
"""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.harness.runners import pulse
from benchmarks.harness.runners.nodes import (
    ANSWER_S,
    Cluster,
    existing_cpus,
    hosts,
    kinds,
    software,
    wait_for_a_cpu,
    with_cpus,
)


class ClusterError(Exception):
    """Ray can't be used; one sentence that says why and what would work."""


def require_listener(address: str) -> None:
    """Ray itself would try for minutes to reach a port on which nobody listens."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except OSError as error:
        raise ClusterError(f"Ray can't be reached at {address}: {error}") from error


JOB = "RAY_JOB_CONFIG_JSON_ENV_VAR"
"""Where `ray job submit` leaves what its job brings along; Ray's own name for it."""

KNOCK = """
import sys, traceback, ray
try:
    ray.init(address=sys.argv[1], log_to_driver=False, logging_level=40)
except Exception as error:
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    print("".join(traceback.format_exception(error)), line, sep="\\0")
    sys.exit(1)
"""
"""Joins a cluster and leaves it again. Where it can't, its output is all that Ray raised, and the last error's line."""

KNOCKS = "10"
"""So often, a second apart, Ray asks a GCS that turns it away; by itself 20 times."""


LOOK_S = 5.0
"""So often who waits to be let in looks whether anybody still listens."""


def require_welcome(address: str) -> None:
    """A node answers a driver once a worker of it is up, and `ray.init` waits for that without end, deaf to Ctrl-C.

    So a process that can be killed goes first.
    """
    own = {name: value for name, value in os.environ.items() if name != JOB}  # what a job brings along is not needed
    process = subprocess.Popen(
        [sys.executable, "-c", KNOCK, address], env={**own, "RAY_NUM_REDIS_GET_RETRIES": KNOCKS}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with process:
        try:
            said = _answer(process, address)
        finally:
            process.kill()
    if process.returncode:
        raised, _, line = said.partition("\0")
        raise (
            not_let_in(address)
            if "AuthenticationError" in raised
            else ClusterError(f"Ray can't be reached at {address}: {line.strip() or 'a driver that joins it dies'}")
        )


def _answer(process: "subprocess.Popen[str]", address: str) -> str:
    """What the first driver says. It may knock at a cluster that is just ending, and wait for a GCS that is no more."""
    waited_s = 0.0
    while waited_s < ANSWER_S:
        try:
            return process.communicate(timeout=LOOK_S)[0]
        except subprocess.TimeoutExpired:
            waited_s += LOOK_S
            require_listener(address)
    raise ClusterError(
        f"the cluster at {address} does not let a driver in: in {ANSWER_S:.0f} s its node has started no worker; see "
        "`ray status` and the node's logs there"
    )


def rejected(error: BaseException | None) -> bool:
    """Whether an error of `ray.init` comes from another token: Ray has what it was only in the text of the causes."""
    while error is not None:
        if "AuthenticationError" in f"{type(error).__name__}: {error}":
            return True
        error = error.__cause__ or error.__context__
    return False


def not_let_in(address: str) -> ClusterError:
    return ClusterError(
        f"the cluster at {address} does not accept this process's token: set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN "
        "to the token that the cluster was started with (in ~/.ray/auth_token on its head node)"
    )


def checked(start_s: float) -> Cluster:
    """Ask every node with CPUs what runs there; differing ones are an error that names them all."""
    from ray.exceptions import GetTimeoutError

    try:
        wait_for_a_cpu()
    except GetTimeoutError as error:
        raise ClusterError(
            f"the cluster has no node with a CPU, and in {ANSWER_S:.0f} s none came up; see `ray status` there"
        ) from error
    found = hosts()
    mine = software()
    different = [
        f"{host.name} has {name} {host.software.get(name)}, not {version}"
        for host in found
        for name, version in mine.items()
        if host.software.get(name) != version
    ]
    if different:
        raise ClusterError("nodes differ from this process: " + "; ".join(different))
    return Cluster(
        sum(host.slots for host in found),
        len(found),
        start_s,
        usable_cpus=existing_cpus(found),
        kinds=kinds(found),
        machines=frozenset(host.name for host in found),
        ids=frozenset(node["NodeID"] for node in with_cpus()),
        pulse=pulse.of_this_driver(),
    )


@contextlib.contextmanager
def explained(address: str) -> Iterator[None]:
    """What Ray itself raises while it is joined, in one sentence."""
    from ray.exceptions import AuthenticationError, GetTimeoutError, RayError, RuntimeEnvSetupError

    try:
        yield
    except AuthenticationError as error:
        raise not_let_in(address) from error
    except GetTimeoutError as error:
        raise ClusterError(
            f"the cluster at {address}: a node has not answered in {ANSWER_S:.0f} s; see `ray status` there, or wait "
            "until its workers have a core"
        ) from error
    except RuntimeEnvSetupError as error:
        raise ClusterError(
            f"the cluster at {address} can't unpack this tree for its workers: {first_line(error)}"
        ) from error
    except RayError as error:
        raise ClusterError(f"the cluster at {address} can't be used: {first_line(error)}") from error


def first_line(error: Exception) -> str:
    """Of what an exception says; its type where that is nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
