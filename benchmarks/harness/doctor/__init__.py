"""The doctor: the user's own function as a workload, and what would make it faster on Ray, measured.

Owns loading the function, what is tried, and the record of it. How items run is the runners' matter, words are
reporting's.
"""
