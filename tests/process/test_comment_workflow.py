"""The comment on a pull request: whose it is, what it may hold, and that it is one, brought up to date."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # comes with Ray

from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.estimators.verdict import Verdict
from benchmarks.harness.records.comparison import Comparison, Outcome
from benchmarks.harness.reporting import verdict_table
from benchmarks.harness.tree import ROOT

WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "comment.yml").read_text(encoding="utf-8"))
JOB = WORKFLOW["jobs"]["comment"]
STEPS = {step["name"]: step["run"] for step in JOB["steps"]}

TABLE = verdict_table.markdown(
    Comparison(
        base="main 1a2b3c4",
        head="0a1b2c3 (a branch's commit)",
        passes=3,
        seconds=120,
        outcomes=[
            Outcome(test="tiny-small-ray", limits=Limits(), verdict=Verdict("regressed", 0.2, 0.18, 0.2, 0.05, 3, 60)),
            Outcome(test="other-small-ray", limits=Limits(), verdict=Verdict("undecided", 0.2, None, None, None, 1, 4)),
            Outcome(test="gone", limits=Limits(), without="removed", reason="head has no <such> | test"),
        ],
        notes=["Both sides are saved: pytest-benchmark compare '*_base-1a2b3c4' '*_head-0a1b2c3'"],
    )
)

GH = """#!/bin/sh
echo "$@" >> "$RUNNER_TEMP/calls"
case "$*" in *issues/7/comments*--jq*) cat "$RUNNER_TEMP/comments" 2>/dev/null || true;; esac
"""
"""Says how it was called; GitHub is not to be had here."""


def step(name: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does."""
    tool = folder / "gh"
    tool.write_text(GH)
    tool.chmod(0o755)
    more = {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(folder / "output"), "HEAD_SHA": "0a1b2c3" + "0" * 33}
    environment = os.environ | more | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **variables}
    return subprocess.run(
        ["bash", "-e", "-c", STEPS[name]], env=environment, capture_output=True, text=True, check=False
    )


def checked(folder: Path, text: str | bytes) -> subprocess.CompletedProcess[str]:
    (folder / "found").mkdir()
    (folder / "found" / "against.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    return step("Check it", folder)


def test_a_real_table_becomes_the_comment(tmp_path: Path) -> None:
    done = checked(tmp_path, TABLE)
    assert done.returncode == 0, done.stderr
    body = json.loads((tmp_path / "body.json").read_text())["body"]
    assert body.startswith("<!-- against -->\n## base main 1a2b3c4")
    assert "REMOVED: head has no &lt;such>" in body or "&lt;such" in body
    assert body.endswith("Of commit 0a1b2c3. The figures are the branch's own.\n")


@pytest.mark.parametrize(
    "line",
    [
        "- see [this](x)",
        "- ![picture](x)",
        "- https://example.org",
        "- www.example.org",
        "- thanks @everybody",
        "<img src=x>",
        "- `code`",
        "# Another heading",
        "- a tab\tor\x1b[31m",
        "- # and #1 at [x]: http:",
    ],
)
def test_what_no_table_has_is_not_posted(tmp_path: Path, line: str) -> None:
    done = checked(tmp_path, f"{TABLE}{line}\n")
    assert done.returncode == 1
    assert "::error title=No comment::against.md has what no table of this suite has" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "body.json").exists()


@pytest.mark.parametrize(("text", "reason"), [(b"\xff\xfe", "not UTF-8"), (b"- x\n" * 20_000, "more than 60 kB")])
def test_what_is_no_text_or_too_long_is_not_posted(tmp_path: Path, text: bytes, reason: str) -> None:
    done = checked(tmp_path, text)
    assert done.returncode == 1
    assert reason in done.stderr


def test_a_first_comment_is_made_and_a_later_one_replaces_it(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text("{}")
    post = "Post it, or bring the comment up to date"
    assert step(post, tmp_path, NUMBER="7", REPOSITORY="o/r").returncode == 0
    assert "--method POST repos/o/r/issues/7/comments --input" in (tmp_path / "calls").read_text()
    (tmp_path / "calls").unlink()
    (tmp_path / "comments").write_text("123\n456\n")
    assert step(post, tmp_path, NUMBER="7", REPOSITORY="o/r").returncode == 0
    calls = (tmp_path / "calls").read_text()
    assert "--method PATCH repos/o/r/issues/comments/123 --input" in calls
    assert "POST" not in calls


def test_without_a_pull_request_there_is_a_notice_and_no_more(tmp_path: Path) -> None:
    done = step("Find the pull request", tmp_path, REPOSITORY="o/r", HEAD_OWNER="o", HEAD_BRANCH="b")
    assert done.returncode == 0
    assert "::notice title=No comment::" in done.stdout
    assert (tmp_path / "output").read_text() == "number=\n"


def test_the_job_that_may_write_takes_no_code() -> None:
    assert JOB["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert not any("uses" in each for each in JOB["steps"])
    assert WORKFLOW["permissions"] == {}
    assert WORKFLOW[True]["workflow_run"]["workflows"] == ["against"]
