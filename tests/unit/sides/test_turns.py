"""The turn protocol at a side's end; what a conductor makes of it is tested with real comparisons.

The conductor here is the test: as a side blocks after each message, all answers can be given before it starts.
"""

import socket
import time

import pytest

from benchmarks.harness.measuring.pace import StoppedError
from benchmarks.harness.measuring.subject import Subject
from benchmarks.harness.runners.rounds import Round
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.runners.stamps import Execution
from benchmarks.harness.sides.protocol import Channel
from benchmarks.harness.sides.session import Session
from benchmarks.harness.sides.turns import Turns
from tests import tasks
from tests.unit.sides.conftest import answered, received
from workloads import Workload


def squares(tolerance: float | None = None) -> Subject:
    workload = Workload(
        task=tasks.square,
        items=lambda size, tasks: list(range(tasks)),
        check=lambda items, results: "squares",
        sizes={"small": {"side": 3}, "medium": {}, "full": {}},
        tolerance=tolerance,
    )
    return Subject("squares", "small", workload, [0, 1, 2], Serial(1), None)


def test_ready_tells_what_is_timed_and_returns_how_often(line: tuple[Channel, Channel]) -> None:
    conductor, side = line
    answered(conductor, {"rounds": 40})
    assert Turns(side).rounds(squares(tolerance=0.1), pair_s=0.05, cold_s=1.5) == 40
    message = received(conductor)
    assert (message["at"], message["seconds"], message["span"]) == ("ready", 0.05, 0.05)
    assert (message["tolerance"], message["must_see"]) == (0.1, None)
    assert message["work"] == {"size": {"side": 3}, "number of items": 3}
    assert (message["cold_s"], message["store"]) == (1.5, 0)
    assert message["calls"] is None  # its rounds are what they are
    assert (message["rounds"], message["outcome"]) == ([], None)
    assert message["pieces"] == 3  # as many as it has items


@pytest.mark.parametrize(("answer", "pieces"), [({"rounds": 4, "pieces": 2}, 2), ({"rounds": 4}, 1)])
def test_rounds_have_as_many_pieces_as_the_conductor_wants(
    line: tuple[Channel, Channel], answer: dict[str, int], pieces: int
) -> None:
    conductor, side = line
    answered(conductor, answer)
    turns = Turns(side)
    assert turns.rounds(squares(), pair_s=0.05, cold_s=None) == 4
    assert turns.pieces == pieces


def test_files_are_reported_once_and_not_between_rounds(line: tuple[Channel, Channel]) -> None:
    """Looking them up takes milliseconds, which no round is to have beside it."""
    conductor, side = line
    turns = Turns(side)
    answered(conductor, *[{}] * 4)
    for at in ("round", "test", "test", "done"):
        turns.hand_over(at)
    first, second, third, fourth = (received(conductor)["loaded"] for _ in range(4))
    assert __file__ in second
    assert first == third == fourth == []


def test_the_same_items_have_the_same_digest(line: tuple[Channel, Channel]) -> None:
    conductor, side = line
    one, again, other = squares(), squares(), squares()
    other.items[2] = 3
    turns = Turns(side)
    digests = []
    for subject in (one, again, other):
        answered(conductor, {"rounds": 4})
        turns.rounds(subject, 0.1, None)
        digests.append(received(conductor)["items"])
    assert digests[0] == digests[1] != digests[2]


def test_a_turn_ends_with_the_message_and_begins_with_the_answer(line: tuple[Channel, Channel]) -> None:
    conductor, side = line
    before = time.perf_counter()
    turns = Turns(side)
    answered(conductor, {}, {})
    between = []
    for _ in range(2):
        turns.wait()
        between.append(time.perf_counter())
    (start, end), (next_start, next_end) = (received(conductor)["turn"] for _ in range(2))
    assert before <= start <= end <= next_start <= between[0] <= next_end <= between[1]


def test_rounds_go_with_the_next_message_and_only_with_it(line: tuple[Channel, Channel]) -> None:
    """With the time in which driver or workers were busy, also where a worker ends after the driver."""
    conductor, side = line
    turns = Turns(side)
    late = Execution(None, ("", 7), 100.0, 101.5, 1.4)
    answered(conductor, {}, {}, {})
    turns.note(Round(100.0, 1.25, 0.05, [late]))
    turns.note(Round(102.0, 1.0, 0.05, [], invalid="a garbage collection"))
    turns.wait()
    turns.wait()
    first, second = received(conductor), received(conductor)
    assert first["at"] == second["at"] == "round"
    assert first["rounds"] == [
        {
            "seconds": 1.25,
            "start": 100.0,
            "end": 101.5,
            "invalid": "",
            "in_tasks": 1.5,
            "busiest": 1.5,
            "workers": [7],
        },
        {"seconds": 1.0, "start": 102.0, "end": 103.0, "invalid": "a garbage collection"},
    ]
    assert second["rounds"] == []


@pytest.mark.parametrize("stopped", ["ready", "round"])
def test_a_test_that_is_stopped_says_why(line: tuple[Channel, Channel], stopped: str) -> None:
    conductor, side = line
    answered(conductor, {"stop": "the other side could not go on"})
    turns = Turns(side)
    with pytest.raises(StoppedError, match="the other side could not go on"):
        turns.rounds(squares(), 0.1, None) if stopped == "ready" else turns.wait()
    answered(conductor, {})
    turns.wait()  # the next one goes on


@pytest.mark.parametrize("gone", ["before", "after"])
def test_a_side_without_a_conductor_ends(line: tuple[Channel, Channel], gone: str) -> None:
    conductor, side = line
    if gone == "before":
        conductor.socket.close()
    else:
        conductor.socket.shutdown(socket.SHUT_WR)
    turns = Turns(side)
    with pytest.raises(pytest.exit.Exception, match="the comparison has ended") as caught:
        turns.wait()
    assert caught.value.returncode == pytest.ExitCode.INTERRUPTED
    Session(turns).pytest_sessionfinish()  # says nothing more, and does not wait
