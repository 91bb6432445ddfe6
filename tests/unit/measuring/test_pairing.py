"""Pairs of serial rounds; `tests/ray` has those in which a worker dies."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.measuring.pace import Alone
from benchmarks.harness.measuring.pairing import Pairing, cut
from benchmarks.harness.measuring.subject import Subject
from benchmarks.harness.runners.rounds import Round
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.settings import Plan
from tests import tasks
from workloads import CheckError, Workload

SIZES: dict[str, dict[str, int]] = {"small": {}, "medium": {}, "full": {}}
ALONE = Alone(Plan(min_rounds=20, max_time=1.0, disable_gc=False))


def squares(check_fails: bool = False) -> Workload:
    def check(items: list[int], results: list[int]) -> str:
        if check_fails:
            raise CheckError("squares, item 0: wrong")
        return f"{len(results)} squares"

    return Workload(task=tasks.square, items=lambda size, tasks: list(range(tasks)), check=check, sizes=SIZES)


def play(pairing: Pairing, rounds: int) -> None:
    """As `pedantic` does."""
    for _ in range(rounds):
        pairing.before()
        pairing.run()
        pairing.after()


def serial_pair(workload: Workload, variant_task=tasks.square, partner_task=tasks.square) -> Subject:
    items = workload.items("small", 3)
    variant, partner = Serial(1), Serial(1)
    for runner, task in ((variant, variant_task), (partner, partner_task)):
        runner.prepare(task, items, items)
        runner.warm_up()
    return Subject("squares", "small", workload, items, variant, partner)


def test_orders_alternate_a_b_b_a() -> None:
    log: list[str] = []
    subject = serial_pair(
        squares(), lambda item: log.append("V") or item * item, lambda item: log.append("P") or item * item
    )
    log.clear()
    pairing = Pairing(subject, 8, ALONE)
    play(pairing, 8)
    assert "".join(log[::3]) == "PV" + "VP" + "VP" + "PV" + "PV" + "VP" + "VP" + "PV"
    assert [pair.reference_first for pair in pairing.pairs] == [True, False, False, True] * 2
    assert len(pairing.rounds) == 8
    assert pairing.statement == "3 squares"


class InPieces(Alone):
    """Waits a while before each piece, as for another side's turn."""

    def __init__(self, pieces: int) -> None:
        super().__init__(Plan(min_rounds=4, max_time=1.0, disable_gc=False))
        self.pieces = pieces
        self.noted: list[Round] = []
        self.until: list[float] = []

    def wait(self) -> None:
        time.sleep(0.01)
        self.until.append(time.perf_counter())

    def note(self, round_: Round) -> None:
        self.noted.append(round_)


def test_a_round_in_pieces_has_all_results_and_no_wait() -> None:
    workload, pace, joined = squares(), InPieces(2), list[float]()
    items = workload.items("small", 5)
    variant = Serial(1)
    variant.prepare(tasks.square, items, items)
    variant.warm_up()
    pairing = Pairing(Subject("squares", "small", workload, items, variant, None), 3, pace, on_joined=joined.append)
    play(pairing, 3)
    assert [len(piece.executions) for piece in pace.noted] == [2, 3] * 3
    assert all(until <= piece.start for until, piece in zip(pace.until, pace.noted, strict=True))
    assert pairing.rounds[-1].results == [0, 1, 4, 9, 16]
    assert pairing.statement == "5 squares"
    pieces = [piece.seconds for piece in pace.noted]
    assert joined == [sum(pieces[index : index + 2]) for index in (0, 2, 4)]
    assert max(joined) < 0.01 or max(pieces) > 0.004  # on a machine that halts, a piece itself takes as long


@given(st.integers(1, 200), st.integers(1, 8))
def test_pieces_have_all_items_in_order_and_as_many_each(items: int, pieces: int) -> None:
    found = [range(items)[piece] for piece in cut(items, pieces)]
    assert [index for its in found for index in its] == list(range(items))
    assert len(found) == min(items, pieces)
    assert max(map(len, found)) - min(map(len, found)) <= 1
    assert all(found)


def test_rounds_past_the_planned_ones_have_no_partner() -> None:
    pairing = Pairing(serial_pair(squares()), 2, ALONE)
    play(pairing, 4)
    assert len(pairing.pairs) == 2


def test_without_a_partner_rounds_are_held_against_the_first() -> None:
    workload = squares()
    variant, items = Serial(1), workload.items("small", 2)
    answers = iter([0, 0, 0, 1, 0, 5])  # the warm-up takes the first two
    variant.prepare(lambda item: next(answers), items, items)
    variant.warm_up()
    pairing = Pairing(Subject("squares", "small", workload, items, variant, None), 2, ALONE)
    play(pairing, 1)
    with pytest.raises(CheckError, match=r"squares, item 1 \(1\): serial returned 5 in round 2, not 1"):
        play(pairing, 1)


def test_a_variant_that_differs_from_serial_fails_at_once() -> None:
    pairing = Pairing(serial_pair(squares(), variant_task=lambda item: item + 1), 20, ALONE)
    with pytest.raises(CheckError, match=r"item 0 \(0\): serial returned 1 in round 1, not 0"):
        play(pairing, 20)


def test_the_truth_is_asked_after_the_last_round() -> None:
    pairing = Pairing(serial_pair(squares(check_fails=True)), 3, ALONE)
    play(pairing, 2)
    with pytest.raises(CheckError, match="wrong"):
        play(pairing, 1)


def test_only_the_last_round_keeps_its_results() -> None:
    pairing = Pairing(serial_pair(squares()), 6, ALONE)
    play(pairing, 6)
    kept = [round_.results != [None] * 3 for round_ in pairing.rounds]
    assert kept == [False] * 5 + [True]
    assert [round_.results for round_ in pairing.partner_rounds] == [[None] * 3] * 6
    assert all(execution.seconds >= 0 for round_ in pairing.rounds for execution in round_.executions)
