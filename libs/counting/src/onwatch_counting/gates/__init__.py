"""Crossings of a gate by one vehicle: where its path meets the line, and when a meeting is a crossing."""

from onwatch_counting.gates.line import GRID, GateLine, GridPoint, Meeting, on_grid
from onwatch_counting.gates.passage import GateCrossing, Passage, Sighting
from onwatch_counting.gates.rules import GateRules

__all__ = ["GRID", "GateCrossing", "GateLine", "GateRules", "GridPoint", "Meeting", "Passage", "Sighting", "on_grid"]
