"""What surrounds the code: pins, workflows, `.ci/run`, and the one rule about imports that no linter here knows."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.harness.tree import ROOT
from workloads import names

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CI_LINES = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
# An environment need not be activated to run the tests in it: its tools come first all the same.
ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def run(*command: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the repository's folder; `more` is added to its environment."""
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT | more, capture_output=True, text=True, timeout=120)


def requirements() -> list[Requirement]:
    """Everything that pyproject.toml names: what the suite needs, and its extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    found = [Requirement(line) for group in groups for line in group]
    return [requirement for requirement in found if requirement.name != project["name"]]  # one extra takes in another


def pins() -> dict[str, str]:
    """Versions in constraints.txt by canonical name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [line.split("==") for line in lines if line and not line.startswith("#")]
    assert all(len(pin) == 2 for pin in found), "constraints.txt has a line that is not name==version"
    assert len({canonicalize_name(name) for name, _ in found}) == len(found), "constraints.txt pins a package twice"
    return {canonicalize_name(name): version for name, version in found}


@pytest.mark.parametrize("requirement", requirements(), ids=lambda requirement: requirement.name)
def test_dependency_has_a_pin_inside_its_range(requirement: Requirement) -> None:
    pin = pins().get(canonicalize_name(requirement.name))
    assert pin is not None, f"constraints.txt lacks {requirement.name}"
    assert pin in requirement.specifier, f"{requirement.name}=={pin} is not {requirement.specifier}"


def test_whatever_comes_along_is_pinned_too() -> None:
    todo, seen = requirements(), set()
    while todo:
        requirement = todo.pop()
        asked = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if asked in seen:
            continue
        try:
            needs = map(Requirement, distribution(requirement.name).requires or [])
        except PackageNotFoundError:  # an extra that is not installed here
            continue
        seen.add(asked)
        extras = {"", *requirement.extras}
        todo += [need for need in needs if not need.marker or any(need.marker.evaluate({"extra": e}) for e in extras)]
    unpinned = {name for name, _ in seen} - pins().keys()
    assert not unpinned, f"constraints.txt lacks {', '.join(sorted(unpinned))}"


def sessions(text: str) -> set[str]:
    """What of the noxfile is called by name."""
    return {name for names in re.findall(r"\bnox -s((?: [a-z]+)+)", text) for name in names.split()}


def test_every_command_that_is_named_is_in_the_noxfile() -> None:
    defined = {
        node.name
        for node in ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and any("session" in ast.unparse(mark) for mark in node.decorator_list)
    }
    assert {"lint", "types", "contracts", "unit", "tests", "bench"} <= defined
    named = [*WORKFLOWS, ROOT / ".ci" / "run", ROOT / "CONTRIBUTING.md", ROOT / "README.md"]
    for path in named:
        unknown = sessions(path.read_text(encoding="utf-8")) - defined
        assert not unknown, f"{path.name} calls {', '.join(sorted(unknown))}, which noxfile.py does not have"


