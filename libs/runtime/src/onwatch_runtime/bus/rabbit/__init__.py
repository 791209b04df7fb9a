"""The bus on RabbitMQ, between processes. Its examination for `onwatch doctor` is in `doctor`."""

from onwatch_runtime.bus.rabbit.bus import RabbitBus
from onwatch_runtime.bus.rabbit.permissions import Part, permissions_of, topic_permissions_of
from onwatch_runtime.bus.rabbit.topology import Topology

__all__ = ["Part", "RabbitBus", "Topology", "permissions_of", "topic_permissions_of"]
