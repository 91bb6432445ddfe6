"""One pass of two sides that speak the protocol and time nothing: what becomes of each test, and of a broken line."""

from pathlib import Path

import psutil
import pytest

from benchmarks.harness.machine import usable_cpus
from benchmarks.harness.sides import pass_record
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.sides.rounds import ROUND_S
from tests.process.fake_side import Fake, ran


def timed(base: Fake, head: Fake, keeper: Keeper, tmp_path: Path) -> pass_record.TestPass:
    """Of a pass with a single test."""
    (found,) = ran(base, head, keeper, tmp_path).tests.values()
    return found


def it(**facts: object) -> Fake:
    return Fake({"test_it": facts})


# A whole pass


@pytest.mark.parametrize("number", [0, 1])
def test_both_sides_take_turns_in_balanced_order(keeper: Keeper, tmp_path: Path, number: int) -> None:
    """Whoever begins the pass."""
    base, head = it(call_s=0.02, tolerance=0.1), it(call_s=0.03, tolerance=0.2, must_see=0.5)
    record = ran(base, head, keeper, tmp_path, number)
    found = record.tests["test_it"]
    assert [(pair.reference_s, pair.candidate_s) for pair in found.pairs] == [(0.02, 0.03)] * 8
    begins = [pair.reference_first for pair in found.pairs]
    assert begins == [(number == 0) == first for first in (True, False, False, True) * 2]
    assert (found.tolerance, found.must_see, found.calls) == (0.2, 0.5, None)
    assert (found.reason, found.fault, found.ran, found.invalid) == ("", "", True, {})
    assert 0 < found.setup_s < found.seconds < record.seconds
    assert set(found.idle) == {"base", "head"}
    assert record.left == {"base": [], "head": []}


@pytest.mark.parametrize(
    ("base_s", "head_s", "settled", "calls"),
    [
        (1e-3, 4e-3, None, 10),  # the quicker one decides
        (4e-3, 1e-3, None, 10),
        (2e-6, 2e-6, None, 5000),
        (0.05, 0.2, None, 1),
        (1e-3, 0.1, None, 3),  # the slower one's round would take too long
        (1e-3, 1e-3, 7, 7),  # as in the pass before
    ],
)
def test_both_sides_have_as_many_calls_in_a_round(
    keeper: Keeper, tmp_path: Path, base_s: float, head_s: float, settled: int | None, calls: int
) -> None:
    base, head = it(call_s=base_s, calls=1), it(call_s=head_s, calls=1)
    found = ran(base, head, keeper, tmp_path, calls={"test_it": settled} if settled else None).tests["test_it"]
    assert found.calls == calls
    assert found.pairs[0][:2] == pytest.approx((calls * base_s, calls * head_s))
    assert settled or calls * min(base_s, head_s) >= 0.8 * ROUND_S or calls * max(base_s, head_s) >= 0.2


@pytest.mark.parametrize(
    ("base", "head", "pairs"),
    [({}, {"nodes": []}, 8), ({"nodes": ["a"]}, {"nodes": ["a"]}, 8), ({"nodes": ["a"]}, {"nodes": ["b"]}, 0)],
)
def test_only_different_nodes_of_a_cluster_keep_from_comparing(
    keeper: Keeper, tmp_path: Path, base: dict[str, object], head: dict[str, object], pairs: int
) -> None:
    """A base from before comparisons on clusters names none."""
    found = timed(it(**base), it(**head), keeper, tmp_path)
    assert len(found.pairs) == pairs
    assert ("different nodes" in found.reason, found.fault) == ((pairs == 0), "" if pairs else "both")


@pytest.mark.parametrize(
    ("most", "round_s", "pieces"),
    [((4, 4), 0.08, 4), ((9, 2), 0.08, 2), ((9, 9), 0.08, 4), ((2, 2), 0.019, 1), ((4, 4), 0.032, 3)],
)
def test_rounds_are_cut_as_far_as_both_can_and_pieces_are_long_enough(
    keeper: Keeper, tmp_path: Path, most: tuple[int, int], round_s: float, pieces: int
) -> None:
    base, head = (it(pieces=its, call_s=round_s) for its in most)
    found = timed(base, head, keeper, tmp_path)
    assert found.pieces == pieces
    assert len(found.pairs) >= 8
    orders: dict[int, list[bool]] = {}
    for pair in found.pairs:
        assert pair[:2] == pytest.approx((round_s / pieces, round_s / pieces))
        orders.setdefault(pair.piece, []).append(pair.reference_first)
    assert sorted(orders) == list(range(pieces))
    assert all(sum(its) * 2 == len(its) for its in orders.values())
    assert sum(pair.reference_first for pair in found.pairs) * 2 == len(found.pairs)


