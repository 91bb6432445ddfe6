from pathlib import Path

import pytest

from benchmarks.calibrate import simulation
from benchmarks.calibrate.recording import RecordingError, append, facts, read
from benchmarks.harness.estimators.pairs import Pair
from benchmarks.harness.sides import pass_record

TIMED = "benchmarks/test_workloads.py::test_workload[tiny-small-ray]"
BROKEN = "benchmarks/test_workloads.py::test_workload[other-small-serial]"
PAIRS = [Pair(0.05 + i / 1000, 0.06, i % 4 in (0, 3), i // 8) for i in range(16)]


def a_pass(seconds: float = 12.5) -> pass_record.PassRecord:
    return pass_record.PassRecord(
        tests={
            TIMED: pass_record.TestPass(
                PAIRS, invalid={"base": 1, "head": 1}, setup_s=1.5, rounds_s=2.0, idle={"base": 0.01, "head": 0.02}
            ),
            BROKEN: pass_record.TestPass(reason="fails on head: ValueError: out of luck", setup_s=0.5),
        },
        seconds=seconds,
    )


def test_a_pass_that_was_written_is_read_as_it_was(tmp_path: Path) -> None:
    append(tmp_path / "passes.jsonl", facts(a_pass()))
    (line,) = read(tmp_path / "passes.jsonl")
    assert line["seconds"] == 12.5
    assert list(line["tests"]) == ["tiny-small-ray", "other-small-serial"]
    timed, broken = line["tests"].values()
    assert timed["pairs"] == PAIRS
    assert all(isinstance(pair, Pair) and isinstance(pair.reference_first, bool) for pair in timed["pairs"])
    assert (timed["invalid"], timed["setup_s"], timed["rounds_s"], timed["reason"]) == (2, 1.5, 2.0, "")
    assert timed["idle"] == {"base": 0.01, "head": 0.02}
    assert (broken["pairs"], broken["reason"]) == ([], "fails on head: ValueError: out of luck")


def test_pairs_from_before_rounds_were_cut_are_whole(tmp_path: Path) -> None:
    old = facts(a_pass())
    for test in old["tests"].values():
        test["pairs"] = [pair[:3] for pair in test["pairs"]]
    append(tmp_path / "passes.jsonl", old)
    (line,) = read(tmp_path / "passes.jsonl")
    assert line["tests"]["tiny-small-ray"]["pairs"] == [pair._replace(piece=0) for pair in PAIRS]


def test_tests_of_the_same_parameters_are_recorded_under_names_of_their_own(tmp_path: Path) -> None:
    found = a_pass()
    found.tests["benchmarks/test_ceiling.py::test_workload[tiny-small-ray]"] = pass_record.TestPass(PAIRS[:8])
    append(tmp_path / "passes.jsonl", facts(found))
    (line,) = read(tmp_path / "passes.jsonl")
    pairs = {name: len(facts["pairs"]) for name, facts in line["tests"].items()}
    assert pairs == {TIMED: 16, "other-small-serial": 0, "benchmarks/test_ceiling.py::test_workload[tiny-small-ray]": 8}


def test_passes_follow_one_another_and_none_is_touched_again(tmp_path: Path) -> None:
    file = tmp_path / "passes.jsonl"
    for number in range(3):
        before = file.read_bytes() if number else b""
        append(file, facts(a_pass(float(number))))
        assert file.read_bytes().startswith(before)
    assert [line["seconds"] for line in read(file)] == [0.0, 1.0, 2.0]


def test_what_was_recorded_can_be_sampled(tmp_path: Path) -> None:
    append(tmp_path / "passes.jsonl", facts(a_pass()))
    (line,) = read(tmp_path / "passes.jsonl")
    found = simulation.sampled(line)
    assert found.estimates.keys() == {"tiny-small-ray"}
    assert (found.cost_s, found.shared_s) == ({"tiny-small-ray": 3.5}, 9.0)


@pytest.mark.parametrize(
    "text", ["# Notes\n", "[]\n", '{"tests": 1}\n', '{"tests": {"a": {"pairs": [[1, 2]]}}}\n', '{"seconds"', "\n"]
)
def test_a_file_that_is_no_recording_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "notes.txt"
    append(file, facts(a_pass()))
    with file.open("a") as other:
        other.write(text)
    with pytest.raises(RecordingError, match=r"notes\.txt is no recording of passes: name one, or a new file"):
        list(read(file))


def test_bytes_that_are_no_text_are_no_recording(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(RecordingError, match="no recording"):
        list(read(tmp_path / "picture.png"))
