"""The user's own function, `--task package.module:function --items …`: is Ray worth it for it, and what would help?

Runs only where `--task` is given, and then alone.
"""

from collections.abc import Callable

import pytest

from benchmarks.harness.plugin import doctor, options


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    patient = metafunc.config.stash[doctor.KEY]
    variants = metafunc.config.stash[options.KEY].variants
    metafunc.parametrize(("function", "variant"), [(patient.name, variant) for variant in variants])


def test_doctor(examine: Callable[..., None], function: str, variant: str) -> None:  # noqa: ARG001 — it is in the id
    """Is Ray worth it for this function, here?"""
    examine(variant)
