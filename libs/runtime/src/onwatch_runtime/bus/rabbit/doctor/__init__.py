"""Examines RabbitMQ for `onwatch doctor`: dead letters, and queues that no service uses."""

from onwatch_runtime.bus.rabbit.addresses import virtual_host_of
from onwatch_runtime.bus.rabbit.doctor.dead_letters import DeadLetter, DeadLetters
from onwatch_runtime.bus.rabbit.doctor.examination import RabbitDoctor, rabbit_doctor
from onwatch_runtime.bus.rabbit.doctor.unknown_queues import ListQueues, QueueInfo

__all__ = ["DeadLetter", "DeadLetters", "ListQueues", "QueueInfo", "RabbitDoctor", "rabbit_doctor", "virtual_host_of"]
