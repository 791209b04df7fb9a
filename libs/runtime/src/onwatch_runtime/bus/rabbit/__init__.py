"""The bus on RabbitMQ, between processes, and the examination of its dead letters and queues."""

from onwatch_runtime.bus.rabbit.bus import RabbitBus
from onwatch_runtime.bus.rabbit.dead_letters import ListQueues, QueueInfo, RabbitDoctor, rabbit_doctor

__all__ = ["ListQueues", "QueueInfo", "RabbitBus", "RabbitDoctor", "rabbit_doctor"]
