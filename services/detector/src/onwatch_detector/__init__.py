"""The detector: takes demand, claims a run, decodes, detects, tracks and counts."""
