"""Measures how long it takes to count an hour of logged detections again."""
