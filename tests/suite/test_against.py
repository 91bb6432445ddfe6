"""`--against` as a user meets it: real comparisons of a copy of the tree, in a git repository of its own."""

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.git import commit, git
from tests.suite.comparing import ONE_PASS, compare, pytest_in, refused, verdicts
from tests.suite.conftest import QUICKER

AddWorkload = Callable[..., None]

pytestmark = pytest.mark.usefixtures("no_leftovers", "no_folders_left")

COARSE = ("--budget", "120", "--tolerance", "40", "--must-see", "90")
"""Three passes tell a fourfold time from the same one; there is time for them also on a busy machine."""

ALIKE = {"ok", "undecided (can't rule out 90 %)"}

LOOP = "    total = 0\n    for number in range(item):\n        total += number\n"
SLOWER = (LOOP, "    for again in range(4):\n" + "".join(f"    {line}\n" for line in LOOP.splitlines()))
RAISES = ("    return total", "    raise ValueError('out of luck')")
FALTERS = (
    ("def task(item):", "calls = []\n\ndef task(item):\n    calls.append(item)"),
    ("    return total", "    if len(calls) == 30:\n        raise ValueError('out of breath')\n    return total"),
)
"""In a timed round: those before take seven calls."""
FORGETS = ('return "sums', 'raise CheckError("sums forgotten")\n    return "sums')


def saved(tree: pytest.Pytester) -> dict[str, Any]:
    """The JSON of each side, without what pytest-benchmark counts them with."""
    paths = (tree.path / ".benchmarks").rglob("*.json")
    return {path.stem.partition("_")[2]: json.loads(path.read_text()) for path in sorted(paths)}


def contents(folder: Path) -> dict[str, str]:
    """A digest of each file, those of pytest and Python apart."""
    ours = {".benchmarks", "__pycache__", ".pytest_cache", "stdout", "stderr"}
    paths = [path for path in folder.rglob("*") if path.is_file() and not ours & set(path.relative_to(folder).parts)]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_a_tree_beside_itself_is_not_slower(
    repository: pytest.Pytester, add_workload: AddWorkload, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = repository.path / ".benchmarks" / "seeds"
    seeds.parent.mkdir()
    seen = f"    with open({str(seeds)!r}, 'a') as file:\n        print(__file__, hash('x'), file=file)\n"
    add_workload("seeded", QUICKER, ('    return "sums', f'{seen}    return "sums'))
    revision = commit(repository.path)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary := repository.path / ".benchmarks" / "summary.md"))
    reports = ("--report", ".benchmarks/r.md", "--report", ".benchmarks/r.svg")
    result = compare(repository, "--against", "main", *COARSE, *reports, selected="serial")
    assert result.ret in (0, 6)
    short = revision[:7]
    result.stdout.fnmatch_lines(
        [
            f"base main {short} · head working tree {short} · small, at most 120 s",
            f"base main {short} · head working tree {short} · * passes · * s",
            "*slowdown *interval *could see *passes *pairs *verdict",
            "seeded-small-serial *%*",
            "tiny-small-serial *%*",
            "Both sides have the same files: this compares the code with itself.",
            f"Both sides are saved: pytest-benchmark compare '*_base-{short}' '*_head-{short}'",
        ]
    )
    assert set(verdicts(result).values()) <= ALIKE
    text = (repository.path / ".benchmarks" / "r.md").read_text()
    assert "| tiny-small-serial |" in text
    assert summary.read_text() == text
    assert "<svg" in (repository.path / ".benchmarks" / "r.svg").read_text()

    sides = saved(repository)
    assert set(sides) == {f"base-{short}", f"head-{short}"}
    for side in sides.values():
        assert (side["commit_info"]["id"], side["commit_info"]["dirty"]) == (revision, False)
        pairs = {record["name"][14:-14]: record["stats"]["rounds"] for record in side["benchmarks"]}
        table = {line.split()[0]: f"{line} " for line in result.outlines if "-small-serial " in line}
        assert all(f" {count} " in table[f"{name}-small-serial"] for name, count in pairs.items())
        assert set(pairs) == {"seeded", "tiny"}
        assert {record["extra_info"]["comparison"]["word"] for record in side["benchmarks"]} <= {"ok", "undecided"}
    listed = repository.run(
        Path(sys.executable).with_name("pytest-benchmark"),
        "compare",
        "--group-by=fullname",
        "--sort=name",
        "--columns=min",
    )
    listed.stdout.fnmatch_lines(
        [f"*tiny-small-serial*({number}_{side}-*" for number, side in (("0001", "base"), ("0002", "head"))]
    )

    hashes: dict[str, list[str]] = {}
    for line in seeds.read_text().splitlines():
        hashes.setdefault(line.split()[0], []).append(line.split()[1])
    base, head = hashes.values()
    assert base == head
    assert len(set(base)) == len(base) >= 2


