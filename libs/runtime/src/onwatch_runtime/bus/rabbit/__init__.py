"""The bus on RabbitMQ, between processes. Its examination for `onwatch doctor` is in `doctor`."""

from onwatch_runtime.bus.rabbit.bus import RabbitBus

__all__ = ["RabbitBus"]
