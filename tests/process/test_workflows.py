"""The shell in `.github/workflows`: it parses, takes nothing untrusted into its text, and decides as it says."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml  # comes with Ray

from benchmarks.harness.tree import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
AGAINST = next(path for path in WORKFLOWS if path.stem == "against")

# A git hook that runs these tests would point git at its own repository; a user's settings could ask for signatures.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
ENVIRONMENT |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def load(workflow: Path) -> dict[Any, Any]:
    """A workflow as a dictionary; its `on` is YAML's word for True."""
    return yaml.safe_load(workflow.read_text(encoding="utf-8"))


def scripts(workflow: Path) -> dict[str, str]:
    """Every `run` of a workflow, by its step's name."""
    steps = [step for job in load(workflow)["jobs"].values() for step in job["steps"]]
    return {step["name"]: step["run"] for step in steps if "run" in step}


@pytest.mark.parametrize(
    ("workflow", "name"),
    [pytest.param(path, name, id=f"{path.stem}: {name}") for path in WORKFLOWS for name in scripts(path)],
)
def test_a_step_is_shell_without_expressions(workflow: Path, name: str) -> None:
    script = scripts(workflow)[name]
    assert "${{" not in script, "an expression is pasted into the shell's text: hand it over in env"
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


FROM_FORKS = [path for path in WORKFLOWS if "pull_request:" in path.read_text(encoding="utf-8")]


def test_what_may_write_runs_no_code_of_a_branch() -> None:
    others = [path for path in WORKFLOWS if path not in FROM_FORKS]
    # By the clock, after `against`, and by hand.
    assert {path.stem for path in others} == {"benchmarks", "comment", "evidence"}
    for path in others:
        for name, job in load(path)["jobs"].items():
            writes = "write" in job["permissions"].values()
            assert not (writes and any("actions/checkout" in step.get("uses", "") for step in job["steps"])), name


@pytest.mark.parametrize("workflow", FROM_FORKS, ids=lambda workflow: workflow.stem)
def test_nothing_from_a_fork_gets_a_secret_or_a_token_that_writes(workflow: Path) -> None:
    content, text = load(workflow), workflow.read_text(encoding="utf-8")
    events = content[True]
    assert "pull_request_target" not in events
    assert "workflow_run" not in events
    assert "secrets." not in text
    assert content["permissions"] == {}
    assert all(job["permissions"] == {"contents": "read"} for job in content["jobs"].values())
    checkouts = text.count("actions/checkout@")
    assert text.count("persist-credentials: false") == checkouts > 0


