"""The point that every rule here takes."""

Point = tuple[float, float]
"""Across and down, as fractions of the picture's width and height from its top left corner."""
