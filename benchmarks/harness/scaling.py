"""Beyond this machine: how long tasks must be where one driver feeds many CPUs. A prediction, and said to be one.

Owns the model. Pure functions: runs nothing, reads no clock, knows neither pytest nor Ray.
"""


def shortest_task(share: float, cpus: int, cost_s: float, rate: float) -> float:
    """The shortest task that keeps `share` of `cpus` CPUs busy from one driver; seconds.

    Two things bound n tasks of t seconds: a slot spends t + cost on each, and the driver submits no more than `rate` a
    second. A round then takes max(n · (t + cost) / cpus, n / rate), and its efficiency is

        min(t / (t + cost), t · rate / cpus)

    The first is the granularity of one slot, as Task Bench finds it (Slaughter et al., SC 2020, METG); the second the
    bound of any central scheduler, which can keep busy only as many CPUs as it submits tasks while one runs
    (Mashayekhi et al., "Execution Templates", USENIX ATC 2017).

    Assumes: many tasks a slot, so that a round's start and end do not count; tasks of one length; small arguments and
    results; the cost per task is the same on every node; the driver has a core of its own. Leaves out: network
    latency, computation slowed by shared memory, several drivers, tasks that submit tasks. Where driver and workers
    share cores, as on a small machine, the driver's work is in the cost per task.

    Args:
        share: efficiency asked for, above 0 and below 1.
        cpus: slots.
        cost_s: seconds that a slot spends on a task besides running it.
        rate: tasks a second that the driver submits and collects, by the CPU time that it spends on them.
    """
    return max(cost_s * share / (1 - share), share * cpus / rate)
