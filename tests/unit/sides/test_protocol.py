"""Messages between a conductor and a side."""

import contextlib
import socket
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.harness.sides import protocol
from benchmarks.harness.sides.protocol import TURN_VARIABLE, BrokenLineError, Channel, Message, is_side

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
    monkeypatch.setenv(TURN_VARIABLE, "")
    assert not is_side()
    monkeypatch.setenv(TURN_VARIABLE, "7")
    assert is_side()


@pytest.mark.parametrize(
    ("data", "phrase"),
    [
        (b"garbage\n", "said b'garbage', which is no message"),
        (b"[1, 2]\n", r"said b'\[1, 2\]', which is no message"),
        (b"\xff\xfe\n", r"said b'\\xff\\xfe', which is no message"),
        (b'{"at": "ro', "said half a message and no more"),
    ],
)
def test_what_is_no_message_is_told_and_not_waited_for(line: tuple[Channel, Channel], data: bytes, phrase: str) -> None:
    conductor, side = line
    side.socket.sendall(data)
    with pytest.raises(BrokenLineError, match=phrase):
        conductor.receive(patience=0.2)


def test_a_message_without_an_end_is_not_read_for_ever(
    line: tuple[Channel, Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "LONGEST", 1000)
    conductor, side = line
    side.socket.sendall(b"x" * 2000)
    with pytest.raises(BrokenLineError, match="said a message without an end"):
        conductor.receive(patience=10)


def test_half_a_message_gets_the_time_that_is_left_not_all_of_it_again(line: tuple[Channel, Channel]) -> None:
    """Somebody who sends a byte now and then is not waited for without end."""
    conductor, side = line
    ended = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):
            while not ended.wait(0.05):
                side.socket.sendall(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with pytest.raises(BrokenLineError, match="half a message"):
            conductor.receive(patience=0.5)
    finally:
        ended.set()
        thread.join()


def test_a_second_message_is_seen_to_wait(line: tuple[Channel, Channel]) -> None:
    conductor, side = line
    side.send({"at": "round"})
    side.send({"at": "round"})
    assert conductor.receive() == {"at": "round"}
    assert conductor.pending
    assert conductor.receive() == {"at": "round"}
    assert not conductor.pending
