"""From times to figures.

Owns every estimator and interval of speedups and comparisons. Pure functions: run nothing, read no clock, import
nothing of ours outside this room.
"""
