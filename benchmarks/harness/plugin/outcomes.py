"""A session in which nothing was measured is no success.

Owns why tests were skipped and what follows from it. Imports nothing heavy: every session asks.
"""

import pytest

SKIPPED = pytest.StashKey[list[str]]()
"""Why tests were skipped, a sentence each."""


def skip(config: pytest.Config, reason: str) -> None:
    """Skip the test that runs, and remember why."""
    config.stash.setdefault(SKIPPED, []).append(reason)
    pytest.skip(reason)


def nothing_measured(config: pytest.Config) -> list[str]:
    """The reasons, if all that this session had to measure was skipped; else empty."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or reporter.stats.get("passed"):
        return []
    reasons: list[str] = config.stash.setdefault(SKIPPED, [])
    return list(dict.fromkeys(reasons))
