from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from onwatch_runtime.settings import ServiceSettings, UnknownSetting, secret_in
from onwatch_runtime.tls import TlsFiles
from onwatch_testkit.servers import Authority


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


def test_one_variable_names_the_authorities_of_all_services(tmp_path: Path):
    authority = Authority(tmp_path)
    settings = LampSettings.load(environ={"ONWATCH_TLS_CA_FILE": str(authority.file)})
    assert settings.tls == TlsFiles(ca=authority.file)


def test_a_missing_file_of_authorities_is_refused():
    with pytest.raises(ValidationError, match=r"/nowhere/ca\.pem cannot be used: No such file"):
        LampSettings.load(environ={"ONWATCH_LAMP_TLS_CA_FILE": "/nowhere/ca.pem"})


def test_a_certificate_needs_its_key(tmp_path: Path):
    certificate = Authority(tmp_path).issue("lamp")
    with pytest.raises(ValidationError, match="belong together"):
        LampSettings.load(environ={"ONWATCH_TLS_CERTIFICATE_FILE": str(certificate.chain)})


def test_a_previous_secret_alone_is_refused():
    with pytest.raises(ValidationError, match="everybody would be answered"):
        LampSettings.load(environ={"ONWATCH_SERVICE_SECRET_PREVIOUS": "old"})


def test_a_secret_is_taken_from_its_file_first(tmp_path: Path):
    file = tmp_path / "secret"
    file.write_text("of the file\n", encoding="utf-8")
    given = SecretStr("given")
    assert [secret_in(given, file), secret_in(given, None), secret_in(None, None)] == ["of the file", "given", None]
    with pytest.raises(FileNotFoundError):
        secret_in(given, tmp_path / "missing")
