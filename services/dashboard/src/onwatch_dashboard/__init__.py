"""The dashboard: the browser page, and the service that serves it."""
