"""The detections log: what the tracker saw in each picture, from which everything can be counted again."""

from onwatch_counting.log.boxes import CONFIDENCE_STEPS, RESOLUTION, LoggedBox, LoggedPicture
from onwatch_counting.log.packing import LogColumns, MalformedLog, pack, unpack, unpack_columns
from onwatch_counting.log.repacking import LogChunk, Repacker
from onwatch_counting.log.sightings import Sighting, SightingFinder

__all__ = [
    "CONFIDENCE_STEPS",
    "RESOLUTION",
    "LogChunk",
    "LogColumns",
    "LoggedBox",
    "LoggedPicture",
    "MalformedLog",
    "Repacker",
    "Sighting",
    "SightingFinder",
    "pack",
    "unpack",
    "unpack_columns",
]
