"""The turn protocol at a side's end; what a conductor makes of it is tested with real comparisons.

The conductor here is the test: as a side blocks after each message, all answers can be given before it starts.
"""

import os
import platform
import socket
import time
from itertools import pairwise

import pytest

from benchmarks.harness.measuring.pace import StoppedError
from benchmarks.harness.measuring.subject import Subject
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.runners.stamps import Execution
from benchmarks.harness.runners.variant import Round
from benchmarks.harness.sides.protocol import PROTOCOL, TURN_VARIABLE, Channel, Message, is_side
from benchmarks.harness.sides.turns import KEY, Turns, join
from tests import tasks
from workloads import Workload


def answered(conductor: Channel, *answers: Message) -> None:
    for answer in answers:
        conductor.send(answer)


def received(channel: Channel) -> Message:
    message = channel.receive()
    assert message is not None
    return message


# A side's end


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
    assert Turns(side).rounds(squares(tolerance=0.1), pair_s=0.05) == 40
    message = received(conductor)
    assert (message["at"], message["seconds"], message["tolerance"]) == ("ready", 0.05, 0.1)
    assert (message["params"], message["tasks"]) == ({"side": 3}, 3)
    assert (message["rounds"], message["outcome"]) == ([], None)


def test_the_same_items_have_the_same_digest(line: tuple[Channel, Channel]) -> None:
    conductor, side = line
    one, again, other = squares(), squares(), squares()
    other.items[2] = 3
    turns = Turns(side)
    digests = []
    for subject in (one, again, other):
        answered(conductor, {"rounds": 4})
        turns.rounds(subject, 0.1)
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
    late = Execution(None, ("", 7), 100.1, 101.5, 1.4)
    answered(conductor, {}, {}, {})
    turns.note(Round(100.0, 1.25, 0.05, [late]))
    turns.note(Round(102.0, 1.0, 0.05, [], invalid="a garbage collection"))
    turns.wait()
    turns.wait()
    first, second = received(conductor), received(conductor)
    assert first["at"] == second["at"] == "round"
    assert first["rounds"] == [
        {"seconds": 1.25, "start": 100.0, "end": 101.5, "invalid": ""},
        {"seconds": 1.0, "start": 102.0, "end": 103.0, "invalid": "a garbage collection"},
    ]
    assert second["rounds"] == []


@pytest.mark.parametrize("stopped", ["ready", "round"])
def test_a_test_that_is_stopped_says_why(line: tuple[Channel, Channel], stopped: str) -> None:
    conductor, side = line
    answered(conductor, {"stop": "the other side could not go on"})
    turns = Turns(side)
    with pytest.raises(StoppedError, match="the other side could not go on"):
        turns.rounds(squares(), 0.1) if stopped == "ready" else turns.wait()
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
    turns.pytest_sessionfinish()  # says nothing more, and does not wait


# A whole session

SESSION = """
import pytest

@pytest.fixture
def measure():
    pass

@pytest.fixture
def broken():
    raise RuntimeError("no cluster")

def test_good(measure): pass
def test_bad(measure): assert [1, 2] == [1, 3], "they differ"
def test_said(measure): pytest.fail("costs too much", pytrace=False)
def test_raises(measure): {}["key"]
def test_skipped(measure): pytest.skip("no memory")
def test_without_set_up(measure, broken): pass
def test_left_out(measure): pass
def test_of_something_else(): pass
"""


@pytest.fixture
def tree(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(test_own=SESSION)
    pytester.makeconftest("")
    return pytester


def test_a_session_says_what_it_has_and_runs_what_it_is_told_to(
    tree: pytest.Pytester, line: tuple[Channel, Channel]
) -> None:
    conductor, side = line
    wanted = [f"test_own.py::test_{name}" for name in ("raises", "good", "skipped", "without_set_up", "said", "bad")]
    answered(conductor, {"tests": wanted}, *[{}] * (len(wanted) + 1))
    result = tree.inline_run("-q", plugins=[Turns(side)])
    result.assertoutcome(passed=1, failed=4, skipped=1)
    messages = [received(conductor) for _ in range(len(wanted) + 2)]
    collected = messages[0]
    assert (collected["at"], collected["protocol"]) == ("collected", PROTOCOL)
    assert [test.partition("test_own.py::test_")[2] for test in collected["tests"]] == [
        *("good", "bad", "said", "raises", "skipped", "without_set_up", "left_out"),
    ]
    assert collected["python"] == platform.python_version()
    assert [message["at"] for message in messages] == ["collected", *["test"] * len(wanted), "end"]
    assert [message["test"] for message in messages[1:-1]] == wanted
    assert messages[1]["outcome"] is None
    outcomes = [message["outcome"] for message in messages[2:]]
    assert [outcome.pop("test") for outcome in outcomes] == wanted
    assert outcomes[:5] == [
        {"word": "failed", "reason": "KeyError: 'key'"},
        {"word": "passed", "reason": ""},
        {"word": "skipped", "reason": "no memory"},
        {"word": "failed", "reason": "RuntimeError: no cluster"},
        {"word": "failed", "reason": "costs too much"},
    ]
    assert outcomes[5]["word"] == "failed"
    assert outcomes[5]["reason"].startswith("AssertionError: they differ assert [1, 2] == [1, 3]")
    turns = [message["turn"] for message in messages]
    assert all(start <= end for start, end in turns)
    assert all(end <= start for (_, end), (start, _) in pairwise(turns))


def test_a_session_whose_conductor_is_gone_ends_as_if_interrupted(
    tree: pytest.Pytester, line: tuple[Channel, Channel]
) -> None:
    conductor, side = line
    answered(conductor, {"tests": ["test_own.py::test_good", "test_own.py::test_bad"]}, {})
    conductor.socket.shutdown(socket.SHUT_WR)
    result = tree.inline_run("-q", plugins=[Turns(side)])
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assertoutcome(passed=1)


# Being a side


def test_only_a_session_that_was_told_so_is_a_side(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TURN_VARIABLE, raising=False)
    config = pytester.parseconfig()
    join(config)
    assert not is_side()
    assert not config.pluginmanager.hasplugin("lockstep")


def test_a_side_keeps_its_line_to_itself(
    pytestconfig: pytest.Config,
    line: tuple[Channel, Channel],
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it starts must not hold it: the conductor would not notice its end."""
    conductor, side = line
    number = os.dup(side.socket.fileno())
    os.set_inheritable(number, True)
    monkeypatch.setenv(TURN_VARIABLE, str(number))
    config = pytester.parseconfig(f"--rootdir={pytestconfig.rootpath}")
    join(config)
    assert is_side()
    assert config.pluginmanager.hasplugin("lockstep")
    assert not os.get_inheritable(number)
    answered(conductor, {})
    config.stash[KEY].wait()
    assert received(conductor)["at"] == "round"
    socket.socket(fileno=config.stash[KEY]._channel.socket.detach()).close()  # nobody else does before the process ends


def test_a_side_of_which_another_trees_modules_were_loaded_is_refused(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TURN_VARIABLE, "0")
    with pytest.raises(pytest.UsageError, match=r"this side is .*, but what would be timed was loaded from "):
        join(pytester.parseconfig())
