"""Head's tests on base's code: what counts as a test, and what is refused because nobody can tell."""

from pathlib import Path

import pytest

from benchmarks.harness.sides.errors import SidesError
from benchmarks.harness.sides.graft import graft

PATTERNS = ("test_*.py", "*_test.py")


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    """Head and base with a library, its tests, and what belongs to the suite itself."""
    files = (
        *("conftest.py", "library/core.py", "benchmarks/test_workloads.py", "benchmarks/harness/measure.py"),
        *("benchmarks/plain/conftest.py", "benchmarks/plain/test_it.py", "benchmarks/plain/helper.py"),
        *("benchmarks/plain/rows.csv", "workloads/tiny.py"),
    )
    for side in ("head", "base"):
        for name in files:
            (tmp_path / side / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / side / name).write_text("the same\n")
    return tmp_path / "head", tmp_path / "base"


def held(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_heads_tests_and_their_conftests_take_the_place_of_bases(trees: tuple[Path, Path]) -> None:
    """New, changed and removed ones; code, workloads, harness and the tree's own conftest stay base's."""
    head, base = trees
    for name in ("library/core.py", "conftest.py", "benchmarks/harness/measure.py", "workloads/tiny.py"):
        (head / name).write_text("head's\n")
    for name in ("benchmarks/plain/test_it.py", "benchmarks/plain/conftest.py", "benchmarks/plain/new_test.py"):
        (head / name).write_text("head's\n")
    (base / "benchmarks" / "plain" / "test_gone.py").write_text("")
    before, heads = held(base), held(head)
    put = graft(head, base, [head / "benchmarks" / "plain"], PATTERNS)
    assert put == [f"benchmarks/plain/{name}.py" for name in ("conftest", "new_test", "test_it")]
    after = held(base)
    assert {name: after[name] for name in put} == dict.fromkeys(put, "head's\n")
    assert "benchmarks/plain/test_gone.py" not in after
    untouched = set(before) - set(put) - {"benchmarks/plain/test_gone.py"}
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}
    assert held(head) == heads


def test_a_single_file_brings_those_beside_it(trees: tuple[Path, Path]) -> None:
    """Its conftest is among them."""
    head, base = trees
    (head / "benchmarks" / "plain" / "conftest.py").write_text("head's\n")
    graft(head, base, [head / "benchmarks" / "plain" / "test_it.py"], PATTERNS)
    assert (base / "benchmarks" / "plain" / "conftest.py").read_text() == "head's\n"
    assert (base / "benchmarks" / "test_workloads.py").read_text() == "the same\n"


@pytest.mark.parametrize(
    ("changed", "more"),
    [
        (("helper.py",), ""),
        (("rows.csv",), ""),
        (("__init__.py",), ""),
        (("helper.py", "rows.csv", "new.py"), " and 2 more"),
    ],
)
def test_what_lies_beside_tests_and_differs_is_refused(
    trees: tuple[Path, Path], changed: tuple[str, ...], more: str
) -> None:
    """A helper of the tests, which should come along, or code that they time, which must not? Nothing is touched."""
    head, base = trees
    for name in changed:
        (head / "benchmarks" / "plain" / name).write_text("head's\n" if name != "__init__.py" else "")
    before = held(base)
    with pytest.raises(SidesError) as caught:
        graft(head, base, [head / "benchmarks"], PATTERNS)
    assert str(caught.value) == (
        f"--against-tests head: benchmarks/plain/{min(changed)}{more} lies beside tests and differs between base and "
        "head, and may be a helper of the tests or code that they time: keep code and tests in folders of their own"
    )
    assert held(base) == before


def test_without_tests_there_is_nothing_to_put(trees: tuple[Path, Path]) -> None:
    head, base = trees
    with pytest.raises(SidesError, match="--against-tests head: no test is in "):
        graft(head, base, [head / "library"], PATTERNS)
    with pytest.raises(SidesError, match="is not in "):
        graft(head, base, [head.parent], PATTERNS)
