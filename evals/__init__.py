"""Measures the agent through its public API; run it with `python -m evals`."""
