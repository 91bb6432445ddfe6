"""A side's session: what it says it has, what it runs, and what became of each test. The conductor here is the test."""

import os
import platform
import socket
from itertools import pairwise

import pytest

from benchmarks.harness.sides.protocol import PROTOCOL, TURN_VARIABLE, Channel, is_side
from benchmarks.harness.sides.session import Session, join
from benchmarks.harness.sides.turns import KEY, Turns
from tests.unit.sides.conftest import answered, received

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
    result = tree.inline_run("-q", plugins=[Session(Turns(side))])
    result.assertoutcome(passed=1, failed=4, skipped=1)
    messages = [received(conductor) for _ in range(len(wanted) + 2)]
    collected = messages[0]
    assert (collected["at"], collected["protocol"]) == ("collected", PROTOCOL)
    assert [test["id"].partition("test_own.py::test_")[2] for test in collected["tests"]] == [
        *("good", "bad", "said", "raises", "skipped", "without_set_up", "left_out", "of_something_else"),
    ]
    assert [test["why"] for test in collected["tests"]] == [""] * 7 + ["it times nothing"]
    assert all(test["sources"] == ["test_own.py"] for test in collected["tests"])
    assert not any(test["serial"] for test in collected["tests"])
    assert collected["root"] == str(tree.path.resolve())
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
    result = tree.inline_run("-q", plugins=[Session(Turns(side))])
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assertoutcome(passed=1)


def test_a_test_that_is_passed_over_does_not_run(tree: pytest.Pytester, line: tuple[Channel, Channel]) -> None:
    conductor, side = line
    wanted = ["test_own.py::test_bad", "test_own.py::test_good"]
    answered(conductor, {"tests": wanted}, {"pass": True}, {}, {})
    result = tree.inline_run("-q", plugins=[Session(Turns(side))])
    result.assertoutcome(passed=1)
    outcomes = [received(conductor)["outcome"] for _ in range(4)]
    assert outcomes == [
        None,
        None,
        {"test": wanted[0], "word": "passed over", "reason": ""},
        {"test": wanted[1], "word": "passed", "reason": ""},
    ]


def test_a_file_that_can_not_be_imported_ends_the_session_without_a_word(
    tree: pytest.Pytester, line: tuple[Channel, Channel]
) -> None:
    """What it printed says why."""
    conductor, side = line
    tree.makepyfile(test_broken="import nothing_of_the_sort")
    result = tree.inline_run("-q", plugins=[Session(Turns(side))])
    assert result.ret == pytest.ExitCode.INTERRUPTED
    side.socket.close()
    assert conductor.receive() is None


# Being a side


def test_only_a_session_that_was_told_so_is_a_side(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TURN_VARIABLE, raising=False)
    config = pytester.parseconfig()
    join(config)
    assert not is_side()
    assert not config.pluginmanager.hasplugin("turns")


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
    assert config.pluginmanager.hasplugin("turns")
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


@pytest.mark.parametrize("left", ["abc", "-1", "99999", "9" * 30, "a\nb"])
def test_a_variable_that_is_left_over_from_a_side_is_one_sentence(
    pytestconfig: pytest.Config, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    monkeypatch.setenv(TURN_VARIABLE, left)
    with pytest.raises(pytest.UsageError, match=r"is no line to a comparison.* unset it") as caught:
        join(pytester.parseconfig(f"--rootdir={pytestconfig.rootpath}"))
    assert str(caught.value).isprintable()


def test_a_session_that_is_ended_while_it_collects_does_not_say_that_it_has_run(
    tree: pytest.Pytester, line: tuple[Channel, Channel]
) -> None:
    """The conductor would take its first word for one of another protocol."""
    conductor, side = line
    tree.makeini("[pytest]\nmarkers =\n    compare: of comparisons\n")
    tree.makepyfile(test_marked="import pytest\n@pytest.mark.compare(tolerence=5)\ndef test_it(measure): pass")
    result = tree.inline_run("-q", plugins=[Session(Turns(side))])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    side.socket.close()
    assert conductor.receive() is None


def test_only_a_workload_s_serial_variant_is_known_to_be_serial(
    pytester: pytest.Pytester, line: tuple[Channel, Channel]
) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def measure():
            pass

        @pytest.mark.parametrize("workload", ["tiny"])
        @pytest.mark.parametrize("variant", ["serial", "ray"])
        def test_workload(measure, workload, variant): pass

        @pytest.mark.parametrize("variant", ["serial"])
        def test_of_its_own(benchmark, variant): pass
        """
    )
    conductor, side = line
    answered(conductor, {"tests": []}, {})
    pytester.inline_run("-q", plugins=[Session(Turns(side))])
    said = {test["id"].partition("::")[2]: test["serial"] for test in received(conductor)["tests"]}
    assert said == {
        "test_workload[serial-tiny]": True,
        "test_workload[ray-tiny]": False,
        "test_of_its_own[serial]": False,
    }
