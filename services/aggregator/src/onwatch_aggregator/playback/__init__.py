"""Answers what is drawn over a recording: the log of detections by parts, and where each visit is seen."""

from onwatch_aggregator.playback.log_store import LogStore, SqlLogStore
from onwatch_aggregator.playback.queries import Playback
from onwatch_aggregator.playback.routes import add_playback_routes

__all__ = ["LogStore", "Playback", "SqlLogStore", "add_playback_routes"]
