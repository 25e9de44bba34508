"""Benchmarks: every number of ours beside what the machine itself does in the same run."""
