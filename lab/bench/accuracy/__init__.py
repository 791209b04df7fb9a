"""Accuracy benchmark: clips with exact truth, counted by Onwatch and by plain pipelines."""
