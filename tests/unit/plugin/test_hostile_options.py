"""Whatever stands on the command line and in the environment: settings, or one sentence; never a traceback."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.harness.doctor.function import FunctionError, items_of
from benchmarks.harness.plugin import options
from benchmarks.harness.settings import Settings
from tests.unit.plugin.test_comparison_options import CONFTEST

ODD = (
    "", " ", "-", "--", "-1", "0", "1", "2.5", "1e3", "1e308", "1e309", "nan", "inf", "-inf", "0x10", "1_0", "9" * 5000,
    "٣", "²", "½", "1,2", ",", "1,,2", "serial", "serial,ray", "ray,RAY", "typical-time", "memory,memory", "auto",
    "local", "ray://head:1", "head:6379", "[::1]:6379", ":::", "a\nb", "a\tb\x1b[31m", "\udcff", "%s{0}$(id)`id`;|&",
    "'\"", "../../..", "/", "/dev/null", "/dev/full", "/proc/self/mem", "x.md", "no/x.html", "x" * 300 + ".svg", "urls",
    "HEAD", "--upload-pack=id", "generated", "json:loads", "range(3)", "[" * 10_000, "range(99999999999999999999)",
)  # fmt: skip
"""Of which at least some mean something to each option."""

TEXTS = st.sampled_from(ODD) | st.text(st.characters(exclude_characters="\0"), max_size=20) | st.floats().map(str)
NAMES = (
    "variants", "image_source", "ray_niceness", "ray_address", "ray_num_cpus", "task_timeout", "task", "items",
    "tasks_per_cpu", "against", "against_python", "tolerance", "must_see", "questions", "budget", "benchmark_max_time",
)  # fmt: skip
VALUES = {**dict.fromkeys(NAMES, TEXTS), "report": st.lists(TEXTS, max_size=2), "oversubscribe": st.booleans()}
VARIABLES = ("RAY_ADDRESS", "PYTEST_ADDOPTS", "CUDA_VISIBLE_DEVICES", "GITHUB_STEP_SUMMARY", "RAY_AUTH_MODE")
ITEMS = st.text(max_size=20).map("range({})".format) | st.text(max_size=20).map("[{}]".format)


@pytest.fixture
def config(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.Config]:
    pytester.makeconftest(CONFTEST)
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    yield pytester.parseconfig()
    for variable in VARIABLES:
        os.environ.pop(variable, None)


@settings(max_examples=1500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.dictionaries(st.sampled_from(sorted(VALUES)), st.data(), min_size=1, max_size=4),
    environment=st.dictionaries(
        st.sampled_from(VARIABLES), st.sampled_from([text for text in ODD if "\0" not in text])
    ),
)
def test_options_are_settings_or_one_sentence(
    config: pytest.Config, asked: dict[str, Any], environment: dict[str, str]
) -> None:
    before = vars(config.option).copy()
    for variable in VARIABLES:
        os.environ.pop(variable, None)
    os.environ.update(environment)
    for name, data in asked.items():
        setattr(config.option, name, data.draw(VALUES[name], name))
    try:
        assert isinstance(options.read(config), Settings)
    except pytest.UsageError as error:
        said = str(error)
        assert said.startswith("--")
        assert said.isprintable()
        assert len(said.split()) > 4
    finally:
        vars(config.option).clear()
        vars(config.option).update(before)


@settings(max_examples=500)
@given(st.sampled_from(ODD) | ITEMS)
def test_items_are_a_sequence_or_one_sentence(spec: str) -> None:
    try:
        found = items_of(spec, Path())
    except FunctionError as error:
        sentence = str(error)
    else:
        sentence = f"--items {len(found)}"
        assert 0 < len(found) <= 1_000_000
    assert sentence.startswith("--items ")
