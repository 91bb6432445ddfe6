"""How workloads are timed. Tests here are benchmarks; what they are made of is in `harness`."""
