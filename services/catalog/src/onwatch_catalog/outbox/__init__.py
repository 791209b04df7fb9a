"""The transactional outbox: messages stored together with a change and published to the bus afterwards."""

from onwatch_catalog.outbox.relay import OutboxEntry, OutboxRelay

__all__ = ["OutboxEntry", "OutboxRelay"]
