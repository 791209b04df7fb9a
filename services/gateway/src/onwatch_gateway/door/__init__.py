"""What every request passes first: its host and sender are checked and limited, and every answer is secured."""

from onwatch_gateway.door.door import Door
from onwatch_gateway.door.errors import DOOR_ERRORS
from onwatch_gateway.door.hosts import hosts_of
from onwatch_gateway.door.limits import ClientLimits
from onwatch_gateway.door.proxies import TrustedProxies

__all__ = ["DOOR_ERRORS", "ClientLimits", "Door", "TrustedProxies", "hosts_of"]
