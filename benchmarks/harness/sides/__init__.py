"""Two sessions in turns: base and head, each a process of its own, and what they say to each other.

Owns trees, interpreters, processes, the turn protocol and one pass. How many passes there are, and what their pairs
mean, is decided elsewhere.
"""
