"""Experiments behind figures that docstrings and documents give. pytest doesn't collect them; each is a command:

    python -m benchmarks.experiments.coverage     does the speedup's interval hold a known truth in 95 % of runs?
    python -m benchmarks.experiments.stamp_cost   what do the stamps around a task cost?
    python -m benchmarks.experiments.hand_over    how long does Ray take to start a task and to return its result?
    python -m benchmarks.experiments.priority     what do Ray's workers lose at Ray's own priority?
    python -m benchmarks.experiments.patients     functions for the doctor: nobody tuned them, or each has one disease
    python -m benchmarks.experiments.turn_cost    what does it cost a side to take turns?
    python -m benchmarks.experiments.scale        how does a comparison scale with the number of tests?
    python -m benchmarks.experiments.foreign      other people's suites, compared as they are and made slower
    python -m benchmarks.experiments.evidence     whole comparisons, alike and changed in every known way
    python -m benchmarks.experiments.together     every kind of change at once: how often is each seen?
    python -m benchmarks.experiments.end_to_end   whole comparisons, alike and with one workload's task slower
    python -m benchmarks.experiments.injected     records passes with real slowdowns, which the next two read
    python -m benchmarks.experiments.power        what can comparisons see, and what would other rules say?
    python -m benchmarks.experiments.estimators   which estimate of a pass differs least from pass to pass?
    python -m benchmarks.experiments.allocator    what does glibc's allocator add to how much processes differ?
    python -m benchmarks.experiments.soak         does anything grow: processes, files, memory?

Run nothing else beside them.
"""
