"""Whole sessions in which something breaks: one sentence, and no number."""

import fnmatch
import json

import pytest

from tests.suite.tainted import IMPORT, ITEMS, LOOP, RETURN, UNCHECKED, AddWorkload, infos, isolated, run

pytestmark = pytest.mark.usefixtures("own_temporary_folder")

CHILD = "    import subprocess, sys\n    subprocess.run([sys.executable, '-c', 'sum(range(2_000_000))'])\n"
NO_PICKLE = "can't be pickled (TypeError: cannot pickle 'generator' object); *"

BROKEN: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "sorter": (
        "sorter-small-VARIANT, *: the task changes its item 0 ([[]2, 1[]] became [[]1, 2[]]): *",
        [(RETURN, "    item.sort()\n    return 1"), (ITEMS, "return [[2, 1] for _ in range(tasks)]"), LOOP],
    ),
    "dies": (
        "dies-small-VARIANT, VARIANT: a worker died in the warm-up*",
        [
            (RETURN, "    return os.getpid() == item or os._exit(3)"),
            (ITEMS, "return [os.getpid()] * tasks"),
            LOOP,
            IMPORT,
        ],
    ),
    "streams": (
        "workloads/streams.py: items must return a sequence, as a list, not a generator: *",
        [(ITEMS, "return (400_000 for _ in range(tasks))")],
    ),
    "carries": (
        f"carries-small-VARIANT, VARIANT: item 0 (<generator *>) {NO_PICKLE}",
        [(ITEMS, "return [(n for n in range(3))] * tasks"), LOOP],
    ),
    "gives": (
        f"gives-small-VARIANT, VARIANT: the result of item 0 {NO_PICKLE}",
        [(RETURN, "    return (n for n in range(3))")],
    ),
    "forks": (
        "forks-small-VARIANT, *: the task spends * of its CPU time in child processes of its own; *",
        [(RETURN, f"{CHILD}{RETURN}"), (ITEMS, "return [1] * tasks")],
    ),
    "adds": (
        'workloads/adds.py: line 2, `WRONG = "a" + 1`: TypeError: can only concatenate str *',
        [('"""Quick items', 'WRONG = "a" + 1\n"""Quick items')],
    ),
    "things": (
        "things, item 0: objects of type workloads.things.Thing are equal only to themselves; *",
        [(RETURN, "    return Thing()"), ("def task", "class Thing:\n    pass\n\ndef task")],
    ),
}
"""Workloads that break in one way each: what is said of them, as a pattern, and what makes them of `tiny`."""


@pytest.mark.parametrize("variant", ["pool", "ray"])
def test_each_fault_is_one_sentence_leaves_no_number_and_the_others_go_on(
    suite: pytest.Pytester, add_workload: AddWorkload, variant: str
) -> None:
    for name, (_, replacements) in BROKEN.items():
        add_workload(name, *replacements)
    result = run(suite, "-k", variant, "--variants", variant, "--benchmark-json", "out.json")
    result.assert_outcomes(failed=len(BROKEN), passed=1)
    for pattern, _ in BROKEN.values():
        result.stdout.fnmatch_lines_random([pattern.replace("VARIANT", variant)])
    assert "Traceback" not in result.stdout.str()
    assert set(infos(suite.path / "out.json")) == {f"test_workload[tiny-small-{variant}]"}
    table = [line for line in result.outlines if line.startswith("test_workload[")]
    assert len(table) == 1


def test_what_does_not_end_is_given_up_with_test_item_and_seconds_and_the_others_go_on(
    suite: pytest.Pytester, add_workload: AddWorkload
) -> None:
    wait = "import time; time.sleep(10_000)"
    later = "    global calls\n    calls = globals().get('calls', 0) + 1\n    if calls > 6: "
    add_workload("hangs", (RETURN, f"{later}{wait}\n{RETURN}"))
    add_workload("stuck", (RETURN, f"    {wait}"))
    result = run(suite, "--variants", "serial", "--task-timeout", "2")
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines_random(
        [
            "hangs-small-serial, serial: item * (400000) has no result, and no task has ended for 2 s; *--task-timeout",
            "stuck-small-serial, serial: 0 of 1 workers came up and ran an item of the warm-up in 2 s: *",
        ]
    )


def test_an_invalid_round_leaves_pytest_benchmarks_statistics_too(
    suite: pytest.Pytester, add_workload: AddWorkload
) -> None:
    slow_and_dead = (
        "    import os, pathlib, time\n"
        "    count = pathlib.Path('calls')\n"
        "    if os.getpid() != item:\n"
        "        with count.open('a') as file: file.write('.')\n"
        "        if count.stat().st_size == 30: time.sleep(1); os._exit(3)\n"
        "    return 1"
    )
    add_workload("frail", (RETURN, slow_and_dead), (ITEMS, "return [os.getpid()] * tasks"), LOOP, IMPORT, UNCHECKED)
    rounds = ("--benchmark-min-rounds", "24", "--benchmark-json", "out.json")
    result = run(suite, "-k", "frail and pool", "--variants", "pool", *rounds)
    result.assert_outcomes(passed=1, deselected=1)
    bench = json.loads((suite.path / "out.json").read_text())["benchmarks"][0]
    assert bench["extra_info"]["invalid_pairs"] == 1
    assert bench["stats"]["rounds"] % 2 == 1  # an even number was planned
    assert bench["stats"]["rounds"] == len(bench["stats"]["data"]) >= 23
    assert bench["stats"]["max"] < 1
    assert "speedup" in bench["extra_info"]


def test_all_skipped_is_no_success(suite: pytest.Pytester, add_workload: AddWorkload) -> None:
    add_workload("huge", ('"full": {}}', '"full": {}}, memory={"small": 10**15}'))
    result = run(suite, "-k", "huge", "--variants", "serial,pool")
    result.assert_outcomes(skipped=2, deselected=2)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.fnmatch_lines(["Nothing was measured: huge-small-serial needs *; huge-small-pool needs * a worker *"])
    both = run(suite, "--variants", "serial")
    both.assert_outcomes(passed=1, skipped=1)
    assert both.ret == 0


def test_benchmarks_and_tests_in_one_run_are_refused(suite: pytest.Pytester) -> None:
    (suite.path / "tests").mkdir()
    (suite.path / "tests" / "test_it.py").write_text("def test_it(): pass")
    result = suite.runpytest_subprocess("benchmarks", "tests", timeout=60)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = [*result.errlines, *result.outlines]
    sentence = "ERROR: benchmarks and tests in one run: each brings up a Ray of its own, *"
    assert any(fnmatch.fnmatch(line, sentence) for line in said), said
    assert not any("Traceback" in line for line in said)


def test_a_report_that_does_not_fit_onto_its_disk_is_one_sentence(suite: pytest.Pytester) -> None:
    (suite.path / "small").mkdir()
    mount = "mount -t tmpfs -o size=4k tmpfs small && head -c 8k /dev/zero > small/full 2>/dev/null; true"
    limit = ("--variants", "serial,pool", "--benchmark-json", "out.json", "--report", "small/r.md")
    done = isolated(suite, mount, *limit)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "r.md: it could not be written (No space left on device)" in " ".join(done.stdout.split())
    assert "INTERNALERROR" not in done.stdout
    assert len(infos(suite.path / "out.json")) == 2  # nothing else is lost
