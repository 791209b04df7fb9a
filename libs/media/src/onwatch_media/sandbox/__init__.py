"""Processes that read untrusted files: what they give up, and how they are started and ended."""

from onwatch_media.sandbox.channel import Channel, ChannelClosed, Stalled
from onwatch_media.sandbox.environment import clean_environment
from onwatch_media.sandbox.resources import MIB, is_short_of_memory, limit_resources
from onwatch_media.sandbox.rights import give_up_rights, missing_protection
from onwatch_media.sandbox.shared_pictures import SharedPictures, WrittenPictures
from onwatch_media.sandbox.starter import NotStarted, ProcessStarter, StartedProcess

__all__ = [
    "MIB",
    "Channel",
    "ChannelClosed",
    "NotStarted",
    "ProcessStarter",
    "SharedPictures",
    "Stalled",
    "StartedProcess",
    "WrittenPictures",
    "clean_environment",
    "give_up_rights",
    "is_short_of_memory",
    "limit_resources",
    "missing_protection",
]
