"""Runs the gateway as a process of its own: `python -m onwatch_gateway`."""

from onwatch_gateway.service import build, warn_if_open
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.bus import Bus
from onwatch_runtime.process import Service, main


def _build(settings: GatewaySettings, bus: Bus) -> Service:
    warn_if_open(settings)
    return build(settings, bus=bus)


if __name__ == "__main__":
    main("gateway", GatewaySettings, _build)
