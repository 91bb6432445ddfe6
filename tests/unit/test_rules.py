"""Other tools' rules get whole rounds."""

from benchmarks.experiments.rules import whole
from benchmarks.harness.estimators.pairs import Pair


def test_pieces_become_the_rounds_that_another_tool_would_have_timed() -> None:
    pairs = [Pair(1.0, 2.0, True, 0), Pair(3.0, 4.0, False, 1), Pair(1.0, 1.0, False, 0), Pair(5.0, 6.0, True, 1)]
    assert whole(pairs) == [Pair(4.0, 6.0, True), Pair(6.0, 7.0, False)]
    assert whole(pairs[1:]) == [Pair(6.0, 7.0, False)]  # the first one's first piece was invalid
    assert whole([pair._replace(piece=0) for pair in pairs]) == [pair._replace(piece=0) for pair in pairs]
