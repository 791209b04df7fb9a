"""Options and errors that several commands share."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from onwatch.configuration import SETTINGS_FILE
from onwatch.options import MISUSED, at_port, configured, configured_for_one_file, existing_file, give_up, parsed_roi


def test_an_error_ends_the_program_with_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        give_up("there is no such file", 3)
    assert ended.value.exit_code == 3
    assert capsys.readouterr().err == "onwatch: there is no such file\n"


def test_an_invalid_setting_is_misuse(tmp_path: Path) -> None:
    settings = tmp_path / "my.env"
    settings.write_text("ONWATCH_GATEWAY_PORT=none\n")
    with pytest.raises(typer.Exit) as ended:
        configured(tmp_path, settings)
    assert ended.value.exit_code == MISUSED


def test_one_analysis_keeps_models_in_the_data_folder_and_everything_else_in_its_own(tmp_path: Path) -> None:
    scratch, data = tmp_path / "scratch", tmp_path / "data"
    configuration = configured_for_one_file(scratch, SETTINGS_FILE, data, model=None)
    assert configuration.detector.models == data / "models"
    assert configuration.catalog.media == configuration.detector.media == scratch / "media"


def test_the_port_comes_before_the_settings_and_changes_nothing_else(tmp_path: Path) -> None:
    configuration = configured(tmp_path, SETTINGS_FILE)
    assert at_port(configuration, None) is configuration
    moved = at_port(configuration, 9000)
    assert (moved.gateway.port, moved.gateway.host) == (9000, configuration.gateway.host)
    assert moved.catalog is configuration.catalog


def test_a_missing_file_is_misuse(tmp_path: Path) -> None:
    with pytest.raises(typer.Exit) as ended:
        existing_file(tmp_path / "none.mp4")
    assert ended.value.exit_code == MISUSED


def test_a_region_is_optional_and_a_malformed_one_is_misuse() -> None:
    assert parsed_roi(None) is None
    assert parsed_roi("0,0 1,0 1,1") == ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    with pytest.raises(typer.Exit):
        parsed_roi("0,0 1")
