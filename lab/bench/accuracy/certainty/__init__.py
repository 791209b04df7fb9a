"""Fits how sure a count is, and checks its intervals: `python -m bench.accuracy.certainty`."""
