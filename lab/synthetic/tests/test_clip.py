import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import pytest

from onwatch_synthetic import ClipSpec, Scene, clip, write_clip
from onwatch_synthetic.clip import NoEncoderError, truth_path

SPEC = ClipSpec(seed=5, duration_s=5.0, width=320, height=180, vehicles_per_minute=60.0)


@pytest.mark.parametrize("fps", [25.0, 12.5, 29.97])
def test_the_file_decodes_to_every_frame_at_its_time(tmp_path: Path, fps: float) -> None:
    spec = replace(SPEC, fps=fps, duration_s=3.0)
    write_clip(tmp_path / "a.mp4", spec)
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        times = [frame.time for frame in container.decode(stream)]
        assert float(stream.average_rate) == pytest.approx(fps, rel=1e-4)
    assert len(times) == spec.frame_count
    assert times == pytest.approx([n / fps for n in range(len(times))], abs=1e-3)


def test_there_is_a_keyframe_every_two_seconds(tmp_path: Path) -> None:
    write_clip(tmp_path / "a.mp4", SPEC)
    with av.open(str(tmp_path / "a.mp4")) as container:
        keys = [frame.time for frame in container.decode(video=0) if frame.key_frame]
    assert len(keys) >= 3
    assert max(b - a for a, b in pairwise(keys)) <= 2.01


def test_the_truth_lies_beside_the_clip(tmp_path: Path) -> None:
    truth = write_clip(tmp_path / "a.mp4", SPEC)
    content = json.loads(truth_path(tmp_path / "a.mp4").read_text(encoding="utf-8"))
    assert truth == Scene(SPEC).truth()
    assert content == json.loads(json.dumps(truth.to_json("a.mp4")))


def test_progress_counts_up_to_the_last_frame(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_clip(tmp_path / "a.mp4", replace(SPEC, duration_s=0.2), lambda done, total: seen.append((done, total)))
    assert seen == [(n, 5) for n in range(1, 6)]


def test_without_any_encoder_the_error_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip, "CODECS", (("no-such-encoder", {}),))
    with pytest.raises(NoEncoderError, match="no-such-encoder"):
        write_clip(tmp_path / "a.mp4", replace(SPEC, duration_s=0.2))


def test_without_h264_the_next_encoder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip, "CODECS", (("no-such-encoder", {}), *clip.CODECS[1:]))
    write_clip(tmp_path / "a.mp4", replace(SPEC, duration_s=0.4))
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 10
