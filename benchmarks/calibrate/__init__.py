"""`python -m benchmarks.calibrate`: what comparisons on this machine can see, from recorded passes.

Owns the command, the recording's file and the simulation of whole runs. How a pass runs and how a verdict is found is
the harness's: nothing of it is written again here.
"""
