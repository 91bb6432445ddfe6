"""What head causes is head's, and what a test or workload itself changes is said to be that: one comparison of many."""

from collections.abc import Callable

import pytest

from tests.git import commit
from tests.suite.comparing import refused, said, slowdowns, verdicts
from tests.suite.conftest import QUICKER
from tests.suite.plain import COARSE, MINE, ONE_PASS, SIZE, TESTS, WORK, add, against, slower

AddWorkload = Callable[..., None]

pytestmark = pytest.mark.usefixtures("no_leftovers", "no_folders_left")

HELPER = '''
"""What the tests' code does; in head it misbehaves."""
import contextlib
import subprocess
import threading
import time

HEAD = False

def require_memory():
    import pytest
    if HEAD:
        pytest.skip("no memory")

@contextlib.contextmanager
def busy():
    """In head with a thread that never rests."""
    ended = threading.Event()
    def burn():
        while not ended.is_set():
            pass
    thread = threading.Thread(target=burn)
    if HEAD:
        thread.start()
    yield
    ended.set()
    if HEAD:
        thread.join()

class Clock:
    """In head it stands still now and then, once calibration is over."""

    def __init__(self):
        self.calls, self.last = 0, 0.0

    def __call__(self):
        self.calls += 1
        if not (HEAD and self.calls > 40 and (self.calls - 1) // 2 % 4 == 0):
            self.last = time.perf_counter()
        return self.last

def leave_something_running():
    if HEAD:
        subprocess.Popen(["sleep", "300"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
'''

BLAMED = f"""
import time
import helper
{WORK.format(size=SIZE)}
def test_untouched(benchmark):
    helper.leave_something_running()
    benchmark(work)

def test_needs_memory(benchmark):
    helper.require_memory()
    benchmark(work)

def test_has_a_clock(benchmark):
    benchmark._timer = helper.Clock()
    benchmark(work)

def test_has_a_thread(benchmark):
    with helper.busy():
        benchmark(work)
"""

CHANGED = f"""
import pytest
{WORK.format(size=SIZE)}
def test_skips_itself(benchmark):
    SKIP
    benchmark(work)

def test_counts_otherwise(benchmark):
    benchmark.pedantic(work, iterations=TIMES)
"""

BY_HELPER = (
    ("from workloads", "from workloads import _amount\nfrom workloads"),
    ("    return [400_000]", "    return [_amount.ITEM]"),
)


@pytest.mark.alone
def test_what_head_causes_fails_and_what_the_test_itself_changes_is_not_compared(
    repository: pytest.Pytester, add_workload: AddWorkload
) -> None:
    tree = repository.path
    add(repository, test_plain=BLAMED, helper=HELPER)
    add(repository, test_changed=CHANGED.replace("SKIP", "pass").replace("TIMES", "1"))
    (tree / "workloads" / "_amount.py").write_text("ITEM = 40_000\n")
    add_workload("by_helper", *BY_HELPER)
    add_workload("by_itself", QUICKER)
    commit(tree)
    add(repository, helper=HELPER.replace("HEAD = False", "HEAD = True"))
    add(repository, test_changed=CHANGED.replace("SKIP", "pytest.skip('later')").replace("TIMES", "3"))
    (tree / "workloads" / "_amount.py").write_text("ITEM = 40_001\n")
    add_workload("by_itself", ("400_000", "40_001"))
    result = against(repository, "benchmarks", "-k", "serial or plain", *COARSE)
    found = verdicts(result)
    lines = [f"{name}: {word}" for name, word in found.items()]
    text = said(result)
    changed = "(benchmarks/plain/test_changed.py changed)"
    assert found["tiny"] in {"ok", "undecided (can't rule out 90 %)"}, lines
    assert found["test_untouched"] in {"ok", "undecided (can't rule out 90 %)"}
    assert found["test_needs_memory"] == "FAILING: skipped on head: no memory"
    assert found["test_skips_itself"] == f"not compared: skipped on head: later {changed}"
    pytest.LineMatcher(text.splitlines()).fnmatch_lines_random(
        [
            "test_has_a_clock *FAILING: * of * rounds are invalid on head alone, 0 on base alone",
            "test_has_a_thread *FAILING: head's processes kept *.* cores busy while base had the turn",
            "by_helper-small-serial *FAILING: other work on base than on head: the digest of the items is * here",
            "by_itself-small-serial *not compared: other work on base than on head: the digest of the items is * there "
            "and * here (workloads/by_itself.py changed)",
            "test_counts_otherwise *not compared: other work on base than on head: the number of iterations is 1 there "
            f"and 3 here {changed}",
            "head left running when its session had ended, and it was ended: sleep",
        ]
    )
    assert result.ret == 1


def test_what_only_the_tests_themselves_changed_is_no_regression(repository: pytest.Pytester) -> None:
    """But it is not passed over either: the status is 6."""
    add(repository, test_plain=CHANGED.replace("SKIP", "pass").replace("TIMES", "1"))
    commit(repository.path)
    add(repository, test_plain=CHANGED.replace("SKIP", "pytest.skip('later')").replace("TIMES", "3"))
    result = against(repository, TESTS, *ONE_PASS)
    assert [word.partition(":")[0] for word in verdicts(result).values()] == ["not compared"] * 2
    assert "ERROR: no test could be compared" in result.errlines
    assert result.ret == 6


# Head's tests

LIBRARY = WORK.format(size=SIZE)
USES = "from library.core import work\n\ndef test_new(benchmark):\n    benchmark(work)\n"


def test_heads_tests_on_bases_code_compare_a_library_that_had_none(repository: pytest.Pytester) -> None:
    """Head has the test, and a library four times as slow."""
    tree = repository.path
    (tree / "library").mkdir()
    (tree / "library" / "core.py").write_text(LIBRARY)
    commit(tree)
    (tree / "library" / "core.py").write_text(slower(LIBRARY))
    add(repository, test_plain=USES)
    result = against(repository, "benchmarks/plain", "--against-tests", "head", *ONE_PASS)
    assert slowdowns(result)["test_new"] > 1
    assert verdicts(result) == {"test_new": "undecided (too few passes)"}
    assert " with head's tests (1 file) · head working tree (2 files changed)" in said(result)
    (tree / "benchmarks" / "plain" / "helper.py").write_text("")
    refused(
        against(repository, "benchmarks/plain", "--against-tests", "head"),
        "--against-tests head: benchmarks/plain/helper.py lies beside tests and differs between base and head, and *",
    )


def test_a_marker_that_makes_no_sense_ends_it_with_a_sentence(repository: pytest.Pytester) -> None:
    add(repository, test_plain=MINE)
    commit(repository.path)
    add(
        repository,
        test_plain=MINE.replace("def test", "import pytest\n@pytest.mark.compare(tolerance='5 %')\ndef test"),
    )
    sentence = (
        "head ended with status 4: ERROR: *test_plain.py::test_mine: mark.compare(tolerance='5 %') must be a "
        "percentage from 0 to 100, pass 1"
    )
    refused(against(repository, TESTS, *ONE_PASS), sentence, 1)
