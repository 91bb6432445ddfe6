"""Beyond this machine: how long tasks must be where one driver feeds many CPUs. A prediction, and said to be one.

Owns the model. Pure functions: runs nothing, reads no clock, knows neither pytest nor Ray.
"""


def shortest_task(share: float, cpus: int, cost_s: float, rate: float, computation: float) -> float | None:
    """The shortest task, in seconds that it takes alone, that keeps `share` of `cpus` CPUs busy from one driver.

    Three things bound n tasks of t seconds: side by side a task takes t / computation; a slot spends `cost_s` more on
    each; and the driver submits no more than `rate` a second. A round then takes
    max(n · (t / computation + cost) / cpus, n / rate), and its efficiency is

        min(t / (t / computation + cost), t · rate / cpus)

    The second term is the granularity of one slot, as Task Bench finds it (Slaughter et al., SC 2020, METG); the third
    the bound of any central scheduler, which can keep busy only as many CPUs as it submits tasks while one runs
    (Mashayekhi et al., "Execution Templates", USENIX ATC 2017). The first is the computation scaling of the POP model:
    without it 90 % were predicted at 13 ms where 29 to 46 ms were measured on two cores.

    Assumes: many tasks a slot, so that a round's start and end do not count; tasks of one length; small arguments and
    results; cost and computation are the same on every node; the driver has a core of its own. Leaves out: network
    latency, several drivers, tasks that submit tasks. Where driver and workers share cores, as on a small machine, the
    driver's work is in the cost per task.

    Args:
        share: efficiency asked for, above 0 and below 1.
        cpus: slots.
        cost_s: seconds that a slot spends on a task besides running it.
        rate: tasks a second that the driver submits and collects, by the CPU time that it spends on them.
        computation: what a task takes alone, as a share of what it takes with all slots busy.

    Returns:
        None where no length reaches the share, since tasks lose more than the rest to each other.
    """
    if share >= computation:
        return None
    return max(cost_s * share / (1 - share / computation), share * cpus / rate)
