"""Which frames viewers get: what each can show, what a video's viewers ask for together, and the choice for each."""

from onwatch_gateway.frames.ledger import FrameLedger
from onwatch_gateway.frames.picture_group import PictureGroup, Place
from onwatch_gateway.frames.publisher import FramesPublisher
from onwatch_gateway.frames.screen import Screen

__all__ = ["FrameLedger", "FramesPublisher", "PictureGroup", "Place", "Screen"]
