"""What a base of version 1 of the turn protocol says, in the words of this one.

Owns that translation. Version 1 is that of the revisions from before the harness had rooms: their own tests are
compared as before, plain pytest-benchmark tests are new to them, and what they don't know (passing a test over, looking
into one) is not asked of them. It goes when no branch has such a merge base any more.
"""

from benchmarks.harness.sides.protocol import PROTOCOL, Message

VERSIONS = (1, PROTOCOL)
"""What the conductor understands of a base."""


def translated(message: Message, version: int) -> Message:
    """A side's message of `version` as one of `PROTOCOL`.

    Raises:
        LookupError: it lacks something.
    """
    if version == PROTOCOL:
        return message
    if message["at"] == "collected":
        return {**message, "root": None, "tests": [{"id": test, "why": "", "sources": ()} for test in message["tests"]]}
    if message["at"] == "ready":
        return {
            **message,
            "span": message["seconds"],
            "calls": None,
            "work": {"size": message["params"], "number of items": message["tasks"]},
            "must_see": None,
            "cold_s": None,
            "store": 0,
        }
    return message
