"""What is a workload, and what beside one is not."""

from pathlib import Path

import pytest

import workloads
from workloads import WorkloadError


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
