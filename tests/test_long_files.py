"""A clip that is looped: every loop is counted as the first, wherever the run was interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest

from onwatch_testkit.system import FRAMES, FRAMES_PER_SECOND, RecordingViewer, Site, TrueVisit, truth
from onwatch_testkit.websocket import connect

pytestmark = pytest.mark.slow

LOOPS = 20
LOOP_S = FRAMES / FRAMES_PER_SECOND
MEDIA = Path("media")


def looped(clip: Path, target: Path, loops: int) -> Path:
    """Without encoding again."""
    with av.open(str(target), "w") as container:
        stream: Any = None
        for loop in range(loops):
            with av.open(str(clip)) as source:
                stream = stream or container.add_stream_from_template(source.streams.video[0])
                shift = round(loop * LOOP_S / source.streams.video[0].time_base)
                for packet in source.demux(video=0):
                    if packet.dts is not None:
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = stream
                        container.mux(packet)
    return target


def truth_of_all(loops: int) -> list[TrueVisit]:
    return [
        TrueVisit(visit.vehicle_type, visit.entered_at_s + loop * LOOP_S, visit.left_at_s + loop * LOOP_S)
        for loop in range(loops)
        for visit in truth()
    ]


async def assert_rows(site: Site, video_id: str) -> None:
    await site.until_status(video_id, "finished")
    found = (await site.get(f"/api/videos/{video_id}/vehicles"))["items"]
    expected = truth_of_all(LOOPS)
    assert [row["vehicle_type"] for row in found] == [visit.vehicle_type for visit in expected]
    tolerance_s = 1 / FRAMES_PER_SECOND + 1e-6
    assert [row["entered_at_s"] for row in found] == pytest.approx([v.entered_at_s for v in expected], abs=tolerance_s)
    assert [row["left_at_s"] for row in found] == pytest.approx([v.left_at_s for v in expected], abs=tolerance_s)


@pytest.mark.parametrize("container", ["mp4", "ts"])
async def test_every_loop_has_the_rows_of_the_first(site: Site, clip: Path, tmp_path: Path, container: str) -> None:
    video_id = await site.upload(looped(clip, tmp_path / f"looped.{container}", LOOPS))
    kept = site.data_dir / MEDIA / video_id / "source.clock"
    assert kept.is_file()
    assert (await site.http.post(f"/api/videos/{video_id}/analysis")).status_code == 202
    await assert_rows(site, video_id)


async def test_rows_are_exact_after_interruptions_without_the_kept_clock(
    site: Site, clip: Path, tmp_path: Path
) -> None:
    video_id = await site.upload(looped(clip, tmp_path / "looped.ts", LOOPS))
    (site.data_dir / MEDIA / video_id / "source.clock").unlink()
    for _ in range(3):
        async with connect(site.onwatch.app, "/ws") as viewer:
            watching = RecordingViewer(viewer)
            await watching.send("subscribe", video_id)
            await watching.send("start", video_id)
            await site.until(lambda seen=watching: len(seen.read().frames) >= FRAMES, "a loop of frames")
        await site.until(lambda: site.metric("detector", "onwatch_detector_runs_active") == 0, "the detector to stop")
        await site.until_status(video_id, "paused")
    assert (await site.http.post(f"/api/videos/{video_id}/analysis")).status_code == 202
    await assert_rows(site, video_id)
