"""What is counted in a video: the rules of its zones, gates and movements, and when it was recorded."""

from onwatch_catalog.site.gates import GATES, with_gate, with_patched_gate, without_gate
from onwatch_catalog.site.missing_sites import MissingSites
from onwatch_catalog.site.movements import MOVEMENTS, with_movement, with_patched_movement, without_movement
from onwatch_catalog.site.recording import RecordingRules, with_patched_recording
from onwatch_catalog.site.site_file import file_of, with_copy, with_file
from onwatch_catalog.site.sites import Sites, note_of_change
from onwatch_catalog.site.zones import ZONES, with_patched_zone, with_zone, without_zone

__all__ = [
    "GATES",
    "MOVEMENTS",
    "ZONES",
    "MissingSites",
    "RecordingRules",
    "Sites",
    "file_of",
    "note_of_change",
    "with_copy",
    "with_file",
    "with_gate",
    "with_movement",
    "with_patched_gate",
    "with_patched_movement",
    "with_patched_recording",
    "with_patched_zone",
    "with_zone",
    "without_gate",
    "without_movement",
    "without_zone",
]
