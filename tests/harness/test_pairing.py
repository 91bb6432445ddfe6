from pathlib import Path

import pytest

from benchmarks.harness.measuring.pairing import InvalidRoundsError, Pairing
from benchmarks.harness.measuring.subject import Subject
from benchmarks.harness.runners.cluster import Cluster
from benchmarks.harness.runners.process_pool import Pool
from benchmarks.harness.runners.ray_tasks import Ray
from benchmarks.harness.runners.serial_loop import Serial
from tests.harness import tasks
from workloads import CheckError, Workload

SIZES: dict[str, dict[str, int]] = {"small": {}, "medium": {}, "full": {}}


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
    pairing = Pairing(subject, 8)
    play(pairing, 8)
    assert "".join(log[::3]) == "PV" + "VP" + "VP" + "PV" + "PV" + "VP" + "VP" + "PV"
    assert [pair.partner_first for pair in pairing.pairs] == [True, False, False, True] * 2
    assert len(pairing.rounds) == 8
    assert pairing.statement == "3 squares"


def test_rounds_past_the_planned_ones_have_no_partner() -> None:
    pairing = Pairing(serial_pair(squares()), 2)
    play(pairing, 4)
    assert len(pairing.pairs) == 2


def test_without_a_partner_rounds_are_held_against_the_first() -> None:
    workload = squares()
    variant, items = Serial(1), workload.items("small", 2)
    answers = iter([0, 0, 0, 1, 0, 5])  # the warm-up takes the first two
    variant.prepare(lambda item: next(answers), items, items)
    variant.warm_up()
    pairing = Pairing(Subject("squares", "small", workload, items, variant, None), 2)
    play(pairing, 1)
    with pytest.raises(CheckError, match=r"squares, item 1 \(1\): serial returned 5 in round 2, not 1"):
        play(pairing, 1)


def test_a_variant_that_differs_from_serial_fails_at_once() -> None:
    pairing = Pairing(serial_pair(squares(), variant_task=lambda item: item + 1), 20)
    with pytest.raises(CheckError, match=r"item 0 \(0\): serial returned 1 in round 1, not 0"):
        play(pairing, 20)


def test_the_truth_is_asked_after_the_last_round() -> None:
    pairing = Pairing(serial_pair(squares(check_fails=True)), 3)
    play(pairing, 2)
    with pytest.raises(CheckError, match="wrong"):
        play(pairing, 1)


def dying(tmp_path: Path, variant: Ray | Pool, planned: int) -> tuple[Path, Pairing]:
    """Ray or pool beside serial; one of its workers dies in the round after the flag has been set."""
    flag = tmp_path / "die"
    items = [str(flag), str(tmp_path / "live")]
    workload = Workload(task=tasks.die_once, items=lambda size, tasks: items, check=lambda i, r: "alive", sizes=SIZES)
    partner = Serial(1)
    partner.prepare(lambda item: item, items, items)
    partner.warm_up()
    variant.prepare(tasks.die_once, items, items)
    variant.warm_up()
    return flag, Pairing(Subject("dying", "small", workload, items, variant, partner), planned)


@pytest.mark.parametrize("name", ["ray", "pool"])
def test_an_invalid_round_is_left_out_with_its_partner_and_counted(
    name: str, tmp_path: Path, ray_here: Cluster
) -> None:
    variant = Ray(ray_here) if name == "ray" else Pool(2)
    flag, pairing = dying(tmp_path, variant, planned=20)
    play(pairing, 5)
    flag.touch()
    play(pairing, 15)
    variant.close()
    assert pairing.invalid.total() == 1
    assert "a worker died" in next(iter(pairing.invalid))
    assert len(pairing.pairs) == len(pairing.rounds) == 19


def test_more_than_a_tenth_invalid_fails_with_the_reasons(tmp_path: Path, ray_here: Cluster) -> None:
    flag, pairing = dying(tmp_path, Ray(ray_here), planned=20)
    for _ in range(2):
        flag.touch()
        play(pairing, 1)
    flag.touch()
    with pytest.raises(InvalidRoundsError, match=r"dying-small-ray: 3 of 20 rounds are invalid \(.*a worker died"):
        play(pairing, 1)


def test_only_the_last_round_keeps_its_results() -> None:
    pairing = Pairing(serial_pair(squares()), 6)
    play(pairing, 6)
    kept = [round_.results != [None] * 3 for round_ in pairing.rounds]
    assert kept == [False] * 5 + [True]
    assert [round_.results for round_ in pairing.partner_rounds] == [[None] * 3] * 6
    assert all(execution.seconds >= 0 for round_ in pairing.rounds for execution in round_.executions)
