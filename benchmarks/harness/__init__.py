"""The parts of a measurement. Data goes one way: workload → variant → measure → record → speedup → report."""
