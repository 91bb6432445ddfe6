"""A line between a conductor and a side."""

import socket
from collections.abc import Iterator

import pytest

from benchmarks.harness.sides.protocol import Channel, Message


@pytest.fixture
def line() -> Iterator[tuple[Channel, Channel]]:
    """The conductor's end and a side's."""
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    theirs.settimeout(10)
    with ours, theirs:
        yield Channel(ours), Channel(theirs)


def answered(conductor: Channel, *answers: Message) -> None:
    """All at once: a side blocks after each of its messages."""
    for answer in answers:
        conductor.send(answer)


def received(channel: Channel) -> Message:
    message = channel.receive()
    assert message is not None
    return message
