"""Measures the control plane with more and more demanded videos."""
