"""The HTTP API of what is counted in a video."""

from onwatch_catalog.site_api.gate_routes import add_gate_routes
from onwatch_catalog.site_api.movement_routes import add_movement_routes
from onwatch_catalog.site_api.site_routes import add_site_routes
from onwatch_catalog.site_api.zone_routes import add_zone_routes

__all__ = ["add_gate_routes", "add_movement_routes", "add_site_routes", "add_zone_routes"]
