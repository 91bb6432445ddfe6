"""Pytest's end: options, the fixture, the hooks' work, and where results go.

Owns everything that knows pytest's configuration. Times nothing, computes no statistics and words no result.
"""
