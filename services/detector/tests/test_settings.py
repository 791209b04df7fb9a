from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from onwatch_detector.settings import DetectorSettings
from onwatch_runtime.settings import UnknownSetting


def test_folders_default_to_the_data_folder() -> None:
    settings = DetectorSettings(data_dir=Path("/d"), models_dir=Path("/m"))
    assert (settings.media, settings.models, settings.cache) == (Path("/d/media"), Path("/m"), Path("/d/cache"))


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(UnknownSetting, match="ONWATCH_DETECTOR_LINGERS"):
        DetectorSettings.load(environ={"ONWATCH_DETECTOR_LINGERS": "2"})


@pytest.mark.parametrize("setting", [{"confidence": 0}, {"slots": 0}, {"linger_s": -1}, {"jpeg_quality": 101}])
def test_invalid_values_are_refused(setting: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        DetectorSettings(**setting)
