"""Rounds in which a worker dies."""

from pathlib import Path

import pytest

from benchmarks.harness.measuring.pace import Alone
from benchmarks.harness.measuring.pairing import InvalidRoundsError, Pairing
from benchmarks.harness.measuring.subject import Subject
from benchmarks.harness.runners.nodes import Cluster
from benchmarks.harness.runners.process_pool import Pool
from benchmarks.harness.runners.ray_tasks import Ray
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.settings import Plan
from tests import tasks
from workloads import Workload

SIZES: dict[str, dict[str, int]] = {"small": {}, "medium": {}, "full": {}}
ALONE = Alone(Plan(min_rounds=20, max_time=1.0, disable_gc=False))


def play(pairing: Pairing, rounds: int) -> None:
    """As `pedantic` does."""
    for _ in range(rounds):
        pairing.before()
        pairing.run()
        pairing.after()


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
    return flag, Pairing(Subject("dying", "small", workload, items, variant, partner), planned, ALONE)


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
