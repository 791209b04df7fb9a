"""The bus within one process."""

from onwatch_runtime.bus.memory.bus import DeadLettered, MemoryBus

__all__ = ["DeadLettered", "MemoryBus"]
