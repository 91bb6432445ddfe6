"""How short a task may be until a parallel variant is no longer worth it.

Owns the task of a chosen length, the sweep over lengths, where efficiency crosses a share, and the prediction for more
CPUs. Knows nothing of the workloads.
"""
