from __future__ import annotations

from pathlib import Path

import pytest

from onwatch_contracts.values import VehicleType
from onwatch_testkit.blob_engine import Drive, write_blob_clip

DRIVES = (
    Drive(VehicleType.CAR, left=20, first_frame=0, pixels_per_frame=5),
    Drive(VehicleType.TRUCK, left=70, first_frame=12, pixels_per_frame=4, width=26, height=34),
    Drive(VehicleType.BUS, left=115, first_frame=25, pixels_per_frame=6, width=28, height=40),
)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds: a car, a truck and a bus drive down the picture."""
    path = tmp_path_factory.mktemp("clips") / "three.mp4"
    write_blob_clip(path, DRIVES)
    return path
