"""The benchmark of hours in one file: its table, and the stages on a short file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bench.long import stage
from bench.long.__main__ import BEGIN, DOCUMENT, END, Measured, Took, counted_text, table, with_results
from bench.long.recordings import FORMATS, RATE, VEHICLES_DRAWN, LoopedClip, packets_of, remuxed

pytestmark = pytest.mark.slow


def test_the_table_has_a_column_for_each_container() -> None:
    once, resumed = Took(2.0, 1.0), [Took(0.1, 0.3), Took(0.3, 0.2), Took(0.2, 0.1)]
    measured = [
        Measured(name, 2_000_000_000, once, Took(1.0, 2.0), once, once, resumed, resumed, once) for name in FORMATS
    ]
    rows = table(measured).splitlines()
    assert rows[0] == "|  | MP4 | MKV | TS |"
    assert "| inspection / FFprobe | 0.50, 2.00 | 0.50, 2.00 | 0.50, 2.00 |" in rows
    assert f"| resume, longest (limit 1 s) | {' | '.join(['0.30 s, 0.30 s'] * 3)} |" in rows


def test_counting_is_told_with_what_was_expected() -> None:
    figures = {"vehicles": 30, "coverage": 1.0, "seconds": 2.0, "early_mb": 240.2, "late_mb": 241.9}
    text = counted_text(figures, loops=10, frames=750, hours=0.01)
    assert "(750 pictures) with 30 vehicles" in text
    assert "30 rows, 100 % covered, 375 pictures a second" in text
    assert "240 MB" in text


def test_results_replace_those_of_before() -> None:
    assert with_results(f"a {BEGIN} old {END} b", "new") == f"a {BEGIN}\nnew\n{END} b"
    assert BEGIN in DOCUMENT.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="has no line"):
        with_results("a", "b")


@pytest.fixture
def looped(tmp_path: Path) -> Path:
    """Two loops of the drawn clip."""
    if shutil.which("ffmpeg") is None:
        if os.environ.get("ONWATCH_REQUIRE_REAL") == "1":
            pytest.fail("no ffmpeg, and ONWATCH_REQUIRE_REAL=1")
        pytest.skip("no ffmpeg (scripts/test-programs installs it)")
    clip = LoopedClip.drawn(tmp_path / "drawn.mp4")
    path, loops = clip.looped(tmp_path / "long.mp4", 2 * clip.frames / RATE / 3600)
    assert (loops, packets_of(path)) == (2, 2 * clip.frames)
    return path


async def test_the_stages_measure_a_file(looped: Path, tmp_path: Path) -> None:
    inspected = await stage.inspect(str(remuxed(looped, tmp_path / "long.ts")))
    assert inspected["duration_s"] == pytest.approx(6.0)
    uploaded = await stage.upload(str(tmp_path / "data"), str(looped))
    started = await stage.start(str(tmp_path / "data"), uploaded["id"])
    resumed = await stage.resume(str(looped), "100")
    assert min(each["cpu_s"] for each in (inspected, uploaded, started, resumed)) > 0


async def test_every_vehicle_of_every_loop_is_counted(looped: Path, tmp_path: Path) -> None:
    figures = await stage.count(str(tmp_path / "data"), str(looped))
    assert (figures["vehicles"], figures["coverage"]) == (2 * VEHICLES_DRAWN, 1.0)
