"""What happens to a video after its upload: reads, edits, status changes and deletion."""

from onwatch_catalog.videos.calibration import calibration_flaw
from onwatch_catalog.videos.clock_files import ClockFiles
from onwatch_catalog.videos.editing import checked_name, name_from_file, printable
from onwatch_catalog.videos.library import VideoLibrary
from onwatch_catalog.videos.pending_deletions import DeletionSweep, PendingDeletions
from onwatch_catalog.videos.recorded_rate import parsed_rate
from onwatch_catalog.videos.status import (
    after_failed,
    after_lease_missing,
    after_lost,
    after_paused,
    after_persisted,
    after_started,
)

__all__ = [
    "ClockFiles",
    "DeletionSweep",
    "PendingDeletions",
    "VideoLibrary",
    "after_failed",
    "after_lease_missing",
    "after_lost",
    "after_paused",
    "after_persisted",
    "after_started",
    "calibration_flaw",
    "checked_name",
    "name_from_file",
    "parsed_rate",
    "printable",
]
