from __future__ import annotations

from pathlib import Path

import pytest

from onwatch.configuration import SETTINGS_FILE, configure, lines_of
from onwatch_runtime.settings import UnknownSetting


def test_every_service_stores_its_files_in_the_data_folder(tmp_path: Path) -> None:
    configuration = configure(tmp_path, environ={})
    assert configuration.catalog.media_dir == tmp_path / "media" == configuration.detector.media
    assert configuration.detector.models == tmp_path / "models"
    assert all(
        settings.data_dir == tmp_path
        for settings in (configuration.aggregator, configuration.catalog, configuration.gateway)
    )


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    file = tmp_path / "my.env"
    file.write_text("ONWATCH_DETECTOR_SLOTS=3\nONWATCH_GATEWAY_PORT=9000\n")
    configuration = configure(tmp_path, file, {"ONWATCH_DETECTOR_SLOTS": "5"})
    assert (configuration.detector.slots, configuration.gateway.port) == (5, 9000)


def test_a_misspelt_name_in_the_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "my.env"
    file.write_text("ONWATCH_DETECTOR_SLOT=3\n")
    with pytest.raises(UnknownSetting, match="ONWATCH_DETECTOR_SLOT"):
        configure(tmp_path, file, {})


def test_the_file_in_the_package_has_known_settings_only(tmp_path: Path) -> None:
    configuration = configure(tmp_path, SETTINGS_FILE, {})
    shown = dict(line.split("=", 1) for line in lines_of(configuration))
    written = dict(
        line.split("=", 1) for line in SETTINGS_FILE.read_text().splitlines() if line and not line.startswith("#")
    )
    assert set(written) <= set(shown)
