"""Ways to run a workload's items: serial, on Ray, in a process pool.

Owns workers, warm-up, stamps and Ray's life. Decides neither how many rounds run nor what they are compared with.
"""
