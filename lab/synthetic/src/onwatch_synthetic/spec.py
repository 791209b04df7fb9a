"""The specification of a clip: with its seed it determines each pixel and each truth value."""

from dataclasses import dataclass
from typing import Literal

VehicleType = Literal["car", "truck", "bus", "motorcycle"]
View = Literal["oblique", "top_down"]
Lighting = Literal["day", "dusk", "night"]
Anchor = Literal["bottom_center", "center"]

VEHICLE_TYPES: tuple[VehicleType, ...] = ("car", "truck", "bus", "motorcycle")


@dataclass(frozen=True)
class ClipSpec:
    """One clip. The same spec gives the same frames and the same truth on the same library versions."""

    seed: int
    duration_s: float = 20.0
    fps: float = 25.0
    width: int = 640
    height: int = 360
    view: View = "oblique"
    lighting: Lighting = "day"
    rain: bool = False
    noise_sigma: float = 2.0  # sensor noise, standard deviation in grey levels
    vehicles_per_minute: float = 30.0  # over all lanes together
    stop_line: bool = False  # a traffic light makes one direction queue inside the zone
    type_weights: tuple[float, float, float, float] = (0.55, 0.16, 0.12, 0.17)  # in the order of VEHICLE_TYPES
    clear: bool = True  # leave out vehicles whose truth would be ambiguous, see `clarity`
    min_visible_fraction: float = 0.6  # with `clear`: no vehicle in the zone is less visible than this
    lanes: int | None = None  # None: the seed decides, 2 to 4

    def __post_init__(self) -> None:
        """Raise ValueError for a clip that cannot be made."""
        if self.width % 2 or self.height % 2 or min(self.width, self.height) < 128:
            raise ValueError(f"width and height must be even and at least 128, got {self.width}x{self.height}")
        if not 1 <= self.fps <= 120:
            raise ValueError(f"fps must be between 1 and 120, got {self.fps}")
        if self.duration_s * self.fps < 1:
            raise ValueError(f"a clip needs at least one frame, got {self.duration_s} s at {self.fps} fps")
        if len(self.type_weights) != len(VEHICLE_TYPES) or min(self.type_weights) < 0 or sum(self.type_weights) <= 0:
            raise ValueError(f"type_weights must be four numbers >= 0, not all zero, got {self.type_weights}")
        if self.lanes is not None and not 2 <= self.lanes <= 4:
            raise ValueError(f"lanes must be 2, 3 or 4, got {self.lanes}")

    @property
    def frame_count(self) -> int:
        """Number of frames; frame n is shown at n / fps seconds."""
        return round(self.duration_s * self.fps)


# The sample clip of a first start.
SAMPLE = ClipSpec(
    seed=25, duration_s=30.0, width=960, height=540, noise_sigma=1.2, vehicles_per_minute=34.0,
    type_weights=(0.46, 0.2, 0.16, 0.18),
)  # fmt: skip
# The clip of the tests: a few vehicles of several types in seven seconds.
SHORT = ClipSpec(seed=2, duration_s=7.0, vehicles_per_minute=40.0)
PRESETS: dict[str, ClipSpec] = {"sample": SAMPLE, "short": SHORT}
