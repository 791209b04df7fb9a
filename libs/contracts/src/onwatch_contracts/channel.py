"""The WebSocket channel `/ws`: JSON text frames both ways, binary frames of video to the viewer."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from onwatch_contracts.frame_formats import Codec, Fps
from onwatch_contracts.site import ItemId, SiteCounts
from onwatch_contracts.values import Coordinate, Count, Coverage, RunId, Seconds, Totals, Value, VehicleType, VideoId

# --- from the viewer -----------------------------------------------------------------------------


class Subscribe(Value):
    """Subscribe to a video; replaces the connection's earlier subscription, if any."""

    type: Literal["subscribe"] = "subscribe"
    video_id: VideoId


class Unsubscribe(Value):
    type: Literal["unsubscribe"] = "unsubscribe"
    video_id: VideoId


class Start(Value):
    """The viewer requests that the subscribed video is processed."""

    type: Literal["start"] = "start"
    video_id: VideoId


class Stop(Value):
    """The viewer ends that request, but stays subscribed."""

    type: Literal["stop"] = "stop"
    video_id: VideoId


class Frames(Value):
    """Which frames of the subscribed video the viewer can show; others are not sent where the detector makes these.

    Replaces what the viewer said before. Ignored without a subscription to the video, at whose beginning all frames
    are sent. An earlier release answers with an error `unknown_type` without a video, and sends all frames.
    """

    type: Literal["frames"] = "frames"
    video_id: VideoId
    largest_side: Annotated[int, Field(ge=1, le=16384)] | None = None
    """Of the place of the picture, in pixels of the screen; null: the picture is shown in any size."""
    max_fps: Fps | None = None
    """Null: all frames are shown. Of a video codec as many are sent as the viewer that shows most asks for."""
    codecs: Annotated[tuple[Codec, ...], Field(max_length=8)] = ()
    """Video codecs that the viewer decodes, the preferred one first. Without one that the server has: JPEG."""


ClientMessage = Annotated[Subscribe | Unsubscribe | Start | Stop | Frames, Field(discriminator="type")]
CLIENT_MESSAGE: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)

# --- to the viewer -------------------------------------------------------------------------------


class Subscribed(Value):
    type: Literal["subscribed"] = "subscribed"
    video_id: VideoId


class Unsubscribed(Value):
    type: Literal["unsubscribed"] = "unsubscribed"
    video_id: VideoId


class State(Value):
    """What the detector does with the video; `reason` is text for people."""

    type: Literal["state"] = "state"
    video_id: VideoId
    state: Literal["starting", "streaming", "paused", "finished", "failed", "deleted"]
    reason: str | None = None


class Metrics(Value):
    """The live numbers after a committed batch."""

    type: Literal["metrics"] = "metrics"
    video_id: VideoId
    run_id: RunId
    batch_no: Annotated[int, Field(ge=1)]
    totals: Totals
    coverage: Coverage


class Counts(Value):
    """The live numbers of zones and gates after a committed batch; sent if there are any."""

    type: Literal["counts"] = "counts"
    video_id: VideoId
    run_id: RunId
    batch_no: Annotated[int, Field(ge=1)]
    counts: SiteCounts


class Recount(Value):
    """The finished run of the video is counted again, or the results of its zones and gates are other ones now."""

    type: Literal["recount"] = "recount"
    video_id: VideoId
    run_id: RunId
    revision: Count
    """Of the site."""
    state: Literal["requested", "finished"]


class Alerted(Value):
    """A rule of the video raised an alert, or an alert is over. The list of alerts has all of it."""

    type: Literal["alert"] = "alert"
    video_id: VideoId
    alert_id: ItemId
    change: Literal["raised", "cleared"]
    rule_name: str
    place_name: str | None
    """Of the zone or gate; null: the whole picture."""
    raised_at_s: Seconds


class Error(Value):
    """A request failed; the connection stays open."""

    type: Literal["error"] = "error"
    code: Literal["malformed", "unknown_type", "not_subscribed", "video_not_found", "unavailable"]
    message: str
    video_id: str | None = None


class Refused(Value):
    """The sender's role may not send that message; the connection stays open."""

    type: Literal["refused"] = "refused"
    message: str
    video_id: VideoId


ServerMessage = Annotated[
    Subscribed | Unsubscribed | State | Metrics | Counts | Recount | Alerted | Error | Refused,
    Field(discriminator="type"),
]
SERVER_MESSAGE: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)

# --- frames --------------------------------------------------------------------------------------

HEADER_LENGTH_BYTES = 4
MAX_HEADER_BYTES = 1 << 20


class FrameBox(Value):
    """A tracked vehicle in a frame; its edges are fractions of the frame's width and height."""

    track_id: int
    vehicle_id: int | None = None
    """Its number in the table of vehicles, once it has entered."""
    vehicle_type: VehicleType
    confidence: float = Field(ge=0.0, le=1.0)
    left: Coordinate
    top: Coordinate
    right: Coordinate
    bottom: Coordinate
    inside: bool
    """Its anchor is in the region of interest."""


class FrameHeader(Value):
    """The JSON header before the JPEG in a binary frame."""

    video_id: VideoId
    run_id: RunId
    frame_number: Count
    timestamp_s: Seconds
    boxes: tuple[FrameBox, ...] = ()


class VideoFrameHeader(FrameHeader):
    """The JSON header before one frame of a video codec, which only viewers that ask for the codec get.

    A frame that is no key frame can be decoded after the one before it in the same stream alone.
    """

    codec: Codec
    stream_id: RunId
    """Of one encoder: another stream begins with a key frame."""
    sequence: Count
    """In the stream, without gaps."""
    is_key: bool


class MalformedFrame(ValueError):
    """The bytes are not a frame; the text says why."""


def encode_frame(header: FrameHeader, picture: bytes) -> bytes:
    """Header length (4 bytes, big-endian), header (JSON, UTF-8), picture: the same on the bus and to the viewer."""
    head = header.model_dump_json().encode()
    return len(head).to_bytes(HEADER_LENGTH_BYTES, "big") + head + picture


def decode_frame(body: bytes) -> tuple[FrameHeader, bytes]:
    """The header and the JPEG of a binary frame; `MalformedFrame` if it is not one."""
    return _decode(body, FrameHeader)


def decode_video_frame(body: bytes) -> tuple[VideoFrameHeader, bytes]:
    """The header and the picture of a frame of a video codec; `MalformedFrame` if it is not one."""
    return _decode(body, VideoFrameHeader)


Header = TypeVar("Header", bound=FrameHeader)


def _decode(body: bytes, kind: type[Header]) -> tuple[Header, bytes]:
    start = HEADER_LENGTH_BYTES
    length = int.from_bytes(body[:start], "big")
    if len(body) < start or length > MAX_HEADER_BYTES or len(body) < start + length:
        raise MalformedFrame(f"header of {length} bytes does not fit a frame of {len(body)} bytes")
    try:
        header = kind.model_validate_json(body[start : start + length])
    except ValidationError as error:
        raise MalformedFrame(f"frame header: {error}") from error
    return header, body[start + length :]
