"""A base from before the harness had rooms is understood."""

import pytest

from benchmarks.harness.sides.older import VERSIONS, translated
from benchmarks.harness.sides.protocol import FIELDS, PROTOCOL, Message

TURN = {"turn": [0.0, 1.0], "rounds": [], "outcome": None}


def test_this_version_is_left_as_it_is() -> None:
    message: Message = {"at": "ready", **TURN}
    assert translated(message, PROTOCOL) is message
    assert PROTOCOL in VERSIONS


def test_the_first_versions_tests_are_all_timed() -> None:
    found = translated({"at": "collected", "protocol": 1, "tests": ["a.py::b"], "python": "3.11.7", **TURN}, 1)
    assert found["tests"] == [{"id": "a.py::b", "why": "", "sources": ()}]
    assert found["root"] is None


def test_the_first_versions_rounds_are_what_they_are() -> None:
    said: Message = {"at": "ready", "seconds": 0.1, "tolerance": 0.05, "params": {"n": 3}, "tasks": 2, "items": "ab"}
    found = translated(said | TURN, 1)
    assert not [name for name in FIELDS["ready"] if name not in found]
    assert (found["span"], found["calls"], found["tolerance"]) == (0.1, None, 0.05)
    assert found["work"] == {"size": {"n": 3}, "number of items": 2}


def test_what_lacks_something_is_no_message() -> None:
    with pytest.raises(LookupError):
        translated({"at": "ready", **TURN}, 1)


@pytest.mark.parametrize("at", ["test", "round", "done", "end"])
def test_the_rest_has_not_changed(at: str) -> None:
    assert translated({"at": at, **TURN}, 1) == {"at": at, **TURN}
