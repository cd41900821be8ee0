"""Measurements of the numbers that this project holds itself to: `python -m benchmarks`, results in `results/`."""
