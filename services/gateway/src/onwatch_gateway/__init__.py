"""The gateway: the WebSocket channel and the public HTTP entry point."""
