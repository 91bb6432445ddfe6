"""What the options may be: whole sessions in this process, which refuse before anything runs."""

import shutil
from pathlib import Path

import pytest

from benchmarks.harness import tree
from benchmarks.harness.plugin import options
from benchmarks.harness.sides.protocol import TURN_VARIABLE

# pytest-benchmark warns in these sessions, which tell their own users; as an error it would end them.
pytestmark = pytest.mark.filterwarnings("ignore::pytest_benchmark.logger.PytestBenchmarkWarning")


@pytest.fixture
def session(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with the suite's configuration, and with nothing to run."""
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy(tree.ROOT / name, pytester.path)
    (pytester.path / "benchmarks").mkdir()
    monkeypatch.setattr(tree, "ROOT", pytester.path)  # a conftest of any other tree leaves the session alone
    for variable in ("GITHUB_STEP_SUMMARY", "RAY_ADDRESS", TURN_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    return pytester


def refused(session: pytest.Pytester, arguments: list[str], sentence: str) -> None:
    """One line on standard error, and no traceback."""
    result = session.runpytest_inprocess("benchmarks", *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (said,) = [line for line in result.errlines if line.strip()]
    pytest.LineMatcher([said]).fnmatch_lines([f"ERROR: {sentence.replace('[', '[[]')}"])
    assert not any("Traceback" in line or "INTERNALERROR" in line for line in result.outlines)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--variants", "serial,dusk"],
            "--variants serial,dusk: no variant 'dusk'; there are serial, ray, pool, joblib, dask",
        ),
        (["--variants", ","], "--variants ',': name at least one of serial, ray, pool, joblib, dask"),
        *(
            (["--ray-num-cpus", value], f"--ray-num-cpus {value}: must be a whole number from 1 to 10000, or *")
            for value in ("none", "0", "1,", "-1", "1.5", "10001", "9" * 5000)
        ),
        (
            ["--ray-num-cpus", "4,6,12", "--oversubscribe", "--variants", "serial"],
            "--ray-num-cpus 4,6,12: several numbers are for Ray, which is not among --variants",
        ),
        (
            ["--ray-num-cpus", "5,12", "--oversubscribe"],
            "--ray-num-cpus 5,12: 5 does not divide 12; beside 12 there can be 1, 2, 3, 4, 6",
        ),
        (
            ["--ray-num-cpus", "1,2", "--oversubscribe", "--against", "HEAD"],
            "--ray-num-cpus 1,2: a comparison is made on one number of CPUs; name one",
        ),
        (
            ["--ray-num-cpus", "1,2", "--oversubscribe", "--task", "json:loads", "--items", "['1']"],
            "--ray-num-cpus 1,2: the function of --task is timed on one number of CPUs; name one",
        ),
        (
            ["--ray-address", "ray://head:10001"],
            "--ray-address ray://head:10001: over ray:// the client's link would be timed*",
        ),
        (["--ray-address", "local"], "--ray-address local: this is no cluster to join; without the option a Ray is *"),
        *(
            (["--ray-address", value], f"--ray-address {value}: neither 'auto' nor HOST:PORT, as 10.0.0.1:6379 or *")
            for value in ("head", "head:", ":6379", "head:0", "head:65536", "::1:6379", "[::1]", "http://head:6379")
        ),
        (
            ["--ray-address", "auto", "--ray-num-cpus", "2"],
            "--ray-num-cpus 2: * (auto) has the CPUs that it has; drop one",
        ),
        (
            ["--image-source", "nowhere"],
            "--image-source nowhere: neither 'generated' nor 'urls' nor a folder that exists",
        ),
        (
            ["--benchmark-max-time=inf"],
            "--benchmark-max-time Infinity: must be a number of seconds up to 10,000,000, *",
        ),
        (["--benchmark-max-time=nan"], "--benchmark-max-time NaN: must be a number of seconds up to *"),
        (["--task-timeout=soon"], "--task-timeout soon: must be a number of seconds up to *"),
        (["--task-timeout=0"], "--task-timeout 0: no task ends at once; it is a number of seconds above 0"),
        (["--ray-niceness=20"], "--ray-niceness 20: must be a whole number from 0 to 19"),
        (["--ray-niceness=0", "--ray-address=auto"], "--ray-niceness 0: a joined cluster (auto) has its own; *"),
        (["--oversubscribe"], "--oversubscribe needs --ray-num-cpus with more than the * CPUs there are"),
        (["--report=/proc/r.md"], "--report /proc/r.md: it can't be written (*); name another file"),
        (["--report", "r.pdf"], "--report r.pdf: the name must end in one of .html, .md, .svg, .png, .json"),
        (["--report", "no/r.md"], "--report no/r.md: there is no folder */no"),
        (["-n", "2"], "pytest-xdist (-n) runs tests at the same time*"),
        (["--benchmark-compare-fail", "mean:10%"], "--benchmark-compare-fail needs --benchmark-compare, *"),
        (["--benchmark-compare", "0042"], "--benchmark-compare 0042: no such saved run in ./.benchmarks; *"),
    ],
)
def test_bad_input_is_one_sentence(session: pytest.Pytester, arguments: list[str], sentence: str) -> None:
    refused(session, arguments, sentence)


