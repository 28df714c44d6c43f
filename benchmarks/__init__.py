"""Benchmarks: how fast a month runs, and how that compares with one plain agent per person.

Everything is measured in one run on one machine, so that ratios mean something elsewhere. Nothing
here is part of the model, and nothing here is tested for speed: `python -m benchmarks`.
"""
