"""The catalog's processes on one database: which of them live, which one leads, and what each is doing."""

from onwatch_catalog.processes.activities import Activities, Activity, State
from onwatch_catalog.processes.leading import WhileLeading
from onwatch_catalog.processes.membership import Processes

__all__ = ["Activities", "Activity", "Processes", "State", "WhileLeading"]
