"""Settings of the detector. Imports only settings classes, so that `onwatch config` starts fast."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from onwatch_runtime.settings import Names, ServiceSettings, StoreUrl

MIB = 1 << 20


class DetectorSettings(ServiceSettings, env_prefix="ONWATCH_DETECTOR_"):
    """`ONWATCH_DETECTOR_<NAME>` for each field."""

    # --- addresses and folders
    catalog_url: str = Field(default="http://127.0.0.1:8001", description="address of the catalog")
    aggregator_url: str = Field(default="http://127.0.0.1:8002", description="address of the aggregator")
    media_dir: Path | None = Field(default=None, description="shared with the catalog; default: <data_dir>/media")
    media_url: StoreUrl | None = Field(
        default=None, description="object store in place of media_dir, at best as ONWATCH_MEDIA_URL, as the catalog"
    )
    media_cache_dir: Path | None = Field(
        default=None, description="parts of stored videos that are being read; default: <data_dir>/media-cache"
    )
    media_cache_bytes: int = Field(
        default=2 << 30, ge=64 * MIB, description="of those parts at most; what was not used for longest goes first"
    )
    models_dir: Path | None = Field(default=None, description="a model placed here is used; default: <data_dir>/models")
    cache_dir: Path | None = Field(default=None, description="compiled models; default: <data_dir>/cache")

    # --- the model
    model: Path | None = Field(default=None, description=".onnx, .xml (OpenVINO) or .pt (ultralytics); never replaced")
    download: bool = Field(default=True, description="download the default model once if there is none")
    classes: Names = Field(
        default=(), description="classes of the model to count, separated by commas; empty: its vehicles"
    )
    confidence: float = Field(
        default=0.25,
        gt=0,
        lt=1,
        description="weaker detections continue tracks, and begin one only if they move; under 0.4 of it none is used",
    )
    device: str = Field(default="CPU", description="OpenVINO device; for .pt: cpu, cuda:0, ...")
    precision: Literal["f32", "f16", "bf16"] = Field(
        default="f32", description="f32: the same numbers on every machine; bf16: faster"
    )
    threads: int = Field(default=0, ge=0, description="inference threads; 0: the container's CPU quota")

    # --- runs
    analysed_fps: float = Field(
        default=0.0, ge=0, description="frames analysed per second of video, shown in the results; 0: all"
    )
    still_interval_s: float = Field(
        default=0.0,
        ge=0,
        description="frames that show nothing new are not inferred, for so long at most (try 1); 0: all are inferred",
    )
    moving_interval_s: float = Field(
        default=0.0,
        ge=0,
        le=0.5,
        description="while something moves, frames are inferred this far apart, and vehicles interpolated in those "
        "between (try 0.12); 0: all are inferred",
    )
    slots: int = Field(default=2, ge=1, le=64, description="videos at a time; they share one compiled model")
    linger_s: float = Field(default=2.0, ge=0, description="a run continues this long after the last demand")
    batch_interval_s: float = Field(default=0.25, gt=0, description="about four commits a second")
    max_batches_in_flight: int = Field(default=8, ge=1, description="unacknowledged batches before the worker waits")
    acknowledgement_timeout_s: float = Field(
        default=10.0, gt=0, description="a run whose batch is not acknowledged in time is given up"
    )
    notice_interval_s: float = Field(default=1.0, gt=0, description="`starting` notices; viewers time out at 3 s")
    request_timeout_s: float = Field(default=5.0, gt=0, description="for the catalog and the aggregator")
    max_lag_s: float = Field(default=0.5, gt=0, description="further behind than this, the pace restarts")

    # --- the process that decodes a video
    decoder_stall_s: float = Field(
        default=60.0, gt=0, description="a decoder that gives nothing for so long is ended, and its run fails"
    )
    decoder_memory_bytes: int = Field(
        default=2048 * MIB,
        ge=256 * MIB,
        description="address space of a decoder's process, its libraries included; 8K of 10 bits takes 1.4 GiB",
    )

    # --- frames for viewers
    frame_max_width: int = Field(default=960, ge=64, description="wider frames are scaled down for viewers, pixels")
    frame_max_fps: float = Field(default=30.0, gt=0, description="frames sent per second of video, at most")
    jpeg_quality: int = Field(default=80, ge=1, le=100, description="of frames sent to viewers")

    @property
    def media(self) -> Path:
        return self.media_dir or self.data_dir / "media"

    @property
    def media_cache(self) -> Path:
        return self.media_cache_dir or self.data_dir / "media-cache"

    @property
    def models(self) -> Path:
        return self.models_dir or self.data_dir / "models"

    @property
    def cache(self) -> Path:
        return self.cache_dir or self.data_dir / "cache"
