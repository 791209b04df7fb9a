import json
from pathlib import Path

import pytest

from onwatch_synthetic.__main__ import main, parser, spec_of

TINY = ["--duration", "0.4", "--width", "320", "--height", "180"]


def test_it_writes_the_clip_and_its_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "clip.mp4"
    assert main([str(out), "--seed", "7", *TINY]) == 0
    assert out.stat().st_size > 1000
    assert json.loads((tmp_path / "clip.mp4.truth.json").read_text())["frames"] == 10
    captured = capsys.readouterr()
    assert "frame 10 of 10 (100 %)" in captured.err
    assert str(out) in captured.out


def test_quiet_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "clip.mp4"), "--quiet", *TINY]) == 0
    assert capsys.readouterr() == ("", "")


def test_options_change_the_preset() -> None:
    spec = spec_of(parser().parse_args(["a.mp4", "--preset", "short", "--lighting", "night", "--rain"]))
    assert (spec.duration_s, spec.lighting, spec.rain) == (7.0, "night", True)


def test_a_clip_that_cannot_be_made_is_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "clip.mp4"), "--width", "641"]) == 2
    assert "must be even" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none" / "clip.mp4"), *TINY]) == 1
    assert "cannot write" in capsys.readouterr().err


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--lighting night" in capsys.readouterr().out
