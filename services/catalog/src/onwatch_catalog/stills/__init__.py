"""Pictures of videos at any moment: whole, or the part with a vehicle."""

from onwatch_catalog.stills.routes import add_still_routes
from onwatch_catalog.stills.stills import MakesStills, Stills

__all__ = ["MakesStills", "Stills", "add_still_routes"]
