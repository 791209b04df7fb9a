"""The dialogues of the commands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from backup.systems import BackedUp, Place
from typer.testing import CliRunner, Result

from onwatch.cli import app
from onwatch_testkit.servers import free_port


def onwatch(*arguments: object, answer: str | None = None, **environ: str) -> Result:
    env = {"COLUMNS": "200", "NO_COLOR": "1", "ONWATCH_AUTH": "off", **environ}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=answer, env=env)


def test_a_backup_in_a_folder_is_verified_checked_and_restored(backed_up: BackedUp, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    made = onwatch("backup", tmp_path / "backups", "--verify", "--data-dir", backed_up.place.data_dir)
    assert made.exit_code == 0, made.output
    (file,) = (tmp_path / "backups").iterdir()
    assert f"{file}: backup of " in made.stderr
    assert ": 1 videos, 3 files with " in made.stderr
    assert made.stderr.rstrip().endswith(", verified")

    checked = onwatch("backup", "--check", file)
    assert (checked.exit_code, "every part is as it was written" in checked.stderr) == (0, True), checked.output

    restored = onwatch("restore", file, "--data-dir", tmp_path / "data")
    assert restored.exit_code == 0, restored.output
    assert "restored: backup of " in restored.stderr
    assert "All sessions have ended" in restored.stderr
    assert Place(tmp_path / "data", {}).files() == backed_up.place.files()
    assert onwatch("doctor", "--data-dir", tmp_path / "data").exit_code == 0


def test_a_backup_can_be_piped(backed_up: BackedUp, tmp_path: Path) -> None:
    made = onwatch("backup", "-", "--data-dir", backed_up.place.data_dir)
    assert made.exit_code == 0, made.stderr
    (tmp_path / "piped.tar").write_bytes(made.stdout_bytes)
    assert onwatch("backup", "--check", tmp_path / "piped.tar").exit_code == 0


@pytest.mark.parametrize(("answer", "is_replaced"), [("n\n", False), ("y\n", True)])
def test_at_a_terminal_replacing_asks_with_what_is_lost(
    backed_up: BackedUp, other: Place, tmp_path: Path, answer: str, is_replaced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(other.data_dir, tmp_path / "data")
    monkeypatch.setattr("onwatch.backup.command.at_a_terminal", lambda: True)

    done = onwatch("restore", backed_up.file, "--replace", "--data-dir", tmp_path / "data", answer=answer)

    assert "There are 1 videos, 1 finished runs, 0 accounts and 1 folders of files. All of it will be" in done.stderr
    assert done.exit_code == int(not is_replaced)
    expected = backed_up.place if is_replaced else other
    assert Place(tmp_path / "data", {}).files() == expected.files()


@pytest.mark.parametrize(
    ("options", "said"),
    [((), "the system is not empty"), (("--replace",), "--yes is not given, and there is no terminal to ask at")],
)
def test_nothing_is_replaced_without_being_told_to(
    backed_up: BackedUp, other: Place, options: tuple[str, ...], said: str
) -> None:
    before = other.files()
    refused = onwatch("restore", backed_up.file, *options, "--data-dir", other.data_dir)

    assert (refused.exit_code, other.files()) == (1, before)
    assert said in " ".join(refused.stderr.split())


def test_errors_are_words_and_an_exit_code(tmp_path: Path) -> None:
    for arguments, code, said in (
        (("backup", tmp_path / "b.tar", "--data-dir", tmp_path / "no"), 1, "does not exist, and the environment names"),
        (("backup", tmp_path / "b.tar", "--data-dir", tmp_path), 1, "catalog.db is not there"),
        (("backup", "--check", tmp_path / "b.tar"), 2, "there is no such file"),
        (("restore", tmp_path / "b.tar"), 2, "there is no such file"),
    ):
        failed = onwatch(*arguments)
        assert failed.exit_code == code, failed.output
        assert said in " ".join(failed.stderr.split())
        assert "Traceback" not in failed.output


def test_an_object_store_that_is_away_ends_the_commands_in_words(
    backed_up: BackedUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onwatch_media.stored.object_store.RETRY_S", 0.01)
    away = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }
    for name, value in away.items():
        monkeypatch.setenv(name, value)
    data_dir = backed_up.place.data_dir
    for command in (("backup", tmp_path / "new.tar"), ("restore", backed_up.file)):
        failed = onwatch(*command, "--data-dir", data_dir, ONWATCH_MEDIA_URL="s3://videos/here")
        assert failed.exit_code == 1, failed.output
        assert "the object store s3://videos/here: " in " ".join(failed.stderr.split())
        assert "Traceback" not in failed.output
    assert not (tmp_path / "new.tar").exists()


def test_a_half_replaced_system_does_not_start(other: Place, tmp_path: Path) -> None:
    shutil.copytree(other.data_dir, tmp_path / "data")
    (tmp_path / "data" / "media" / ".restore").mkdir()
    (tmp_path / "data" / "media" / ".restore" / "replacing.json").write_text("{}")

    started = onwatch("up", "--data-dir", tmp_path / "data", "--port", 0, ONWATCH_DETECTOR_DOWNLOAD="false")

    assert started.exit_code == 1
    assert "cannot start: a restore was interrupted while it replaced the system" in " ".join(started.stderr.split())
    assert "unfinished_restore" in onwatch("doctor", "--data-dir", tmp_path / "data", "--min-age", 0).stdout
