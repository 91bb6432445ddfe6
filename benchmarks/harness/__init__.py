"""How workloads are timed, compared and reported: a room for each job, arrows one way (`docs/architecture.md`).

Beside the rooms stand what all of them may use: `settings`, `tree`, `same`, `text`, `machine`, `cgroups`.
"""
