"""One test's measurement: from a workload's name to its record.

Owns getting ready, the order of rounds, their comparison and validity, and the account. How items run is the runners'
matter, which tests there are the plugin's, words are reporting's.
"""
