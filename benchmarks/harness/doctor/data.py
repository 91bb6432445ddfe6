"""What a round loses to its data: serialising items and results, and the object store.

Owns that account. Times it alone and once, with the very items and results.
"""

import pickle
import time
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
    inline, out_s = _items(ray, items)
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


def _items(ray: Ray, items: Sequence[Any]) -> tuple[int, float]:
    """Bytes that travel with tasks in each round, and seconds: packed by the driver, unpacked by all slots at once."""
    start = time.perf_counter()
    packed = [ray.pack(item) for item in items]
    packing = time.perf_counter() - start
    small = [each for each in packed if len(each) <= ray.INLINE_BYTES]
    if not small:
        return 0, 0.0
    start = time.perf_counter()
    for each in packed:
        pickle.loads(each)  # noqa: S301 — packed above
    unpacking = time.perf_counter() - start
    part = len(small) / len(packed)
    return sum(map(len, small)), part * packing + unpacking / ray.slots
