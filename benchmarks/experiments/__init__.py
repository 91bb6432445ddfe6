"""Experiments behind figures that docstrings and documents give. pytest doesn't collect them; each is a command:

    python -m benchmarks.experiments.coverage     does the speedup's interval hold a known truth in 95 % of runs?
    python -m benchmarks.experiments.stamp_cost   what do the stamps around a task cost?
    python -m benchmarks.experiments.hand_over    how long does Ray take to start a task and to return its result?

Run nothing else beside them.
"""
