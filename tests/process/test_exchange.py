"""What ends a comparison: broken lines, sides that speak out of turn or are not what they should be."""

import time
from pathlib import Path

import pytest

from benchmarks.harness.sides.errors import SideError
from benchmarks.harness.sides.keeper import Keeper
from tests.process.fake_side import PATIENCE_S, Fake, ran


def broken(base: Fake, head: Fake, keeper: Keeper, tmp_path: Path, patience: float = PATIENCE_S) -> SideError:
    with pytest.raises(SideError) as caught:
        ran(base, head, keeper, tmp_path, patience=patience)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("moment", ["collected", "test", "ready", "round", "done", "end"])
@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("half", "head said half a message and no more*"),
        ("garbage", "head said b'?x00garbage', which is no message*"),
        ("hang", "head hangs*: no answer within * s"),
    ],
)
def test_a_broken_line_is_a_sentence_in_time(
    keeper: Keeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, how: str, sentence: str
) -> None:
    monkeypatch.setattr("benchmarks.harness.sides.timing.ROUND_PATIENCE_S", 1.0)
    start = time.monotonic()
    error = broken(Fake(), Fake(breaks=(moment, how)), keeper, tmp_path, patience=5)
    pytest.LineMatcher([str(error)]).fnmatch_lines([sentence])
    assert error.status == 1
    assert time.monotonic() - start < 60


@pytest.mark.parametrize("moment", ["collected", "test", "ready", "round", "done"])
@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("twice", "base ran out of turn*"),
        ("keyless", "base said ?'at': 'round'?, which is no message of version 2*"),
        ("wrong type", "base said *, which is no message of version 2*"),
        ("exit", "base ended with status 3: RuntimeError: no more*"),
    ],
)
def test_so_is_one_who_says_too_much_or_too_little(
    keeper: Keeper, tmp_path: Path, moment: str, how: str, sentence: str
) -> None:
    error = broken(Fake(breaks=(moment, how)), Fake(), keeper, tmp_path)
    pytest.LineMatcher([str(error)]).fnmatch_lines([sentence])
    assert error.status == 3


def test_who_speaks_while_the_other_one_has_the_turn_is_named(keeper: Keeper, tmp_path: Path) -> None:
    head = Fake({"test_it": {"setup_s": 1.0}})
    error = broken(Fake(breaks=("test", "twice, late")), head, keeper, tmp_path)
    assert str(error).startswith("base ran out of turn at test_it, pass 1")


@pytest.mark.parametrize(
    ("said", "sentence", "status"),
    [
        ({"protocol": 3}, "base speaks version 3 of the turn protocol, this tree 2: compare revisions that *", 3),
        ({"protocol": None}, "base speaks version None of the turn protocol, this tree 2: *", 3),
        ({"root": "/elsewhere"}, "base runs the tests of /elsewhere, not those of its own tree *", 3),
    ],
)
def test_a_side_that_is_not_what_it_should_be_is_refused(
    keeper: Keeper, tmp_path: Path, said: dict[str, object], sentence: str, status: int
) -> None:
    error = broken(Fake(collected=said), Fake(), keeper, tmp_path)
    pytest.LineMatcher([str(error)]).fnmatch_lines([sentence])
    assert error.status == status


@pytest.mark.parametrize("side", ["base", "head"])
def test_a_side_that_has_loaded_the_other_ones_files_is_refused(keeper: Keeper, tmp_path: Path, side: str) -> None:
    """Head's, too: whoever times the other one's code has compared it with itself, and that is nobody's slowdown."""
    other = {"base": "head", "head": "base"}[side]
    sides = {side: Fake(collected={"loaded": [str(tmp_path / other / "library" / "core.py")]}), other: Fake()}
    error = broken(sides["base"], sides["head"], keeper, tmp_path)
    assert str(error) == (
        f"{side} has loaded library/core.py from {other}'s tree, not from its own: put the folder that it is imported "
        "from into `pythonpath` in pytest.ini"
    )
    assert error.status == 3


def test_what_both_have_loaded_from_a_third_place_is_noted(keeper: Keeper, tmp_path: Path) -> None:
    shared = str(tmp_path / "lib" / "shared.py")
    base = Fake(collected={"loaded": [shared, str(tmp_path / "base" / "own.py")]})
    head = Fake(collected={"loaded": [shared, str(tmp_path / "head" / "own.py"), "/opt/only/head.py"]})
    assert ran(base, head, keeper, tmp_path).elsewhere == [shared]
