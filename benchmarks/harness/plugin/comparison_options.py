"""The options of a comparison: `--against` and what belongs to it.

Owns reading and refusing them, as `options` does the others.
"""

import os

import pytest

from benchmarks.harness.estimators.questions import QUESTIONS, Question
from benchmarks.harness.plugin import values
from benchmarks.harness.settings import BUDGET_S, Against
from benchmarks.harness.sides.protocol import is_side

SAVED = "each side is saved in the storage anyway, as base-REVISION and head-REVISION"
TOLERANCE, MUST_SEE = 0.02, 0.05

NAMES: dict[str, Question] = {question.replace(" ", "-"): question for question in QUESTIONS}
"""The questions as they are named on the command line."""

REFUSED = {
    "benchmark_disable": "nothing would be timed",
    "benchmark_skip": "nothing would be timed",
    "benchmark_json": SAVED,
    "benchmark_save": SAVED,
    "benchmark_autosave": SAVED,
    "benchmark_compare": "a comparison has its base already",
    "benchmark_compare_fail": "its verdicts, not thresholds, decide",
    "benchmark_cprofile": "profiling slows one side's rounds down",
    "benchmark_histogram": "--report draws what a comparison found",
    "usepdb": "two sessions run without a terminal",
    "trace": "two sessions run without a terminal",
    "xmlpath": "both sides would write the same file",
}
"""Options that make no sense with --against, and why, by their name in pytest."""

INFORMING = (
    "help", "version", "markers", "showfixtures", "show_fixtures_per_test", "collectonly", "setupplan", "setuponly",
    "cacheshow",
)  # fmt: skip
"""Options that ask pytest for something else, by their name in it: with them nothing is compared."""


def add(group: pytest.OptionGroup) -> None:
    """Declare the options."""
    option = group.addoption
    option("--against", metavar="REF", help="Compare with a git revision, in lockstep: did this tree become slower?")
    option("--against-python", metavar="PATH", help="Compare with another interpreter: another Ray, torch or Python.")
    option("--against-tests", choices=("own", "head"), help="Whose tests base runs: its own (default), or head's.")
    option("--tolerance", metavar="PERCENT", help="Slowdowns up to it are accepted by --against. Default: 2")
    option("--must-see", metavar="PERCENT", help="The slowdown that --against has to rule out for an ok. Default: 5")
    option("--questions", metavar="LIST", help=f"Which of {', '.join(NAMES)} --against asks. Default: all of them.")
    option("--no-explain", action="store_true", help="Do not look into what regressed, which takes 15 s at most.")
    option("--budget", metavar="SECONDS", help="How long --against may take. Default: 300")


def compares(config: pytest.Config) -> bool:
    """Whether a comparison is asked for. In a side's session, too: it is called with the same options."""
    return config.getoption("against") is not None or config.getoption("against_python") is not None


def conducts(config: pytest.Config) -> bool:
    """Whether this process runs a comparison: one is asked for, and it is neither a side of it nor only informs."""
    informs = any(config.getoption(name, False) for name in INFORMING)
    return compares(config) and not is_side() and not informs


def read(config: pytest.Config) -> Against | None:
    """What to compare with.

    Raises:
        pytest.UsageError: an option has no place in a comparison, or only there.
    """
    limits = {
        name: config.getoption(name) for name in ("tolerance", "must_see", "budget", "against_tests", "questions")
    }
    if not compares(config):
        for name, value in limits.items():
            if value is not None:
                raise pytest.UsageError(f"--{name.replace('_', '-')} {value}: it is for comparisons; add --against REF")
        return None
    if is_side():
        return None  # the conductor has seen to the options, and passed on what it adds
    for name, why in REFUSED.items():
        if config.getoption(name, None):
            option = f"--{name.replace('_', '-').replace('usepdb', 'pdb').replace('xmlpath', 'junit-xml')}"
            raise pytest.UsageError(f"{option} does not go with --against: {why}")
    if traces := [path for path in config.getoption("report") if str(path).endswith(".json")]:
        raise pytest.UsageError(
            f"--report {traces[0]} does not go with --against: a trace shows the rounds of one run; name a file that "
            "ends in .html, .md, .svg or .png"
        )
    for option in ("--benchmark-min-rounds", "--benchmark-max-time"):
        if given(config, option):
            raise pytest.UsageError(f"{option} does not go with --against: --budget decides how much is run")
    tolerance = _share("--tolerance", limits["tolerance"], TOLERANCE)
    must_see = _share("--must-see", limits["must_see"], MUST_SEE)
    if must_see <= tolerance:
        raise pytest.UsageError(
            f"--must-see {100 * must_see:g}: must be more than the tolerance of {100 * tolerance:g} %, or no slowdown "
            "could be distinguished from an accepted one"
        )
    ref, head_tests = config.getoption("against"), limits["against_tests"] == "head"
    if head_tests and ref is None:
        raise pytest.UsageError("--against-tests head: both sides have head's tests already; add --against REF")
    python = config.getoption("against_python")
    if python is not None and config.getoption("ray_address") is not None:
        raise pytest.UsageError(
            f"--against-python {python} does not go with --ray-address: a cluster's nodes have one Python with its "
            "packages, and both sides' tasks would run under it"
        )
    return Against(
        ref=ref,
        python=python,
        head_tests=head_tests,
        tolerance=tolerance,
        must_see=must_see,
        budget=_budget(limits["budget"]),
        questions=_questions(limits["questions"]),
        explain=not config.getoption("no_explain"),
        on_cluster=config.getoption("ray_address") is not None,
    )


def _share(option: str, value: str | None, default: float) -> float:
    if value is None:
        return default
    try:
        percent = float(value.removesuffix("%"))
    except ValueError:
        percent = -1.0
    if not 0 <= percent < 100:
        raise pytest.UsageError(f"{option} {value}: must be a percentage from 0 to 100, as 2 or 2.5")
    return percent / 100


def _questions(value: str | None) -> tuple[Question, ...]:
    """In their own order, whatever the order in which they were named."""
    asked = list(NAMES) if value is None else [name.strip() for name in value.split(",") if name.strip()]
    if unknown := [name for name in asked if name not in NAMES]:
        raise pytest.UsageError(f"--questions {value}: no question {unknown[0]!r}; there are {', '.join(NAMES)}")
    if not asked:
        raise pytest.UsageError(f"--questions {value!r}: name at least one of {', '.join(NAMES)}")
    return tuple(NAMES[name] for name in NAMES if name in asked)


def _budget(value: str | None) -> float:
    seconds = values.seconds("--budget", value, BUDGET_S)
    if not seconds:
        raise pytest.UsageError(f"--budget {value}: must be a number of seconds above 0, as 300")
    return seconds


def given(config: pytest.Config, option: str) -> bool:
    """Whether an option was named by the user, not by pytest.ini."""
    given = [*config.invocation_params.args, *os.environ.get("PYTEST_ADDOPTS", "").split()]
    return any(str(argument).startswith(option) for argument in given)