@dataclass
class Job:
    """A stand-in for GitHub's runner: a clone of a repository, and tools that only say how they were called.

    Attributes:
        folder: the clone, at a branch's last commit.
        base: the commit that the branch started from.
        temp: RUNNER_TEMP.
    """

    folder: Path
    base: str
    temp: Path

    def tool(self, name: str, script: str) -> None:
        """Put a program on the PATH of all steps."""
        path = self.temp.parent / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def step(self, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a step of `against.yml` as GitHub does."""
        more = {
            "PATH": f"{self.temp.parent / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.temp / "output"),
            **variables,
        }
        command = ["bash", "-e", "-c", scripts(AGAINST)[name]]
        return subprocess.run(
            command, cwd=self.folder, env=ENVIRONMENT | more, capture_output=True, text=True, check=False
        )

    def outputs(self) -> dict[str, str]:
        """What the steps so far have put out."""
        lines = (self.temp / "output").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)


def git(folder: Path, *arguments: str) -> str:
    """Run git, as nobody in particular."""
    command = ["git", "-C", str(folder), "-c", "user.name=n", "-c", "user.email=n@example.org", *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, **files: str) -> str:
    """Write files (`a__b_c` is `a/b.c`) and commit them; the commit's id."""
    for name, text in files.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        path = folder / f"{stem}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "-m", "a change")
    return git(folder, "rev-parse", "HEAD")


OLD = {"constraints_txt": "ray==1", "pyproject_toml": "[project]", "workloads__pi_py": "3", "README_md": "slow"}
START = {**OLD, "benchmarks__harness__lockstep_py": "PROTOCOL = 1"}
ROOMS = {**OLD, "benchmarks__harness__sides__protocol_py": "PROTOCOL = 1"}


def job(tmp_path: Path, start: dict[str, str], change: dict[str, str]) -> Job:
    """A branch with one change, and a target branch that has gone on since."""
    origin, clone, temp = (tmp_path / name for name in ("origin", "clone", "temp"))
    origin.mkdir()
    temp.mkdir()
    git(origin, "init", "--quiet", "--initial-branch", "main")
    base = commit(origin, **start)
    git(origin, "checkout", "--quiet", "-b", "branch")
    head = commit(origin, **change)
    git(origin, "checkout", "--quiet", "main")
    commit(origin, constraints_txt="ray==2", workloads__e_py="2")
    git(tmp_path, "clone", "--quiet", str(origin), str(clone))
    git(clone, "checkout", "--quiet", "--detach", head)
    return Job(clone, base, temp)


@pytest.mark.parametrize(
    ("start", "change", "expected", "annotation"),
    [
        pytest.param(START, {"workloads__pi_py": "3.1"}, {"compare": "yes"}, "", id="code"),
        pytest.param(
            START, {"constraints_txt": "ray==3"}, {"compare": "yes", "pins": "differ"}, "", id="constraints.txt"
        ),
        pytest.param(
            START, {"pyproject_toml": "[tool]"}, {"compare": "yes", "pins": "differ"}, "", id="pyproject.toml"
        ),
        pytest.param(START, {"README_md": "fast", "docs__x_md": "", "tests__t_py": ""}, {}, "::notice", id="no code"),
        pytest.param(ROOMS, {"workloads__pi_py": "3.1"}, {"compare": "yes"}, "", id="protocol in its room"),
        pytest.param(START, ROOMS, {"compare": "yes"}, "", id="the protocol moves"),
        pytest.param(OLD, START | {"workloads__pi_py": "3.1"}, {}, "::warning", id="base without the protocol"),
    ],
)
def test_the_merge_base_is_found_and_what_differs_since(
    start: dict[str, str], change: dict[str, str], expected: dict[str, str], annotation: str, tmp_path: Path
) -> None:
    here = job(tmp_path, start, change)
    done = here.step("Find the merge base", TARGET="main")
    assert done.returncode == 0, done.stderr
    assert here.outputs() == {"commit": here.base, **expected}
    assert done.stdout.partition(" ")[0] == annotation
    assert (here.base in done.stdout) == bool(annotation)


def test_a_branch_without_a_merge_base_fails(tmp_path: Path) -> None:
    here = job(tmp_path, START, {"workloads__pi_py": "3.1"})
    git(here.folder, "checkout", "--quiet", "--orphan", "elsewhere")
    commit(here.folder, workloads__pi_py="4")
    done = here.step("Find the merge base", TARGET="main")
    assert done.returncode == 1
    assert done.stdout.startswith("::error ")


def test_what_the_merge_base_pins_is_installed_in_an_environment_of_its_own(tmp_path: Path) -> None:
    here = job(tmp_path, START, {"constraints_txt": "ray==3"})
    here.tool("pip", "echo the head's own pip; exit 1")
    (here.temp / "pip").write_text('#!/bin/sh\necho "$@"; cat constraints.txt; echo\n', encoding="utf-8")
    here.tool("python", 'mkdir -p "$3/bin"; chmod +x "$RUNNER_TEMP/pip"; mv "$RUNNER_TEMP/pip" "$3/bin"')
    done = here.step("Install what the merge base pins, where that differs", BASE=here.base)
    assert done.returncode == 0, done.stderr
    calls = done.stdout.splitlines()[-4:]
    assert [line.split()[0] for line in calls] == ["install", "ray==1", "install", "ray==1"]
    own = [line for line in scripts(AGAINST)["Install PyTorch's CPU builds"].splitlines() if line]
    assert [f"pip {calls[0]}", f"pip {calls[2]}"] == [*own, scripts(AGAINST)["Install"]]
    assert git(here.folder, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("ended", "status", "annotation"),
    [(0, 0, ""), (1, 1, "::error"), (6, 0, "::warning"), *((other, other, "::error") for other in (2, 3, 4, 5, 137))],
)
def test_a_comparisons_status_becomes_the_checks(ended: int, status: int, annotation: str, tmp_path: Path) -> None:
    here = job(tmp_path, START, {"workloads__pi_py": "3.1"})
    here.tool("pytest", f'echo "called with $@"; exit {ended}')
    done = here.step("Compare", BASE=here.base, PINS="")
    assert done.returncode == status
    called, *annotations = done.stdout.splitlines()
    assert called.startswith(f"called with benchmarks --against {here.base} --benchmark-storage {here.temp}/results ")
    assert [line.partition(" ")[0] for line in annotations] == ([annotation] if annotation else [])


def test_differing_pins_bring_the_other_interpreter_in(tmp_path: Path) -> None:
    here = job(tmp_path, START, {"constraints_txt": "ray==3"})
    here.tool("pytest", 'echo "called with $@"')
    done = here.step("Compare", BASE=here.base, PINS="differ")
    assert f"--against {here.base} --against-python {here.temp}/base-python " in done.stdout


def test_the_suite_knows_every_option_that_the_comparison_is_called_with() -> None:
    script = scripts(AGAINST)["Compare"]
    options = {word.strip("()") for word in script.replace("(", " ").split() if word.startswith("--")}
    assert options >= {"--against", "--against-python", "--report"}
    command = [sys.executable, "-m", "pytest", "--help"]
    known = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [option for option in options if option not in known] == []
