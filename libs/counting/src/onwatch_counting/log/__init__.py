"""The detections log: what the tracker saw in each picture, from which everything can be counted again."""

from onwatch_counting.log.boxes import CONFIDENCE_STEPS, RESOLUTION, LoggedBox, LoggedPicture

__all__ = ["CONFIDENCE_STEPS", "RESOLUTION", "LoggedBox", "LoggedPicture"]
