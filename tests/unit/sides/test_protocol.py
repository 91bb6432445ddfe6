"""Messages between a conductor and a side."""

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.harness.sides.protocol import TURN_VARIABLE, Channel, Message, is_side

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda of: st.lists(of),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(), json_values), max_size=8))
@settings(deadline=None, max_examples=30)
def test_messages_arrive_as_they_were_in_their_order(messages: list[Message]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        one, other = Channel(ours), Channel(theirs)
        for message in messages:
            one.send(message)
        assert [other.receive() for _ in messages] == messages
        ours.close()
        assert other.receive() is None


def test_a_message_may_come_in_pieces(line: tuple[Channel, Channel]) -> None:
    conductor, side = line
    for piece in (b'{"at": "ro', b'und"}\n{"at"', b': "done"}\n'):
        side.socket.sendall(piece)
    assert [conductor.receive(), conductor.receive()] == [{"at": "round"}, {"at": "done"}]


def test_half_a_message_of_one_who_is_gone_is_none(line: tuple[Channel, Channel]) -> None:
    conductor, side = line
    side.socket.sendall(b'{"at": "ro')
    side.socket.close()
    assert conductor.receive() is None


def test_one_who_leaves_without_reading_is_gone_all_the_same(line: tuple[Channel, Channel]) -> None:
    """Then the kernel resets the line."""
    conductor, side = line
    conductor.send({"rounds": 40})
    side.socket.close()
    assert conductor.receive() is None
    with pytest.raises(OSError, match="pipe"):
        conductor.send({})


def test_a_session_is_a_side_where_it_has_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TURN_VARIABLE, raising=False)
    assert not is_side()
    monkeypatch.setenv(TURN_VARIABLE, "7")
    assert is_side()
