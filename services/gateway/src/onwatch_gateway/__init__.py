"""The gateway: the WebSocket channel, and the one public door to the other services."""
