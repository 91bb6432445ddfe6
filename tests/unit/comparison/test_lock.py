"""One comparison at a time in a tree."""

from pathlib import Path

import pytest

from benchmarks.harness.comparison.lock import BusyError, alone


def test_a_second_one_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    with (
        alone(tmp_path),
        pytest.raises(BusyError, match=rf"another comparison runs in {tmp_path}, and the two would time each other"),
        alone(tmp_path),
    ):
        pass
    with alone(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_other_trees_are_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with alone(tmp_path), alone(tmp_path / "other"):
        pass


def test_an_error_lets_go(tmp_path: Path) -> None:
    with pytest.raises(KeyError), alone(tmp_path):
        raise KeyError
    with alone(tmp_path):
        pass
