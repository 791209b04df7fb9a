"""The transactional outbox: messages stored together with a change and published to the bus afterwards."""

from onwatch_catalog.outbox.relay import Outbox, OutboxEntry, OutboxRelay

__all__ = ["Outbox", "OutboxEntry", "OutboxRelay"]
