"""Connections to addresses that a list allows: of webhooks, and of downloads."""

from onwatch_catalog.network.connecting import Allowed, CheckedBackend, Resolve, Resolver, TargetRefused

__all__ = ["Allowed", "CheckedBackend", "Resolve", "Resolver", "TargetRefused"]
