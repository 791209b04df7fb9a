"""The message bus: its port, the envelope, the retry rule and how to connect. Adapters are in `memory` and `rabbit`."""

from onwatch_runtime.bus.codec import UnknownMessage, decode, encode, kind_of
from onwatch_runtime.bus.port import (
    ALL_VIDEOS,
    Bus,
    BusUnavailable,
    Consumer,
    FrameConsumer,
    FrameHandler,
    Handler,
    PrivateQueue,
    SharedQueue,
)
from onwatch_runtime.bus.publisher import Publisher
from onwatch_runtime.bus.retry import Reject, Unavailable

__all__ = [
    "ALL_VIDEOS",
    "Bus",
    "BusUnavailable",
    "Consumer",
    "FrameConsumer",
    "FrameHandler",
    "Handler",
    "PrivateQueue",
    "Publisher",
    "Reject",
    "SharedQueue",
    "Unavailable",
    "UnknownMessage",
    "decode",
    "encode",
    "kind_of",
]
