"""What is printed of the break-even test: measured lengths, and a prediction only where its model holds here."""

from typing import Any

import pytest

from benchmarks.harness.records.benchmark import Crossing, Sweep, Swept
from benchmarks.harness.reporting.granularity_lines import holds, lines

LENGTHS = [0.0001, 0.001, 0.01, 0.1]


def crossing(share: float, length_s: float | None, low: float | None, high: float | None) -> Crossing:
    return Crossing(share=share, length_s=length_s, low=low, high=high)


@pytest.mark.parametrize(
    ("measured", "predicted", "held"),
    [
        (crossing(0.5, 0.002, 0.001, 0.004), 0.001, True),
        (crossing(0.5, 0.002, 0.001, 0.004), 0.004, True),
        (crossing(0.5, 0.002, 0.001, 0.004), 0.0009, False),
        (crossing(0.5, 0.002, 0.001, 0.004), 0.0041, False),
        (crossing(0.5, 0.0001, None, 0.0001), 0.00002, True),  # reached by the shortest one: no lower end
        (crossing(0.5, 0.0001, None, 0.0001), 0.0002, False),
        (crossing(0.9, 0.08, 0.05, None), 5.0, True),  # no upper end
        (crossing(0.9, 0.08, 0.05, None), 0.04, False),
        (crossing(0.9, None, 0.1, None), 0.3, True),  # never reached: beyond the longest one
        (crossing(0.9, None, 0.1, None), 0.09, False),
        (crossing(0.9, None, None, None), 0.3, True),
        (crossing(0.9, None, None, None), 0.09, False),
        (crossing(0.9, None, 0.1, None), None, True),  # no length will do, and none did
        (crossing(0.9, 0.08, 0.05, None), None, True),
        (crossing(0.9, 0.02, 0.01, 0.03), None, False),  # no length will do, says the model, and one did
    ],
)
def test_a_prediction_holds_where_it_lies_inside_what_was_measured(
    measured: Crossing, predicted: float | None, held: bool
) -> None:
    assert holds(measured, predicted, LENGTHS) == held


def swept(cpus: int, *metg: Crossing) -> Swept:
    return {
        "cpus": cpus,
        "blocks": 20,
        "lengths_s": LENGTHS,
        "efficiencies": [0.1, 0.4, 0.8, 0.873],
        "metg": list(metg),
        "cost_s": 0.00034,
        "rate": 2345.6,
        "computation": 0.95,
    }


def sweep(granularity: list[Swept], predicted: dict[int, list[float | None]]) -> list[Sweep]:
    info: dict[str, Any] = {
        "variant": "ray",
        "verified": True,
        "cold_start_s": 0.1,
        "invalid_pairs": 0,
        "granularity": granularity,
        "predicted": [{"cpus": cpus, "lengths_s": lengths} for cpus, lengths in predicted.items()],
    }
    stats = {"median": 1.0, "q1": 1.0, "q3": 1.0, "rounds": 20}
    return [{"name": "g", "fullname": "g", "group": "granularity", "stats": stats, "extra_info": info}]


BOTH = [
    swept(2, crossing(0.5, 0.002, 0.001, 0.004), crossing(0.9, 0.03, 0.02, None)),
    swept(1, crossing(0.5, 0.001, None, 0.002), crossing(0.9, 0.01, 0.005, 0.02)),
]


def test_where_its_model_holds_more_cpus_are_predicted() -> None:
    predicted = {1: [0.001, 0.01], 2: [0.002, 0.03], 16: [0.0045, 0.068], 1000: [0.21, None]}
    assert lines(sweep(BOTH, predicted)) == [
        "granularity-ray: tasks that keep 2 CPUs busy: "
        "50 % at 2.00 ms [1.00 ms, 4.00 ms], 90 % at 30.0 ms [20.0 ms, > 100 ms]",
        "  predicted for 50 % and 90 % from 340 µs a task, 2346 tasks a second from one driver and tasks that take "
        "1.05 times as long side by side: 16 CPUs 4.50 ms and 68.0 ms; 1000 CPUs 210 ms and no length",
    ]


def test_where_it_does_not_nothing_is_predicted_and_one_line_says_why() -> None:
    predicted = {1: [0.001, 0.003], 2: [0.002, 0.03], 16: [0.0045, 0.068], 1000: [0.21, 2.9]}
    _, said = lines(sweep(BOTH, predicted))
    assert said == (
        "  no prediction for more CPUs: for 90 % of 1 CPU its model says 3.00 ms, measured is "
        "10.0 ms [5.00 ms, 20.0 ms]"
    )


def test_what_lies_outside_of_the_lengths_that_were_run_is_said_to() -> None:
    whole = swept(2, crossing(0.5, 0.0001, None, 0.0001), crossing(0.9, None, 0.1, None))
    first, second = lines(sweep([whole], {2: [0.0003, None]}))
    assert first.endswith(": 50 % at below 100 µs, 90 % at not reached up to 100 ms (87 % at best)")
    assert second == (
        "  no prediction for more CPUs: for 50 % of 2 CPUs its model says 300 µs, measured is below 100 µs"
    )


def test_without_a_sweep_there_is_nothing_to_say() -> None:
    assert lines([]) == []
