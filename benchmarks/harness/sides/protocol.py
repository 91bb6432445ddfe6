"""The turn protocol: what two sides and their conductor say to each other, its version, and the line that carries it.

Owns messages and their transport. Imports nothing of ours: it is what a session and a conductor of different revisions
have in common. What a side does with it is `turns`' and `session`'s, what messages mean `pass_run`'s and `timing`'s.

A side has the turn from each answer of the conductor until its own next message, and blocks in between. So whatever
costs CPU (set-up, warm-up, every round, checks, saving) happens in its turn, or not at all. While rounds are timed one
side at most has it; both start, check and end at the same time, and get ready for serial tests so. Its messages are
lines of JSON over a socket that it inherits, each with `at`, the `turn` that it ends (start and end, seconds of the
monotonic clock that both sides share), the `rounds` that it ran, the `outcome` of a test that has ended, and the files
that it has `loaded` since its last message, as far as they are no installed package's:

    collected   protocol, root, python, rests, tests → {"tests": [ids to run, in order]}
    test        test                                 → {} or {"pass": true}: not in this pass
    ready       seconds, span, calls, work, items,   → {"calls": n}: once more, with so many calls in a round;
                tolerance, must_see, cold_s, store,     {"rounds": n, "pieces": of each}, {"stop": reason},
                nodes, pieces                              or {"explain": what, "times": in how many rounds}
    explained   found                                → {}
    round                                            → {} or {"stop": reason}
    done        after the last round                 → {}
    end                                              → {}, then the process saves its JSON and exits

`rests` says that its workers can rest while the other side has the turn, which a joined cluster needs. Of each of the
`tests` it says `id`, `sources` (files that a change of it would be in, from the root), `why` it can't be timed, empty
where it can, and whether it is `serial`: known to keep one core busy, and to need no Ray. `seconds` are those of a
round that was tried, `span` is what it took with all that is not timed; `calls` is None where a round is what it is.
`work` and `items` have to be the same on both sides. `cold_s` are seconds to the first result, `store` bytes put into
an object store, `nodes` the ids of a joined cluster's nodes that have its workers, `pieces` in how many its rounds can
be cut at most. Where they are, `round` is each piece, and so are those of `rounds`. Of each of its `rounds` a side says
`seconds`, `start`, `end`, `invalid` and, where workers ran it, their process ids (`workers`; None on a joined cluster)
and the seconds that they spent in tasks, together (`in_tasks`) and the busiest one (`busiest`).
"""

import json
import os
import socket
import time
from typing import Any

PROTOCOL = 2
TURN_VARIABLE = "BENCHMARKS_TURN"
"""Environment variable that makes a session a side: the number of its inherited socket."""

LONGEST = 1 << 26
"""Bytes of a line; the ids of ten thousand tests take a few megabytes."""

Message = dict[str, Any]

FIELDS = {
    "test": ("test", "outcome"),
    "ready": ("seconds", "span", "calls", "work", "items", "tolerance", "must_see", "cold_s", "store"),
    "explained": ("found",),
    "end": ("outcome",),
}
"""What a message has beside what all have. That of `collected` is known only after the version that it names."""


class BrokenLineError(Exception):
    """The other end said something that is no message; a phrase that says what."""


class Channel:
    """Messages over one end of a socket pair."""

    def __init__(self, end: socket.socket) -> None:
        self.socket = end
        self._buffer = bytearray()

    @property
    def pending(self) -> bool:
        """Whether more has come than the message that was received last."""
        return bool(self._buffer)

    def send(self, message: Message) -> None:
        """Raises OSError where nobody holds the other end."""
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, patience: float | None = None) -> Message | None:
        """The next message; blocks, at most `patience` seconds if given. None once the other end is closed.

        Raises:
            BrokenLineError: no whole message came in time, or what came is none.
        """
        deadline = None if patience is None else time.monotonic() + patience
        while b"\n" not in self._buffer:
            if deadline is not None:
                self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                data = self.socket.recv(1 << 16)
            except TimeoutError:
                raise BrokenLineError("said half a message and no more") from None
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._buffer += data
            if len(self._buffer) > LONGEST:
                raise BrokenLineError("said a message without an end")
        line, _, self._buffer = self._buffer.partition(b"\n")
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            raise BrokenLineError(f"said {bytes(line[:60])!r}, which is no message")
        return message


def is_side() -> bool:
    """Whether a conductor has started this session."""
    return bool(os.environ.get(TURN_VARIABLE))
