"""Geometry of points, boxes, lines and polygons on a picture. No I/O, no dependencies."""

from onwatch_geometry.area import Area
from onwatch_geometry.box import Box, intersection_over_union, middle, size
from onwatch_geometry.point import Point
from onwatch_geometry.polygon import is_convex, polygon_flaw
from onwatch_geometry.polyline import polyline_flaw

__all__ = [
    "Area",
    "Box",
    "Point",
    "intersection_over_union",
    "is_convex",
    "middle",
    "polygon_flaw",
    "polyline_flaw",
    "size",
]
