"""Passes until every test has its verdict, or the budget is spent.

Owns which tests are in a pass, how many pairs they get, when verdicts are looked at, and the saved runs. Knows neither
workloads nor Ray: what is compared is any test that runs a round when it has the turn.
"""
