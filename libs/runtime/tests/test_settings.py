from pathlib import Path

import pytest
from pydantic import ValidationError

from onwatch_runtime.settings import ServiceSettings, UnknownSetting


class LampSettings(ServiceSettings, env_prefix="ONWATCH_LAMP_"):
    """Settings of a service that exists only in this test."""

    brightness_lumen: int = 100
    colour: str = "white"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "onwatch.env"
    file.write_text(
        "# of the lamp\n"
        "ONWATCH_LAMP_COLOUR=red\n"
        "ONWATCH_LAMP_BRIGHTNESS_LUMEN=200\n"
        "ONWATCH_LAMP_PORT=\n"
        "ONWATCH_DOOR_COLOUR=green\n"
    )
    return file


def test_the_defaults_apply_without_any_source():
    settings = LampSettings.load(environ={})
    assert (settings.brightness_lumen, settings.colour, settings.host) == (100, "white", "127.0.0.1")


def test_a_file_overrides_the_defaults(file: Path):
    settings = LampSettings.load(file, environ={})
    assert (settings.brightness_lumen, settings.colour) == (200, "red")


def test_the_environment_overrides_a_file(file: Path):
    settings = LampSettings.load(file, environ={"ONWATCH_LAMP_COLOUR": "blue"})
    assert (settings.brightness_lumen, settings.colour) == (200, "blue")


def test_an_explicit_value_overrides_everything(file: Path):
    settings = LampSettings.load(file, environ={"ONWATCH_LAMP_COLOUR": "blue"}, colour="yellow")
    assert settings.colour == "yellow"


def test_the_common_settings_can_be_set():
    settings = LampSettings.load(environ={"ONWATCH_LAMP_PORT": "8010", "ONWATCH_LAMP_DATA_DIR": "/srv/onwatch"})
    assert (settings.port, settings.data_dir) == (8010, Path("/srv/onwatch"))


def test_variables_with_other_prefixes_are_ignored():
    assert LampSettings.load(environ={"ONWATCH_DOOR_COLOUR": "green", "PATH": "/bin"}).colour == "white"


@pytest.mark.parametrize("source", ["file", "environment"])
def test_an_unknown_setting_is_refused_by_name(source: str, tmp_path: Path):
    file = tmp_path / "onwatch.env"
    file.write_text("ONWATCH_LAMP_COLOR=red\n" if source == "file" else "")
    environ = {"ONWATCH_LAMP_COLOR": "red"} if source == "environment" else {}
    with pytest.raises(UnknownSetting, match="ONWATCH_LAMP_COLOR"):
        LampSettings.load(file, environ)


def test_an_unknown_explicit_setting_is_refused_by_name():
    with pytest.raises(ValidationError, match="color"):
        LampSettings.load(environ={}, color="red")


def test_an_empty_variable_counts_as_unset(file: Path):
    settings = LampSettings.load(file, environ={"ONWATCH_LAMP_COLOUR": "", "ONWATCH_LAMP_BRIGHTNESS_LUMEN": ""})
    assert (settings.colour, settings.brightness_lumen, settings.port) == ("red", 200, 0)


def test_a_missing_file_is_an_error(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        LampSettings.load(tmp_path / "onwatch.env", environ={})


def test_a_value_of_the_wrong_type_is_refused_by_name():
    with pytest.raises(ValidationError, match="brightness_lumen"):
        LampSettings.load(environ={"ONWATCH_LAMP_BRIGHTNESS_LUMEN": "bright"})


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_an_impossible_port_is_refused(port: str):
    with pytest.raises(ValidationError, match="port"):
        LampSettings.load(environ={"ONWATCH_LAMP_PORT": port})


def test_settings_are_immutable():
    settings = LampSettings.load(environ={})
    with pytest.raises(ValidationError, match="frozen"):
        settings.colour = "red"  # type: ignore[misc]  # the assignment is tested


def test_an_explicit_environment_replaces_that_of_the_process(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ONWATCH_LAMP_COLOUR", "blue")
    assert LampSettings.load(environ={}).colour == "white"
    assert LampSettings.load().colour == "blue"
