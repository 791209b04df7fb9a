"""Rules of polygons on a picture: which are valid, and what is inside. No I/O, no dependencies."""

from onwatch_geometry.area import Area
from onwatch_geometry.point import Point
from onwatch_geometry.polygon import is_convex, polygon_flaw

__all__ = ["Area", "Point", "is_convex", "polygon_flaw"]