@pytest.mark.alone
def test_each_change_has_its_word(repository: pytest.Pytester, add_workload: AddWorkload) -> None:
    """Many changes at once, and tests without any between them; with time for a fourth pass on a noisy machine."""
    alike = ("slow", "strict", "late", "raising", "faltering", "forgetful", "hungry", "other", "gone")
    for name in alike:
        add_workload(name, QUICKER)
    add_workload("quick", QUICKER, SLOWER)
    add_workload("mended", QUICKER, RAISES)
    commit(repository.path)
    add_workload("slow", QUICKER, SLOWER)
    add_workload("strict", QUICKER, SLOWER, ("check=check,", "check=check, tolerance=0.5,"))
    add_workload("late", QUICKER, ("from workloads", "import time\ntime.sleep(1.5)\nfrom workloads"))
    add_workload("quick", QUICKER)
    add_workload("raising", QUICKER, RAISES)
    add_workload("faltering", QUICKER, *FALTERS)
    add_workload("forgetful", QUICKER, FORGETS)
    add_workload("mended", QUICKER)
    add_workload("hungry", QUICKER, ("check=check,", "check=check, memory={'small': 10**15},"))
    add_workload("other", ("400_000", "40_001"))
    add_workload("newcomer", QUICKER)
    (repository.path / "workloads" / "gone.py").unlink()
    result = compare(repository, "--against", "HEAD", *COARSE, "--no-explain", selected="serial")
    assert result.ret == 1
    found = verdicts(result)
    expected = {
        "raising": "FAILING: fails on head: ValueError: out of luck",
        "faltering": "FAILING: fails on head: ValueError: out of breath",
        "forgetful": "FAILING: fails on head: sums forgotten",
        "mended": "not compared: fails on base: ValueError: out of luck",
        "newcomer": "new: base does not have it",
        "gone": "REMOVED: head does not have it",
    }
    assert {name: verdict for name, verdict in found.items() if name in expected} == expected
    for name, tolerance in (("slow", 40), ("strict", 50)):  # which question tells a fourfold time first is the noise's
        assert found[name].startswith((f"REGRESSED (tolerance {tolerance} %)", "REGRESSED in total time: ")), found
    assert found["late"].startswith("REGRESSED in cold start: "), found
    assert found["quick"] in ("improved", "ok")  # which of them is the noise's matter: the bounds are wide here
    assert found["tiny"] in ALIKE
    assert found["hungry"].startswith("not compared: skipped on head: hungry-small-serial needs 1000000.0 GB of memory")
    assert found["other"].startswith("not compared: other work on base than on head: the digest of the items is ")
    assert set(found) == {*alike, "quick", "mended", "tiny", "newcomer"}
    result.stdout.fnmatch_lines(
        ["3 regressed, 3 failing, 1 removed, *3 not compared, 1 new, *. Smallest slowdown this *"]
    )
    assert "head working tree (12 files changed)" in result.stdout.str()


@pytest.mark.parametrize(
    ("before", "after", "word", "status"),
    [
        ((), (RAISES,), "FAILING: fails on head: ValueError: out of luck", 1),
        ((), None, "REMOVED: head does not have it", 1),
        (None, (), "new: base does not have it", 6),
    ],
)
def test_the_exit_status_is_that_of_the_change(
    repository: pytest.Pytester,
    add_workload: AddWorkload,
    before: tuple[tuple[str, str], ...] | None,
    after: tuple[tuple[str, str], ...] | None,
    word: str,
    status: int,
) -> None:
    """Of one test alone or, where a side lacks it, beside one that a single pass leaves undecided."""
    if before is not None:
        add_workload("changed", QUICKER, *before)
    commit(repository.path)
    if after is not None:
        add_workload("changed", QUICKER, *after)
    else:
        (repository.path / "workloads" / "changed.py").unlink()
    lacking = before is None or after is None
    result = compare(repository, "--against", "HEAD", *ONE_PASS, selected="serial" if lacking else "changed and serial")
    assert verdicts(result)["changed"] == word
    assert result.ret == status
    if status == 3:
        result.stderr.fnmatch_lines(["ERROR: no test could be compared"])


