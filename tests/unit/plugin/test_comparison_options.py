"""What a comparison's options may be, read as pytest parses them; whole refusals are tested with real runs."""

import socket

import pytest

from benchmarks.harness.plugin.comparison_options import REFUSED, compares, conducts, read
from benchmarks.harness.settings import Against
from benchmarks.harness.sides.protocol import TURN_VARIABLE

CONFTEST = """
from benchmarks.harness.plugin import options

def pytest_addoption(parser):
    options.add(parser)
"""

NAMED = {
    "benchmark_disable": ("--benchmark-disable",),
    "benchmark_skip": ("--benchmark-skip",),
    "benchmark_json": ("--benchmark-json", "x.json"),
    "benchmark_save": ("--benchmark-save", "x"),
    "benchmark_autosave": ("--benchmark-autosave",),
    "benchmark_compare": ("--benchmark-compare",),
    "benchmark_compare_fail": ("--benchmark-compare-fail", "min:5%"),
    "benchmark_cprofile": ("--benchmark-cprofile", "tottime"),
    "benchmark_histogram": ("--benchmark-histogram",),
    "usepdb": ("--pdb",),
    "trace": ("--trace",),
    "xmlpath": ("--junit-xml", "x.xml"),
}


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty folder whose pytest knows the options."""
    for variable in ("PYTEST_ADDOPTS", TURN_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    pytester.makeconftest(CONFTEST)
    return pytester


def asked(suite: pytest.Pytester, *options: str) -> Against | None:
    return read(suite.parseconfig(*options))


def refusal(suite: pytest.Pytester, *options: str) -> str:
    """The sentence."""
    config = suite.parseconfig(*options)
    with pytest.raises(pytest.UsageError) as caught:
        read(config)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_against_nothing_is_compared(suite: pytest.Pytester) -> None:
    config = suite.parseconfig()
    assert not compares(config)
    assert read(config) is None
    assert not conducts(config)


def test_defaults(suite: pytest.Pytester) -> None:
    found = asked(suite, "--against", "main")
    assert found == Against(
        ref="main",
        python=None,
        head_tests=False,
        tolerance=0.02,
        must_see=0.05,
        budget=300.0,
        questions=("typical time", "total time", "cold start", "memory"),
        explain=True,
    )


def test_who_compares_conducts(suite: pytest.Pytester) -> None:
    assert conducts(suite.parseconfig("--against", "main"))


def test_everything_can_be_said(suite: pytest.Pytester) -> None:
    options = [
        "--against=v1",
        "--against-python=/opt/v/bin/python",
        "--tolerance",
        "2.5",
        "--must-see",
        "10%",
        "--budget",
        "90",
        "--against-tests",
        "head",
        "--questions",
        "memory,typical-time",
        "--no-explain",
    ]
    found = asked(suite, *options)
    assert found == Against(
        ref="v1",
        python="/opt/v/bin/python",
        head_tests=True,
        tolerance=0.025,
        must_see=0.1,
        budget=90.0,
        questions=("typical time", "memory"),
        explain=False,
    )


def test_another_interpreter_alone_is_a_comparison(suite: pytest.Pytester) -> None:
    found = asked(suite, "--against-python", "/opt/v")
    assert found is not None
    assert (found.ref, found.python) == (None, "/opt/v")


def test_no_slowdown_at_all_may_be_accepted(suite: pytest.Pytester) -> None:
    found = asked(suite, "--against", "main", "--tolerance", "0")
    assert found is not None
    assert found.tolerance == 0


@pytest.mark.parametrize(("budget", "patience"), [("600", 600), ("1", 60)])
def test_a_test_may_get_ready_for_as_long_as_the_budget_but_always_a_minute(
    suite: pytest.Pytester, budget: str, patience: float
) -> None:
    found = asked(suite, "--against", "main", "--budget", budget)
    assert found is not None
    assert found.patience == patience


@pytest.mark.parametrize("option", ["--tolerance", "--must-see", "--budget"])
def test_what_is_for_comparisons_needs_one(suite: pytest.Pytester, option: str) -> None:
    assert refusal(suite, option, "7") == f"{option} 7: it is for comparisons; add --against REF"


def test_whose_tests_base_runs_is_for_comparisons_too(suite: pytest.Pytester) -> None:
    assert refusal(suite, "--against-tests=head") == "--against-tests head: it is for comparisons; add --against REF"


def test_heads_tests_on_the_same_tree_are_what_it_has(suite: pytest.Pytester) -> None:
    expected = "--against-tests head: both sides have head's tests already; add --against REF"
    assert refusal(suite, "--against-python", "/opt/v", "--against-tests=head") == expected


def test_its_own_tests_are_what_a_base_has_anyway(suite: pytest.Pytester) -> None:
    assert asked(suite, "--against", "main", "--against-tests=own") == asked(suite, "--against", "main")


@pytest.mark.parametrize("option", ["--tolerance", "--must-see"])
@pytest.mark.parametrize("value", ["abc", "", "-1", "100", "nan", "inf", "2%%"])
def test_a_limit_is_a_percentage(suite: pytest.Pytester, option: str, value: str) -> None:
    expected = f"{option} {value}: must be a percentage from 0 to 100, as 2 or 2.5"
    assert refusal(suite, "--against", "main", f"{option}={value}") == expected


@pytest.mark.parametrize("value", ["abc", "", "0", "-5", "nan", "inf", "5 min"])
def test_a_budget_is_a_number_of_seconds(suite: pytest.Pytester, value: str) -> None:
    expected = f"--budget {value}: must be a number of seconds "
    assert refusal(suite, "--against", "main", f"--budget={value}").startswith(expected)


@pytest.mark.parametrize(
    ("options", "must_see", "tolerance"), [("--must-see 2", "2", "2"), ("--tolerance 7", "5", "7"),
    ("--tolerance 3.5 --must-see 3", "3", "3.5")],
)  # fmt: skip
def test_a_slowdown_to_see_is_more_than_an_accepted_one(
    suite: pytest.Pytester, options: str, must_see: str, tolerance: str
) -> None:
    expected = (
        f"--must-see {must_see}: must be more than the tolerance of {tolerance} %, or no slowdown could be "
        "distinguished from an accepted one"
    )
    assert refusal(suite, "--against", "main", *options.split()) == expected


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_in_a_comparison_is_refused_with_its_reason(suite: pytest.Pytester, name: str) -> None:
    options = NAMED[name]
    assert refusal(suite, "--against", "main", *options) == f"{options[0]} does not go with --against: {REFUSED[name]}"


@pytest.mark.parametrize("option", ["--benchmark-min-rounds", "--benchmark-max-time"])
@pytest.mark.parametrize("by", ["command line", "environment", "pytest.ini"])
def test_rounds_are_the_budgets_unless_only_pytest_ini_has_them(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, option: str, by: str
) -> None:
    arguments = ["--against", "main"]
    if by == "command line":
        arguments.append(f"{option}=3")
    elif by == "environment":
        monkeypatch.setenv("PYTEST_ADDOPTS", f"-q {option}=3")
    else:
        suite.makeini(f"[pytest]\naddopts = {option}=3")
        assert asked(suite, *arguments) is not None
        return
    assert refusal(suite, *arguments) == f"{option} does not go with --against: --budget decides how much is run"


def test_a_side_is_called_with_the_same_options_and_starts_nothing(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does it refuse what its conductor adds."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        monkeypatch.setenv(TURN_VARIABLE, str(theirs.fileno()))
        config = suite.parseconfig("--against", "main", "--benchmark-json", "side.json")
        assert compares(config)
        assert read(config) is None
        assert not conducts(config)


@pytest.mark.parametrize(
    "option",
    ["--help", "--version", "--markers", "--fixtures", "--fixtures-per-test", "--collect-only", "--setup-plan"],
)
def test_who_only_asks_gets_no_comparison(suite: pytest.Pytester, option: str) -> None:
    assert not conducts(suite.parseconfig("--against", "main", option))


def test_a_trace_of_a_comparison_is_refused_before_it_starts(suite: pytest.Pytester) -> None:
    said = refusal(suite, "--against=main", "--report=page.html", "--report=trace.json")
    assert said.startswith("--report trace.json does not go with --against: a trace shows the rounds of one run; ")


def test_both_sides_of_a_cluster_have_its_python(suite: pytest.Pytester) -> None:
    found = asked(suite, "--against=main", "--ray-address=auto")
    assert found is not None
    assert found.on_cluster
    said = refusal(suite, "--against-python=/opt/v", "--ray-address=auto")
    assert said.startswith("--against-python /opt/v does not go with --ray-address: ")
