"""The commands of a contributor, each once: `nox` for the quick ones, `nox -s tests`, `nox -s bench`, `nox --list`.

They run in the environment that is active: one of their own each would take six gigabytes for PyTorch alone. It needs
`pip install -c constraints.txt -e '.[test,dev]'`.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

import nox

# An environment need not be activated to run its nox: its tools come first all the same.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "contracts", "unit"]

WORKFLOWS = ".github/workflows"

PLUGINS = {
    "pytest-cov": ("--cov=workloads",),
    "pytest-randomly": (),
    "pytest-timeout": ("--timeout", "60"),
    "pytest-rerunfailures": ("--reruns", "2"),
    "pytest-repeat": ("--count", "2"),
    "pytest-sugar": (),
    "pytest-xdist": ("-n", "2"),
}
"""Common plugins that docs/bad-input.md says something of, and what each is asked to do."""

REFUSED = {"pytest-xdist": "ERROR: pytest-xdist (-n) runs tests at the same time, and each would time the others' load"}
"""With those the suite does not run; what it says then."""

SPEEDUP = r"plugins: .*\b{}-\d(?s:.*)^fibonacci-small-ray[^×]*×"
"""What a run beside a plugin prints: that it is there, and further down a row of the table."""


@nox.session
def lint(session: nox.Session) -> None:
    """Style of the code, and the workflows against their schema and for what makes them unsafe."""
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("zizmor", "--offline", "--persona=pedantic", WORKFLOWS)
    schema = ("check-jsonschema", "--builtin-schema", "vendor.github-workflows")
    session.run(*schema, *sorted(map(str, Path(WORKFLOWS).glob("*.yml"))))


@nox.session
def types(session: nox.Session) -> None:
    """Strict types of all that is not a test."""
    session.run("mypy")


@nox.session
def contracts(session: nox.Session) -> None:
    """Which room may import which: the arrows of docs/architecture.md."""
    session.run("lint-imports", "--no-cache")


@nox.session
def unit(session: nox.Session) -> None:
    """The inner loop: tests without Ray and without a copy of the suite, in under a minute."""
    session.run("pytest", "tests/unit", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """All tests: 20 to 25 minutes on two slow cores, nearly all of it in whole sessions."""
    session.run("pytest", "tests", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """A small benchmark run, and whether its JSON has all that is promised of it."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "small.json")
        session.run("pytest", "benchmarks", "--workload-size", "small", "--benchmark-json", file, *session.posargs)
        session.run("python", ".ci/check_json.py", file, "small")


@nox.session
def plugins(session: nox.Session) -> None:
    """A small run beside each of some common plugins: it works, or says in one sentence that it does not.

    Each is installed into a folder of its own, its newest version where constraints.txt has none.
    """
    command = ("pytest", "benchmarks", "--workload-size", "small", "-k", "fibonacci")
    for plugin in session.posargs or PLUGINS:
        with tempfile.TemporaryDirectory() as folder:
            session.run("python", "-m", "pip", "install", "-q", "-c", "constraints.txt", "--target", folder, plugin)
            refusal = REFUSED.get(plugin, "")
            variables = {"PYTHONPATH": folder, "COVERAGE_FILE": f"{folder}/.coverage"}
            run = ("python", "-m", *command, *PLUGINS[plugin])
            said = session.run(*run, env=variables, silent=True, success_codes=[4] if refusal else [0])
        works = re.search(SPEEDUP.format(plugin.removeprefix("pytest-")), said, re.MULTILINE)
        if not (refusal in said if refusal else works):
            session.error(f"{plugin}: {said}")
        session.log(f"{plugin}: {refusal or 'works'}")