def test_repository_and_tree_stay_as_they_are(repository: pytest.Pytester, add_workload: AddWorkload) -> None:
    """With staged, unstaged, untracked and stashed changes."""
    root = repository.path
    (root / "notes.txt").write_text("stashed\n")
    git(root, "stash", "push", "--quiet", "--include-untracked")
    git(root, "branch", "other")
    (root / "README.md").write_text("staged\n")
    git(root, "add", "README.md")
    (root / "README.md").write_text("staged, then changed\n")
    add_workload("untracked", QUICKER)
    with (root / "workloads" / "tiny.py").open("a") as file:
        file.write("# changed\n")
    status = git(root, "status", "--porcelain")
    before = contents(root)  # git's own files, too: index, branches, stash, objects
    result = compare(repository, "--against", "HEAD", *ONE_PASS)
    assert result.ret == 6
    assert "head working tree (3 files changed)" in result.stdout.str()
    assert contents(root) == before
    assert git(root, "status", "--porcelain") == status
    (base, head) = saved(repository).values()
    assert (base["commit_info"]["dirty"], head["commit_info"]["dirty"]) == (False, True)
    assert base["commit_info"]["id"] == head["commit_info"]["id"] == git(root, "rev-parse", "HEAD")


def test_a_selection_means_the_same_on_both_sides(repository: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the tree or a folder in it, by relative or absolute path; images and report where base has no folder."""
    (out := repository.path / ".benchmarks" / "out").mkdir(parents=True)
    node = "benchmarks/test_workloads.py::test_workload[tiny-small-serial]"
    report = f"--report={out / 'r.md'}"
    result = pytest_in(repository, f"{repository.path}/{node}", "--against", "HEAD", *ONE_PASS, report)
    assert (result.ret, set(verdicts(result))) == (6, {"tiny"})
    assert (out / "r.md").exists()
    monkeypatch.chdir(repository.path / "benchmarks")
    report = "--report=../.benchmarks/out/below.md"
    result = pytest_in(
        repository, node.partition("/")[2], "--against", "HEAD", *ONE_PASS, report, "--image-source=../.benchmarks"
    )
    assert (result.ret, set(verdicts(result))) == (6, {"tiny"})
    assert (out / "below.md").exists()


@pytest.mark.parametrize("ref", [(), ("--against", "HEAD")])
def test_another_interpreter_is_a_base(repository: pytest.Pytester, ref: tuple[str, ...]) -> None:
    result = compare(repository, *ref, f"--against-python={sys.executable}", *ONE_PASS)
    assert (result.ret, set(verdicts(result))) == (6, {"tiny"})
    result.stdout.fnmatch_lines(["base * under another interpreter · head working tree * · 1 pass · *"])
    short = git(repository.path, "rev-parse", "--short", "HEAD")
    assert set(saved(repository)) == {f"base-{short}", f"head-{short}"}


def test_files_that_change_meanwhile_end_it(repository: pytest.Pytester, add_workload: AddWorkload) -> None:
    """Head's check edits head, as somebody at an editor would."""
    editor = "    with open(__file__, 'a') as file:\n        file.write('# and on\\n')\n"
    commit(repository.path)
    add_workload("tiny", QUICKER, ('    return "sums', f'{editor}    return "sums'))
    result = compare(repository, "--against", "HEAD", *COARSE)
    refused(result, "head's workloads/tiny.py changed while the comparison ran: start it again", 3)


def test_stopping_at_the_first_failure_still_tells_what_failed(
    repository: pytest.Pytester, add_workload: AddWorkload
) -> None:
    add_workload("brittle", QUICKER)
    commit(repository.path)
    add_workload("brittle", QUICKER, RAISES)
    result = compare(repository, "--against", "HEAD", *ONE_PASS, "-x", selected="serial")
    assert verdicts(result)["brittle"] == "FAILING: fails on head: ValueError: out of luck"
    assert result.ret == 1
