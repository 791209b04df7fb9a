"""Webhooks: other systems are told when results are there, and when a video cannot be processed."""

from onwatch_catalog.webhooks.administration import Webhooks
from onwatch_catalog.webhooks.delivering import Delivering
from onwatch_catalog.webhooks.routes import add_webhooks
from onwatch_catalog.webhooks.sender import Sender
from onwatch_catalog.webhooks.store import WebhookStore

__all__ = ["Delivering", "Sender", "WebhookStore", "Webhooks", "add_webhooks"]
