"""Parses a region of interest given on the command line."""

from __future__ import annotations

Points = tuple[tuple[float, float], ...]


def parse_roi(text: str) -> Points:
    """`"x,y x,y x,y ..."`, fractions of the frame; the `ValueError` names the malformed point."""
    points = []
    for place, word in enumerate(text.split(), start=1):
        parts = word.split(",")
        try:
            x, y = (float(part) for part in parts)
        except ValueError:
            raise ValueError(f'point {place} is "{word}"; expected x,y with numbers from 0 to 1') from None
        points.append((x, y))
    return tuple(points)
