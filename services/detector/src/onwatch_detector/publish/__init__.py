"""Publishes the frames of a run to its viewers, at the pace of the video."""

from onwatch_detector.publish.frame_publisher import Audience, FramePublisher

__all__ = ["Audience", "FramePublisher"]
