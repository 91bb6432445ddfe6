"""The turn protocol: what two sides and their conductor say to each other, its version, and the line that carries it.

Owns messages and their transport. Imports nothing of ours: it is what a session and a conductor of different revisions
have in common. What a side does with it is `turns`', what its messages mean for the comparison `pass_run`'s.

A side has the turn from each answer of the conductor until its own next message, and blocks in between. So whatever
costs CPU (set-up, warm-up, every round, checks, saving) happens in its turn, or not at all. Its messages are lines of
JSON over a socket that it inherits, each with `at`, the `turn` that it ends (start and end, seconds of the monotonic
clock that both sides share), the `rounds` that it ran and the `outcome` of a test that has ended:

    collected   protocol, tests, python                     → {"tests": [ids to run, in order]}
    test        test                                        → {}
    ready       seconds, tolerance, params, tasks, items    → {"rounds": n} or {"stop": reason}
    round                                                   → {} or {"stop": reason}
    done        after the last round                        → {}
    end                                                     → {}, then the process saves its JSON and exits
"""

import json
import os
import socket
from typing import Any

PROTOCOL = 1
TURN_VARIABLE = "BENCHMARKS_TURN"
"""Environment variable that makes a session a side: the number of its inherited socket."""

Message = dict[str, Any]


class Channel:
    """Messages over one end of a socket pair."""

    def __init__(self, end: socket.socket) -> None:
        self.socket = end
        self._buffer = bytearray()

    def send(self, message: Message) -> None:
        """Raises OSError where nobody holds the other end."""
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> Message | None:
        """The next message; blocks. None once the other end is closed."""
        while b"\n" not in self._buffer:
            try:
                data = self.socket.recv(1 << 16)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        message: Message = json.loads(line)
        return message


def is_side() -> bool:
    """Whether a conductor has started this session."""
    return TURN_VARIABLE in os.environ