def test_the_architecture_has_every_room_and_the_arrows_of_the_contracts() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (`[^|]+) \| [^|]+ \| ([^|]+) \|$", text, flags=re.MULTILINE)
    may = {room: set(re.findall(r"`(\w+)`", what)) for rooms, what in table for room in re.findall(r"`(\w+)`", rooms)}
    harness = ROOT / "benchmarks" / "harness"
    assert may.keys() == {path.parent.name for path in harness.glob("*/__init__.py")} | {
        path.stem for path in harness.glob("[!_]*.py")
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = [rule["name"] for rule in project["tool"]["importlinter"]["contracts"] if " -> " in rule["name"]]
    arrows = {room: what for room, _, what in (name.partition(" -> ") for name in names)}
    assert len(arrows) >= len(may) - 2  # all rooms but the top one and the bottom one, which the floors bound
    for room, what in arrows.items():
        assert may[room] - {"workloads"} == (set() if what == "nothing of ours" else set(what.split(", ")))


@pytest.mark.parametrize("session", ["lint", "contracts"])
def test_what_is_no_test_passes(session: str) -> None:
    """The workflows' schema and safety, the style, and the arrows between rooms."""
    tools = ("nox", "zizmor", "check-jsonschema", "ruff", "lint-imports")
    if missing := [tool for tool in tools if shutil.which(tool, path=ENVIRONMENT["PATH"]) is None]:
        pytest.skip(f"{', '.join(missing)}: comes with pip install -c constraints.txt -e '.[dev]'")
    done = run("nox", "-s", session)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_actions_are_pinned_by_sha(workflow: Path) -> None:
    used = re.findall(r"^[\s-]*uses:\s*(.+)$", workflow.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert used or workflow.stem == "comment", f"{workflow.name} uses no action at all: is it still a workflow?"
    loose = [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", action)]
    assert not loose, f"{workflow.name}: {', '.join(loose)} must be owner/name@<40 hex digits>  # v<version>"


def test_ci_runs_the_readmes_test_command() -> None:
    [command] = [match[1] for line in CI_LINES if (match := re.fullmatch(r'bash -c "(.+)"', line))]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert command in readme, f".ci/run runs `{command}`, which README.md does not say"


def test_workflow_and_ci_check_the_same() -> None:
    """`.ci/run` tests by README.md's command, before it installs the developers' tools."""
    workflow = sessions((ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8"))
    ci = sessions("\n".join(CI_LINES))
    assert ci == {"lint", "types", "contracts", "bench"}
    assert workflow == ci | {"tests"}


def test_ci_leaves_nothing_behind_when_it_fails(tmp_path: Path) -> None:
    done = run(ROOT / ".ci" / "run", PYTHON="false", TMPDIR=str(tmp_path))
    assert done.returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_workloads_know_neither_engine_nor_runner_nor_clock() -> None:
    forbidden = {"ray", "pytest", "pytest_benchmark", "benchmarks", "time", "timeit"}
    found = []
    for path in (ROOT / "workloads").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules = [node.module or ""]
            else:
                continue
            wrong = [module for module in modules if module.split(".")[0] in forbidden]
            found += [f"{path.relative_to(ROOT)}:{node.lineno} imports {module}" for module in wrong]
    assert not found, "; ".join(found)


def complete_run() -> dict[str, Any]:
    """The least that a run's JSON has to contain."""
    versions = ("numpy", "pillow", "ray", "torch", "torchvision")
    records = []
    for workload in names():
        for variant in ("serial", "ray"):
            extra: dict[str, Any] = {"workload": workload, "variant": variant, "size": "small", "params": {}}
            extra |= {"tasks": 2, "cpus": 2}
            extra |= {"verified": True, "cold_start_s": 0.1, "put_s": 0.0, "put_bytes": 0, "invalid_pairs": 1}
            if variant == "ray":
                extra["speedup"] = {"median": 1.5, "low": 1.4, "high": 1.6, "pairs": 18}
                extra["efficiency"] = {"measured": 0.72, "computation": 0.9, "load_balance": 1.0, "dispatch": 0.8}
            records.append({"name": f"test_workload[{workload}-small-{variant}]", "extra_info": extra})
    return {"machine_info": {"versions": dict.fromkeys(versions, "1")}, "benchmarks": records}


def check_json(tmp_path: Path, content: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "run.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return run(sys.executable, ROOT / ".ci" / "check_json.py", file, "small")


def test_a_complete_json_is_accepted_with_one_sentence(tmp_path: Path) -> None:
    done = check_json(tmp_path, complete_run())
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    assert all(f"{workload} 1.50× [1.40 1.60]" in done.stdout for workload in names())


Extra = dict[str, Any]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda extra: extra.update(verified=False), "verified is False"),
        (lambda extra: extra.pop("cold_start_s"), "extra_info lacks cold_start_s"),
        (lambda extra: extra.update(size="medium"), "says it is"),
        (lambda extra: extra.pop("speedup"), "speedup lacks"),
        (lambda extra: extra["speedup"].update(low=1.55), "not inside its interval"),
        (lambda extra: extra["speedup"].update(median=None), "not inside its interval"),
        (lambda extra: extra["speedup"].update(high=float("nan")), "not inside its interval"),
        (lambda extra: extra["efficiency"].pop("dispatch"), "efficiency lacks dispatch"),
        (lambda extra: extra["efficiency"].update(measured=0.75), "multiply to 0.720, measured is 0.750"),
        (lambda extra: extra["speedup"].update(pairs=17), "17 pairs and 1 invalid are fewer than 20"),
    ],
)
def test_a_damaged_record_is_named(damage: Callable[[Extra], object], sentence: str, tmp_path: Path) -> None:
    content = complete_run()
    damage(content["benchmarks"][-1]["extra_info"])
    done = check_json(tmp_path, content)
    assert done.returncode == 1
    assert f"{content['benchmarks'][-1]['name']}: " in done.stderr
    assert sentence in done.stderr


def test_a_missing_record_is_named(tmp_path: Path) -> None:
    content = complete_run()
    gone = content["benchmarks"].pop()["name"]
    done = check_json(tmp_path, content)
    assert done.returncode == 1
    assert f"has no {gone}" in done.stderr


def test_a_missing_version_is_named(tmp_path: Path) -> None:
    content = complete_run()
    del content["machine_info"]["versions"]["ray"]
    done = check_json(tmp_path, content)
    assert done.returncode == 1
    assert "machine_info.versions lacks ray" in done.stderr
