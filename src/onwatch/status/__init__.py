"""`onwatch status`: the whole system at a glance."""

from onwatch.status.command import status

__all__ = ["status"]
