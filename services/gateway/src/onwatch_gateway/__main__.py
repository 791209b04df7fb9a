"""`python -m onwatch_gateway`: the service as a process of its own."""

from onwatch_gateway.service import build
from onwatch_gateway.settings import GatewaySettings
from onwatch_runtime.process.main import main

if __name__ == "__main__":
    main("gateway", GatewaySettings, lambda settings, bus: build(settings, bus=bus))
