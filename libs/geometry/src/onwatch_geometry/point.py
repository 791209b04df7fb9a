"""The point type shared by all members."""

Point = tuple[float, float]
"""Across and down, as fractions of the picture's width and height from its top left corner."""
