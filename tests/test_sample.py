"""The sample clip in the package is the one that the laboratory renders."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import av
import httpx
import numpy as np
import pytest

from onwatch.all_in_one import client_of
from onwatch.sample import CLIP, DESCRIPTION, Sample, add_sample
from onwatch_synthetic import SAMPLE, ClipSpec, Scene
from onwatch_synthetic.sample import SAMPLE_NAME, write_sample
from onwatch_testkit.system import Site

FRAMES_COMPARED = (0, 60, 149)
CODEC_TOLERANCE = 6.0  # mean difference in grey levels; measured: 2.0 for the frame itself, 9.9 for one a second later


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene(SAMPLE)


def test_name_and_region_are_those_of_the_laboratory(scene: Scene) -> None:
    sample = Sample.model_validate_json(DESCRIPTION.read_bytes())
    assert sample.name == SAMPLE_NAME
    assert sample.roi == scene.default_roi


def test_size_and_duration_are_those_of_the_laboratory() -> None:
    with av.open(str(CLIP)) as clip:
        (stream,) = clip.streams.video
        assert (stream.width, stream.height) == (SAMPLE.width, SAMPLE.height)
        assert stream.frames == SAMPLE.frame_count
        assert stream.average_rate == SAMPLE.fps
        assert stream.codec_context.name == "h264", "browsers play it"


def test_frames_are_those_that_the_laboratory_draws(scene: Scene) -> None:
    with av.open(str(CLIP)) as clip:
        decoded = {
            number: frame.to_ndarray(format="bgr24").astype(np.float64)
            for number, frame in enumerate(islice(clip.decode(video=0), max(FRAMES_COMPARED) + 1))
            if number in FRAMES_COMPARED
        }
    differences = {number: np.abs(picture - scene.frame(number)).mean() for number, picture in decoded.items()}
    assert len(differences) == len(FRAMES_COMPARED)
    assert max(differences.values()) < CODEC_TOLERANCE, f"run `make sample`: {differences}"


def test_rendering_writes_the_two_assets(tmp_path: Path) -> None:
    write_sample(tmp_path, ClipSpec(seed=1, duration_s=0.2, width=320, height=180))
    assert {path.name for path in tmp_path.iterdir()} == {CLIP.name, DESCRIPTION.name}
    assert Sample.model_validate_json((tmp_path / DESCRIPTION.name).read_bytes()).name == SAMPLE_NAME


async def test_the_sample_is_uploaded_with_its_region(site: Site) -> None:
    async with client_of(site.onwatch.catalog.app) as catalog:
        await add_sample(catalog)
    (video,) = (await site.get("/api/videos"))["items"]
    assert (video["name"], video["duration_s"]) == (SAMPLE_NAME, SAMPLE.duration_s)
    assert len(video["roi"]) == 4


async def test_a_refused_upload_is_raised() -> None:
    refusing = httpx.MockTransport(lambda _: httpx.Response(507))
    async with httpx.AsyncClient(transport=refusing, base_url="http://onwatch") as catalog:
        with pytest.raises(httpx.HTTPStatusError):
            await add_sample(catalog)
