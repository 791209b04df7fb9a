import json
from pathlib import Path

from onwatch_synthetic import ClipSpec, Scene
from onwatch_synthetic.sample import SAMPLE_NAME, write_sample

TINY = ClipSpec(seed=1, duration_s=0.2, width=320, height=180)


def test_the_clip_is_written_with_its_name_and_region(tmp_path: Path) -> None:
    write_sample(tmp_path, TINY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sample.json", "sample.mp4"]
    description = json.loads((tmp_path / "sample.json").read_text())
    assert description == {"name": SAMPLE_NAME, "roi": [list(point) for point in Scene(TINY).default_roi]}
