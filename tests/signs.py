"""What sentences of a diagnosis are known by."""

SIGNS = {
    "too short": "to dispatch",
    "uneven": "the longest task takes",
    "not shared out": "equal tasks come to the busiest",
    "too few": "of them idle",
    "cores shared": "cores are shared",
    "memory shared": "memory, caches",
    "results": "to travelling",
    "cold": "cold workers",
}
"""What the sentence about a disease says, and no other does."""
