"""Whether a Ray still lives: its GCS, and the raylet that this process is connected to.

Owns asking them. Ray's own calls are no way to ask: with a dead GCS they block, with a dead raylet they wait for ever,
and a minute after its GCS has died Ray ends this process.
"""

import socket
from typing import NamedTuple

CONNECT_S = 10.0
"""A process that was killed refuses at once; a machine that is gone never answers."""


class Pulse(NamedTuple):
    """Where both listen, as host and port."""

    gcs: tuple[str, int]
    raylet: tuple[str, int]

    def lost(self) -> str:
        """Which of them no longer answers, as a phrase; empty where both do."""
        for name, (host, port) in zip(("GCS", "raylet"), self, strict=True):
            try:
                socket.create_connection((host, port), timeout=CONNECT_S).close()
            except OSError as error:
                return f"its {name} at {host}:{port} has ended ({error.strerror or error})"
        return ""


def of_this_driver() -> Pulse:
    """Of the Ray that this process is connected to."""
    import ray

    context = ray.get_runtime_context()
    host, _, port = context.gcs_address.rpartition(":")
    own = next(node for node in ray.nodes() if node["NodeID"] == context.get_node_id())
    return Pulse((host.strip("[]"), int(port)), (own["NodeManagerAddress"], own["NodeManagerPort"]))
