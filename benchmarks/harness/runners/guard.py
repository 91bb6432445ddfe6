"""What keeps others out of a Ray that is started here: it asks for a token, and listens on loopback alone.

Owns how Ray is made to do both, whenever it was imported. The token itself, and Ray's life, are `cluster`'s.
"""

import contextlib
import os
from collections.abc import Iterator

VARIABLE = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
"""Where it is 0, Ray's address is 127.0.0.1, as it is on macOS by default; no public option does that on Linux: Ray
replaces a loopback address by the machine's own (`resolve_ip_for_localhost`, Ray 2.60)."""


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """What starts in here is guarded; a cluster that is joined afterwards is reached as before.

    `RAY_AUTH_MODE` and the token stand in the environment by now. Ray's processes read them there; this one has read
    its environment when Ray was imported, and a benchmark of the user's own may import it before any Ray is started.
    """
    from ray._private import ray_constants

    heed_environment()
    constant, variable = ray_constants.ENABLE_RAY_CLUSTER, os.environ.get(VARIABLE)
    ray_constants.ENABLE_RAY_CLUSTER = False
    os.environ[VARIABLE] = "0"
    try:
        yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = constant
        if variable is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = variable


def heed_environment() -> None:
    """Ray reads again whether tokens are on, as it does when it is imported."""
    from ray._raylet import Config  # type: ignore[attr-defined]

    Config.initialize("")  # Ray's own way to turn them on (authentication_token_setup.py)
