"""Counts real junctions whose vehicles are annotated in every picture: `python -m bench.accuracy.real`."""
