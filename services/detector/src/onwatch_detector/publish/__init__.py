"""Publishes the frames of a run to its viewers, at the pace of the video, and how many runs the worker may hold."""

from onwatch_detector.publish.frame_publisher import Audience, FramePublisher
from onwatch_detector.publish.slots import SlotsAnnouncer

__all__ = ["Audience", "FramePublisher", "SlotsAnnouncer"]
