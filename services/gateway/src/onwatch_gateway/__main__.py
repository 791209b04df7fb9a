"""Runs the gateway as a process of its own: `python -m onwatch_gateway`."""

from onwatch_gateway.service import build
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.process import main

if __name__ == "__main__":
    main("gateway", GatewaySettings, lambda settings, bus: build(settings, bus=bus))
