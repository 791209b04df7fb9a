"""What is counted in a video: its zones, gates and movements, and when it was recorded."""

from onwatch_catalog.site.missing_sites import MissingSites
from onwatch_catalog.site.recording import RecordingRules
from onwatch_catalog.site.routes import add_sites
from onwatch_catalog.site.sites import Sites

__all__ = ["MissingSites", "RecordingRules", "Sites", "add_sites"]