def test_serial_tests_come_first_and_both_sides_get_ready_for_them_at_once(keeper: Keeper, tmp_path: Path) -> None:
    both = Fake({"test_ray": {"setup_s": 1.0}, "test_serial": {"setup_s": 1.0, "serial": True}})
    record = ran(both, both, keeper, tmp_path)
    assert list(record.tests) == ["test_serial", "test_ray"]
    assert all(len(found.pairs) == 8 for found in record.tests.values())
    assert record.tests["test_ray"].setup_s >= 2
    if usable_cpus() > 1:
        assert record.tests["test_serial"].setup_s < record.tests["test_ray"].setup_s - 0.5


def test_invalid_rounds_count_for_the_side_that_had_them(keeper: Keeper, tmp_path: Path) -> None:
    found = timed(it(invalid=1), it(invalid=3), keeper, tmp_path)
    assert found.invalid == {"both": 1, "head": 2}
    assert len(found.pairs) == 5


def test_a_test_without_time_is_passed_over_on_both_sides(keeper: Keeper, tmp_path: Path) -> None:
    tests = Fake({name: {} for name in ("test_a", "test_b", "test_c")})
    record = ran(tests, tests, keeper, tmp_path, fits=lambda test, _: test != "test_b")
    assert {test: (found.ran, len(found.pairs)) for test, found in record.tests.items()} == {
        "test_a": (True, 8),
        "test_b": (False, 0),
        "test_c": (True, 8),
    }


# Why a test has no pairs


@pytest.mark.parametrize(
    ("base", "head", "fault", "reason"),
    [
        ({}, {"ready": False, "word": "failed", "reason": "E"}, "head", "fails on head: E"),
        ({"ready": False, "word": "failed", "reason": "E"}, {}, "base", "fails on base: E"),
        ({}, {"word": "failed", "reason": "E"}, "head", "fails on head: E"),  # after its rounds
        (*({"ready": False, "word": "failed", "reason": "E"},) * 2, "both", "fails on both sides: E"),
        (
            {"ready": False, "word": "failed", "reason": "A"},
            {"ready": False, "word": "failed", "reason": "B"},
            "both",
            "fails on base: A; fails on head: B",
        ),
        ({}, {"ready": False, "word": "skipped", "reason": "no memory"}, "head", "skipped on head: no memory"),
        ({"ready": False, "word": "skipped", "reason": "no GPU"}, {}, "base", "skipped on base: no GPU"),
        (*({"ready": False, "word": "skipped", "reason": "no GPU"},) * 2, "both", "skipped on both sides: no GPU"),
        # A failure says more than that the other one was skipped.
        (
            {"ready": False, "word": "skipped", "reason": "no GPU"},
            {"ready": False, "word": "failed", "reason": "E"},
            "head",
            "fails on head: E",
        ),
        (*({"ready": False},) * 2, "both", "it times nothing"),
        ({}, {"ready": False}, "head", "did not get ready on head"),
        ({}, {"items": "b"}, "head", "other work on base than on head: the digest of the items is * there and b here"),
        (
            {},
            {"work": {"number of iterations": 5}},
            "head",
            "other work on base than on head: the number of iterations is 1 there and 5 here",
        ),
    ],
)  # fmt: skip
def test_why_a_test_was_not_timed_and_whose_fault_it_is(
    keeper: Keeper, tmp_path: Path, base: dict[str, object], head: dict[str, object], fault: str, reason: str
) -> None:
    found = timed(it(**base), it(**head), keeper, tmp_path)
    pytest.LineMatcher([found.reason]).fnmatch_lines([reason])
    assert found.fault == fault


@pytest.mark.parametrize("changed", ["benchmarks/test_it.py", "workloads/it.py", "benchmarks/helper.py"])
def test_what_the_test_itself_changes_is_told_from_what_head_does_to_it(
    keeper: Keeper, tmp_path: Path, changed: str
) -> None:
    sources = ["benchmarks/test_it.py", "workloads/it.py"]
    for name, text in (("base", "before"), ("head", "after")):
        for file in [*sources, "benchmarks/helper.py"]:
            (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / file).write_text(text if file == changed else "the same")
    found = timed(it(sources=sources), it(sources=sources, items="other"), keeper, tmp_path)
    if changed in sources:
        assert found.fault == "test"
        assert found.reason.endswith(f"({changed} changed)")
    else:
        assert found.fault == "head"
        assert found.reason.startswith("other work on base than on head: ")
        assert "changed" not in found.reason


# Processes


def test_what_a_side_leaves_running_is_named_and_ended(keeper: Keeper, tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    record = ran(Fake(), Fake(starts="import time; time.sleep(300)"), keeper, tmp_path)
    assert record.left["base"] == []
    (name,) = record.left["head"]
    assert name.startswith("python")
    assert set(psutil.Process().children(recursive=True)) <= before


def test_a_thread_that_never_rests_is_seen_while_the_other_side_has_the_turn(keeper: Keeper, tmp_path: Path) -> None:
    found = timed(it(sleeps=True, call_s=0.1), Fake(burns=True), keeper, tmp_path)
    assert found.idle["head"] > found.idle["base"]
