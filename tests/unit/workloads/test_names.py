"""What is a workload, and what beside one is not."""

import importlib
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import workloads
from workloads import Workload, WorkloadError

RECORD = """
from workloads import SIZES, Workload
WORKLOAD = Workload(
    task=abs, items=lambda size, tasks: [1], check=lambda items, results: "", sizes={size: {} for size in SIZES}
)
"""


def test_every_module_is_one_but_helpers_and_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("blur.py", "_helper.py", "notes.txt", "pictures/__init__.py", "pictures/inner.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    monkeypatch.setattr(workloads, "__path__", [str(tmp_path)])
    assert workloads.names() == ["blur"]
    for other in ("pictures", "_helper", "notes"):
        with pytest.raises(WorkloadError, match=f"no workload '{other}'; there are: blur"):
            workloads.load(other)


def test_the_photographs_are_none() -> None:
    assert (Path(workloads.__file__).parent / "photos" / "__init__.py").exists()
    assert workloads.names() == ["fibonacci", "image_processing", "monte_carlo_pi"]


FILE_NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("two\nlines", "1 / 0")
@example("class", RECORD)
@example("test [x]", RECORD)
@example("\x1b[31m", "")
@given(FILE_NAMES, st.sampled_from([RECORD, "", "1 / 0", "(", "WORKLOAD = 3"]))
def test_whatever_its_file_is_called_a_workload_is_loaded_or_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    for left in tmp_path.glob("*.py"):
        left.unlink()
    (tmp_path / f"{name}.py").write_text(text)
    with monkeypatch.context() as patched:
        patched.setattr(workloads, "__path__", [str(tmp_path)])
        importlib.invalidate_caches()
        try:
            assert isinstance(workloads.load(name), Workload)
        except WorkloadError as error:
            said = str(error)
            assert said.isprintable()
            assert said.startswith(("workloads/", "no workload "))
        finally:
            sys.modules.pop(f"workloads.{name}", None)