@pytest.mark.parametrize("there", ["ray://head:10001", "local", "head"])
def test_auto_is_where_ray_address_says_and_is_refused_as_that(
    session: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, there: str
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", there)
    refused(session, ["--ray-address", "auto"], f"--ray-address auto, with RAY_ADDRESS={there}: *")


@pytest.mark.parametrize("address", ["head:6379", "10.0.0.1:6379", "[::1]:6379", "[fe80::1]:65535"])
def test_a_host_and_its_port_are_an_address(session: pytest.Pytester, address: str) -> None:
    assert options.read(session.parseconfig("--ray-address", address)).ray_address == address


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--against HEAD --benchmark-disable", "--benchmark-disable does not go with --against: nothing would be *"),
        ("--against HEAD --benchmark-skip", "--benchmark-skip does not go with --against: nothing would be timed"),
        ("--against HEAD --benchmark-json x.json", "--benchmark-json does not go with --against: each side is *"),
        ("--against-python p --ray-address auto", "--against-python p does not go with --ray-address: a cluster's *"),
        ("--against HEAD --report x.json", "--report x.json does not go with --against: a trace shows *"),
        (
            "--against HEAD --benchmark-max-time 3",
            "--benchmark-max-time does not go with --against: --budget *",
        ),
        ("--against HEAD --tolerance abc", "--tolerance abc: must be a percentage from 0 to 100, as 2 or 2.5"),
        ("--against HEAD --must-see 1", "--must-see 1: must be more than the tolerance of 2 %, *"),
        ("--against HEAD --budget 0", "--budget 0: must be a number of seconds above 0, as 300"),
        ("--tolerance 3", "--tolerance 3: it is for comparisons; add --against REF"),
    ],
)
def test_what_can_t_be_asked_of_a_comparison_is_one_sentence(
    session: pytest.Pytester, arguments: str, sentence: str
) -> None:
    refused(session, arguments.split(), sentence)


@pytest.mark.parametrize(
    ("arguments", "seconds"),
    [
        ((), "12"),
        (("--workload-size", "small"), "4"),
        (("--workload-size", "small", "--benchmark-max-time=12"), "12"),
        (("--workload-size", "small", "--benchmark-max-time=0.5"), "0.5"),
    ],
)
def test_small_takes_a_third_of_the_time_unless_a_time_is_asked_for(
    session: pytest.Pytester, arguments: tuple[str, ...], seconds: str
) -> None:
    """And the header says how much that is."""
    shown = session.runpytest_inprocess("benchmarks", "--collect-only", *arguments)
    shown.stdout.fnmatch_lines(
        [
            f"ray task benchmarks: {'small' if arguments else 'medium'}, serial, ray, * CPUs for Ray, "
            f"images generated, 20 rounds a test, more while they fit into {seconds} s"
        ]
    )


def test_the_header_names_what_was_asked_for(session: pytest.Pytester, tmp_path: Path) -> None:
    asked = ("--variants=pool,serial", "--ray-address=auto", f"--image-source={tmp_path}", "--benchmark-min-rounds=6")
    settings = options.read(session.parseconfig("--workload-size=full", *asked))
    assert options.describe(settings) == (
        f"ray task benchmarks: full, serial, pool, Ray at auto, images {tmp_path}, "
        "6 rounds a test, more while they fit into 12 s"
    )
