"""What is written and read: `extra_info`, `machine_info`, baselines, and a comparison's outcome.

Owns each record's one definition. Computes no statistics and words nothing.
"""
