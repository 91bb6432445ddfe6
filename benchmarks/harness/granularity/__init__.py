"""How short a task may be before a parallel variant stops paying.

Owns the task of a chosen length, the sweep over lengths, where efficiency crosses a share, and the prediction for more
CPUs. Knows nothing of the workloads.
"""
