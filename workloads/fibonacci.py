"""Fibonacci: build the list of the first n Fibonacci numbers. Big integers: time grows as n², so does memory."""

from collections.abc import Sequence

from workloads import CheckError, Workload

SIZES = {"small": {"n": 34_000}, "medium": {"n": 52_000}, "full": {"n": 200_000}}
WORD = 2**64


def task(n: int) -> tuple[int, int]:
    """Length of the list of the first `n` (at least 2) Fibonacci numbers, and its last number modulo 2**64."""
    numbers = [0, 1]
    for _ in range(n - 2):
        numbers.append(numbers[-1] + numbers[-2])
    return len(numbers), numbers[-1] % WORD


def items(size: str, tasks: int) -> list[int]:
    """The same `n` for every task."""
    return [SIZES[size]["n"]] * tasks


def fast_doubling(k: int) -> tuple[int, int]:
    """F(k) and F(k + 1) modulo 2**64, from F(2m) = F(m) (2 F(m+1) − F(m)) and F(2m+1) = F(m)² + F(m+1)²."""
    if k == 0:
        return 0, 1
    a, b = fast_doubling(k // 2)
    even, odd = a * (2 * b - a) % WORD, (a * a + b * b) % WORD
    return (odd, (even + odd) % WORD) if k % 2 else (even, odd)


def check(items: Sequence[int], results: Sequence[tuple[int, int]]) -> str:
    """Hold every result against fast doubling, which never builds the list."""
    for index, (n, result) in enumerate(zip(items, results, strict=True)):
        truth = (n, fast_doubling(n - 1)[0])
        if result != truth:
            raise CheckError(f"fibonacci, item {index} (n = {n}): task returned {result}, fast doubling {truth}")
    return f"F({items[0] - 1}) mod 2⁶⁴ = {results[0][1]}"


WORKLOAD = Workload(
    task=task,
    items=items,
    check=check,
    sizes=SIZES,
    memory={"full": 1_900_000_000},  # 1.85 GB measured at n = 200 000, and what Python itself needs
)
