"""Values shared by messages, the channel and the HTTP models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

# Safe in a routing key (no '.', '*', '#'), in a file name and in a URL.
ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
VideoId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
RunId = VideoId


def is_video_id(text: str) -> bool:
    return re.fullmatch(ID_PATTERN, text) is not None


def _checked_in_utc(at: datetime) -> datetime:
    """The time as it is. `ValueError` for one in the first or last hours of the calendar that is beyond it in UTC."""
    try:
        at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is outside of the years 1 to 9999 in UTC") from error
    return at


Timestamp = Annotated[AwareDatetime, AfterValidator(_checked_in_utc)]

Coordinate = Annotated[float, Field(ge=0.0, le=1.0)]
Point = tuple[Coordinate, Coordinate]
"""x and y, as fractions of the frame's width and height, from the top left."""
Polygon = Annotated[tuple[Point, ...], Field(min_length=3, max_length=64)]

Seconds = Annotated[float, Field(ge=0.0)]
Count = Annotated[int, Field(ge=0)]

WHOLE_FRAME: tuple[Point, ...] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
DEFAULT_ZONE_ID = "roi"


class Value(BaseModel):
    """An immutable value that refuses unknown fields."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,  # JSON cannot represent them: they would be written as null
        use_attribute_docstrings=True,  # for `docs/messages.md` and OpenAPI
    )


class VehicleType(StrEnum):
    """The types that a model distinguishes; `vehicle` if the engine cannot distinguish types."""

    CAR = "car"
    TRUCK = "truck"
    BUS = "bus"
    MOTORCYCLE = "motorcycle"
    BICYCLE = "bicycle"
    VEHICLE = "vehicle"


class ExitReason(StrEnum):
    """Why a visit was closed."""

    LEFT = "left"
    TRACK_LOST = "track_lost"
    END_OF_VIDEO = "end_of_video"


class Anchor(StrEnum):
    """The point of a vehicle's box that decides whether it is inside a zone."""

    BOTTOM_CENTER = "bottom_center"
    CENTER = "center"


class EngineChoice(StrEnum):
    """How the vehicles of a video are detected."""

    AUTO = "auto"
    """The model, unless it detects almost nothing where there is motion."""
    MODEL = "model"
    MOTION = "motion"
    """Motion in front of a fixed camera; it does not distinguish types."""


class Zone(Value):
    """A region of interest. A video has one zone; the format allows several."""

    zone_id: str = DEFAULT_ZONE_ID
    polygon: Polygon = WHOLE_FRAME


class RunSettings(Value):
    """The settings a run began with. It keeps them until it ends; a change applies to the next run."""

    zones: tuple[Zone, ...] = (Zone(),)
    anchor: Anchor = Anchor.BOTTOM_CENTER
    duration_s: Seconds
    frames_per_second: float = Field(gt=0)
    detector_model: str
    """Name of the model; `demo` is the model shipped for a first try, `motion` the engine without a model."""
    suggested_engine: EngineChoice | None = None
    """Set if the model was chosen and detects almost nothing where there is motion."""
    analysed_fps: float = Field(default=0.0, ge=0)
    """Frames analysed per second of video time, evenly; 0: every frame."""

    @property
    def effective_fps(self) -> float:
        """Frames analysed per second, at most those of the video."""
        return min(self.analysed_fps or self.frames_per_second, self.frames_per_second)


class Entered(Value):
    """A vehicle entered a zone. Published once its presence is confirmed."""

    kind: Literal["entered"] = "entered"
    vehicle_id: int = Field(ge=1)
    visit_no: int = Field(ge=1)
    zone_id: str = DEFAULT_ZONE_ID
    vehicle_type: VehicleType
    entered_at_s: Seconds
    born_inside: bool = False


class Left(Value):
    """A visit ended; the vehicle type is final."""

    kind: Literal["left"] = "left"
    vehicle_id: int = Field(ge=1)
    visit_no: int = Field(ge=1)
    zone_id: str = DEFAULT_ZONE_ID
    vehicle_type: VehicleType
    entered_at_s: Seconds
    left_at_s: Seconds
    exit_reason: ExitReason


ZoneEvent = Annotated[Entered | Left, Field(discriminator="kind")]


class Checkpoint(Value):
    """Position and state from which a run resumes; committed together with the metrics it belongs to."""

    next_frame: Count
    position_s: Seconds
    """Video time analysed so far."""
    state: Mapping[str, Any]
    """JSON, private to the detector."""


class DwellTime(Value):
    """Dwell time over closed visits, in seconds of video time."""

    visits: Count = 0
    mean_s: Seconds = 0.0
    max_s: Seconds = 0.0
    total_s: Seconds = 0.0


class Totals(Value):
    """The counted numbers. 0 <= current <= total; the sum over all types is the total."""

    total_vehicles_count: Count = 0
    current_vehicles_count: Count = 0
    visits_count: Count = 0
    vehicle_type: Mapping[VehicleType, Count] = Field(default_factory=dict)
    vehicle_dwell_time: DwellTime = DwellTime()


class Coverage(Value):
    """How much of the video the numbers cover."""

    analysed_s: Seconds = 0.0
    duration_s: Seconds = 0.0
    fraction: float = Field(default=0.0, ge=0.0, le=1.0)
