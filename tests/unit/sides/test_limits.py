"""`@pytest.mark.compare(…)`: what it may say, as pytest has it, and the sentence for what it may not."""

import pytest

from benchmarks.harness.sides import limits
from benchmarks.harness.sides.limits import Asked

NEEDS = "takes tolerance=PERCENT, must_see=PERCENT or never=REASON"
SHARE = "must be a percentage from 0 to 100"


def item(pytester: pytest.Pytester, *decorators: str) -> pytest.Item:
    lines = "".join(f"@{decorator}\n" for decorator in decorators)
    return pytester.getitem(f"import pytest\n{lines}def test_func(): pass")


@pytest.fixture(autouse=True)
def ini(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmarkers =\n    compare: of comparisons\n")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("tolerance=5, must_see=10", Asked(0.05, 0.10)),
        ("tolerance=0", Asked(0.0, None)),
        ("must_see=7.5", Asked(None, 0.075)),
        ("never='it sends letters'", Asked(never="it sends letters")),
        ("", Asked()),
    ],
)
def test_what_a_marker_may_say(pytester: pytest.Pytester, said: str, asked: Asked) -> None:
    assert limits.of(item(pytester, f"pytest.mark.compare({said})")) == asked


def test_without_a_marker_nothing_is_asked(pytester: pytest.Pytester) -> None:
    assert limits.of(item(pytester)) == Asked()


def test_the_nearest_marker_counts(pytester: pytest.Pytester) -> None:
    """A test's own before its class's."""
    (one,) = pytester.getitems(
        "import pytest\n@pytest.mark.compare(tolerance=1)\nclass TestIt:\n"
        "    @pytest.mark.compare(tolerance=5)\n    def test_it(self): pass"
    )
    assert limits.of(one) == Asked(0.05)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("5", f"mark.compare(5) {NEEDS}"),
        ("tolerence=5", f"mark.compare(tolerence) {NEEDS}"),
        ("tolerance='5'", f"mark.compare(tolerance='5') {SHARE}"),
        ("tolerance=100", f"mark.compare(tolerance=100) {SHARE}"),
        ("tolerance=-1", f"mark.compare(tolerance=-1) {SHARE}"),
        ("must_see=float('nan')", f"mark.compare(must_see=nan) {SHARE}"),
        ("must_see=True", f"mark.compare(must_see=True) {SHARE}"),
        (
            "tolerance=5, must_see=5",
            "mark.compare(must_see=5) must be more than the tolerance of 5 %, or no slowdown could be told from an "
            "accepted one",
        ),
    ],
)
def test_what_makes_no_sense_is_a_sentence_that_names_the_test(
    pytester: pytest.Pytester, said: str, sentence: str
) -> None:
    with pytest.raises(pytest.UsageError) as caught:
        limits.of(item(pytester, f"pytest.mark.compare({said})"))
    assert str(caught.value).partition("::")[2] == f"test_func: {sentence}"
