"""Takes demand into slots, and claims, processes and commits a run in each."""

from onwatch_detector.work.clients import HttpRuns, HttpVideos
from onwatch_detector.work.pipeline import Pipeline
from onwatch_detector.work.selection import Intervals
from onwatch_detector.work.worker import Worker

__all__ = ["HttpRuns", "HttpVideos", "Intervals", "Pipeline", "Worker"]
