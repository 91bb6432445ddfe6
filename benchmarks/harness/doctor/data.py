"""What a round loses to its data: serialising items and results, and the object store.

Owns that account. Times it alone and once, with the very items and results.
"""

from collections.abc import Sequence
from typing import Any

from benchmarks.harness.records.doctor import DataLoss
from benchmarks.harness.runners.ray_tasks import Ray


def losses(ray: Ray, items: Sequence[Any], results: Sequence[Any], round_s: float) -> list[DataLoss]:
    """Items on their way out, what was put into the store, results on their way back.

    Args:
        ray: a variant that has been prepared with `items`.
        items, results: of a round.
        round_s: what a round takes; shares are of it.
    """
    inline, out_s = ray.weigh_items(items)
    back, back_s = ray.weigh(results)
    found = [
        DataLoss(
            what="items, serialised with each task", bytes=inline, seconds=out_s, share=out_s / round_s, once=False
        ),
        DataLoss(
            what="results, serialised and fetched", bytes=back, seconds=back_s, share=back_s / round_s, once=False
        ),
    ]
    if ray.put_bytes:
        what = "items, put into the object store"
        share = ray.put_s / round_s
        found.append(DataLoss(what=what, bytes=ray.put_bytes, seconds=ray.put_s, share=share, once=True))
    return found
