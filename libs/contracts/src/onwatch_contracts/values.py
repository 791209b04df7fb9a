"""Values that messages, the channel and the HTTP models share."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

# Safe in a routing key (no '.', '*', '#'), in a file name and in a URL.
VideoId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
RunId = VideoId
Moment = AwareDatetime

Coordinate = Annotated[float, Field(ge=0.0, le=1.0)]
Point = tuple[Coordinate, Coordinate]
"""x and y, as fractions of the picture's width and height, from the top left."""
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
        allow_inf_nan=False,  # JSON has no word for them: they would be written as null
        use_attribute_docstrings=True,  # for `docs/messages.md` and OpenAPI
    )


class VehicleType(StrEnum):
    """The types that are told apart; `vehicle` where an engine cannot tell."""

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
    """The point of a vehicle's box that stands for it."""

    BOTTOM_CENTER = "bottom_center"
    CENTER = "center"


class EngineChoice(StrEnum):
    """What finds the vehicles of a video."""

    AUTO = "auto"
    """The model, unless it sees almost nothing where things move."""
    MODEL = "model"
    MOTION = "motion"
    """What moves before a fixed camera; it knows no types."""


class Zone(Value):
    """A region of interest. Several zones may come; today a video has one."""

    zone_id: str = DEFAULT_ZONE_ID
    polygon: Polygon = WHOLE_FRAME


class RunSettings(Value):
    """What a run began with, and keeps until it ends (an edit counts from the next run)."""

    zones: tuple[Zone, ...] = (Zone(),)
    anchor: Anchor = Anchor.BOTTOM_CENTER
    duration_s: Seconds
    frames_per_second: float = Field(gt=0)
    detector_model: str
    """Name of the model; `demo` is the one shipped for a first look, `motion` the engine without a model."""
    suggested_engine: EngineChoice | None = None
    """Set where the model, which was asked for, sees almost nothing where things move."""
    analysed_fps: float = Field(default=0.0, ge=0)
    """Frames analysed per second of video time, evenly; 0: every frame."""

    @property
    def effective_fps(self) -> float:
        """Frames analysed per second; no more than the video has."""
        return min(self.analysed_fps or self.frames_per_second, self.frames_per_second)


class Entered(Value):
    """A vehicle has entered a zone (counted only once it is confirmed there)."""

    kind: Literal["entered"] = "entered"
    vehicle_id: int = Field(ge=1)
    visit_no: int = Field(ge=1)
    zone_id: str = DEFAULT_ZONE_ID
    vehicle_type: VehicleType
    entered_at_s: Seconds
    born_inside: bool = False


class Left(Value):
    """A visit is closed; its type is final."""

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
    """Where and with what state a run resumes; committed together with the metrics it belongs to."""

    next_frame: Count
    position_s: Seconds
    """Video time analysed so far."""
    state: Mapping[str, Any]
    """The detector's own, JSON only; nobody else reads it."""


class DwellTime(Value):
    """Dwell time over closed visits, in seconds of video time."""

    visits: Count = 0
    mean_s: Seconds = 0.0
    max_s: Seconds = 0.0
    total_s: Seconds = 0.0


class Totals(Value):
    """The numbers that Onwatch is for. 0 <= current <= total; the sum over types is the total."""

    total_vehicles_count: Count = 0
    current_vehicles_count: Count = 0
    visits_count: Count = 0
    vehicle_type: Mapping[VehicleType, Count] = Field(default_factory=dict)
    vehicle_dwell_time: DwellTime = DwellTime()


class Coverage(Value):
    """How much of the video the numbers speak of."""

    analysed_s: Seconds = 0.0
    duration_s: Seconds = 0.0
    fraction: float = Field(default=0.0, ge=0.0, le=1.0)
