"""The state of the whole system, for administrators."""

from onwatch_gateway.status.api import STATUS_PATH, status_api
from onwatch_gateway.status.asking import SystemAsking

__all__ = ["STATUS_PATH", "SystemAsking", "status_api"]
