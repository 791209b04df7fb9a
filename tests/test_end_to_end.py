"""The main job on the real parts of the one-process mode: upload, watch, leave, return, finish."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from onwatch_contracts.values import Anchor, Left, Zone, ZoneEvent
from onwatch_counting.log import unpack
from onwatch_counting.zones import ZoneCounter
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.system import FRAMES, RecordingViewer, Site, TrueVisit, running_site, truth
from onwatch_testkit.websocket import connect

DECODED = "onwatch_detector_frames_decoded_total"
PUBLISHED = "onwatch_detector_frames_published_total"
LINGER_S = 2.0


def visits_of(vehicles: dict) -> list[TrueVisit]:
    return [TrueVisit(v["vehicle_type"], v["entered_at_s"], v["left_at_s"]) for v in vehicles["items"]]


def assert_equals_truth(vehicles: dict) -> None:
    found, expected = visits_of(vehicles), truth()
    assert [visit.vehicle_type for visit in found] == [visit.vehicle_type for visit in expected]
    for visit, true in zip(found, expected, strict=True):
        assert visit.entered_at_s == pytest.approx(true.entered_at_s, abs=1 / 25 + 1e-6)
        assert visit.left_at_s == pytest.approx(true.left_at_s, abs=1 / 25 + 1e-6)


async def test_the_main_job_from_upload_to_exact_numbers(site: Site, clip: Path) -> None:
    video_id = await site.upload(clip)
    async with connect(site.onwatch.app, "/ws") as viewer:
        first = RecordingViewer(viewer)
        await first.send("subscribe", video_id)
        await site.until(lambda: bool(first.of("subscribed")), "the answer to subscribe")
        assert site.metric("detector", DECODED) == 0, "subscribing alone creates no demand"

        await first.send("start", video_id)
        await site.until(lambda: len(first.read().frames) >= 20, "frames")
        await site.until(lambda: bool(first.of("metrics")), "metrics")
        assert list(dict.fromkeys(first.states())) == ["starting", "streaming"]
        running = await site.get(f"/api/videos/{video_id}/metrics")
        assert (running["source"], running["state"]) == ("redis", "running")

    left_at_s = site.clock.monotonic()
    await site.until(lambda: site.metric("detector", "onwatch_detector_runs_active") == 0, "the detector to stop")
    assert site.clock.monotonic() - left_at_s <= LINGER_S + 1.0
    seen_before = site.metric("detector", DECODED)
    await site.clock.advance(30)
    assert site.metric("detector", DECODED) == seen_before < FRAMES
    await site.until_status(video_id, "paused")

    async with connect(site.onwatch.app, "/ws") as viewer:
        second = RecordingViewer(viewer)
        await second.send("subscribe", video_id)
        await second.send("start", video_id)
        await site.until(lambda: "finished" in second.states(), "the end")
        assert min(number for _, number in second.frames) == seen_before, "it resumes where it paused"
        await site.until_status(video_id, "finished")
        assert site.metric("detector", DECODED) == FRAMES, "no frame was analysed twice"

        vehicles = await site.get(f"/api/videos/{video_id}/vehicles")
        assert vehicles["source"] == "sql"
        assert_equals_truth(vehicles)
        metrics = await site.get(f"/api/videos/{video_id}/metrics")
        assert (metrics["total_vehicles_count"], metrics["current_vehicles_count"]) == (3, 0)
        assert metrics["vehicle_type"] == {"bus": 1, "car": 1, "truck": 1}
        assert metrics["coverage"]["fraction"] == 1.0
        last = second.of("metrics")[-1]["totals"]
        assert last == {name: metrics[name] for name in last}, "the end state on the page equals SQL"

        await site.clock.advance(10)
        assert site.metric("detector", DECODED) == FRAMES, "a viewer who stays does not start it again"


async def test_without_viewers_nothing_is_decoded_or_sent(site: Site, clip: Path) -> None:
    await site.upload(clip)
    await site.clock.advance(60)
    assert site.metric("detector", DECODED) == 0
    assert site.metric("detector", PUBLISHED) == 0
    assert site.onwatch.bus.frames_carried == 0


async def test_an_analysis_gives_the_same_rows_as_watching_and_sends_no_frame(
    site: Site, clip: Path, tmp_path: Path, clock: FakeClock
) -> None:
    watched = await site.upload(clip, "watched")
    async with connect(site.onwatch.app, "/ws") as viewer:
        watcher = RecordingViewer(viewer)
        await watcher.send("subscribe", watched)
        await watcher.send("start", watched)
        await site.until(lambda: "finished" in watcher.states(), "the watched end")
    frames_sent = site.onwatch.bus.frames_carried
    analysed = await site.upload(clip, "analysed")
    assert (await site.http.post(f"/api/videos/{analysed}/analysis")).status_code == 202
    await site.until_status(analysed, "finished")
    rows = [(await site.get(f"/api/videos/{video_id}/vehicles"))["items"] for video_id in (watched, analysed)]
    assert rows[0] == rows[1]
    assert site.onwatch.bus.frames_carried == frames_sent


def log_of(site: Site, video_id: str) -> list[tuple[object, ...]]:
    query = """SELECT chunk_no, starts_s, ends_s, pictures_count, boxes_count, body FROM detections
    JOIN runs USING (run_id) WHERE video_id = ? ORDER BY chunk_no"""
    with closing(sqlite3.connect(site.data_dir / "analytics.db")) as database:
        return database.execute(query, (video_id,)).fetchall()


async def test_the_log_of_a_run_gives_its_rows_again_and_is_the_same_watched_or_not(site: Site, clip: Path) -> None:
    watched, analysed = await site.upload(clip, "watched"), await site.upload(clip, "analysed")
    async with connect(site.onwatch.app, "/ws") as viewer:
        watcher = RecordingViewer(viewer)
        await watcher.send("subscribe", watched)
        await watcher.send("start", watched)
        await site.until(lambda: "finished" in watcher.states(), "the watched end")
    assert (await site.http.post(f"/api/videos/{analysed}/analysis")).status_code == 202
    await site.until_status(analysed, "finished")
    log = log_of(site, watched)
    assert log == log_of(site, analysed)
    assert [pictures for _, _, _, pictures, _, _ in log] == [FRAMES]

    run = (await site.get(f"/api/videos/{watched}/runs"))["items"][0]
    counter = ZoneCounter(Zone.model_validate(run["settings"]["zones"][0]))
    anchor = Anchor(run["settings"]["anchor"])
    events: list[ZoneEvent] = []
    for picture in unpack(log[0][-1]):
        events += counter.observe(picture.timestamp_s, [box.observation(anchor) for box in picture.boxes])
    events += counter.finish(run["coverage"]["analysed_s"])
    left = {(event.vehicle_id, event.entered_at_s, event.left_at_s) for event in events if isinstance(event, Left)}
    rows = (await site.get(f"/api/videos/{watched}/vehicles"))["items"]
    assert left == {(row["vehicle_id"], row["entered_at_s"], row["left_at_s"]) for row in rows}


async def test_viewers_receive_the_counts_of_zones_and_gates(site: Site, clip: Path) -> None:
    video_id = await site.upload(clip)
    gate = {"name": "middle", "points": [[0.0, 0.5], [1.0, 0.5]], "anchor": "center"}
    answer = await site.http.post(f"/api/videos/{video_id}/gates", json=gate)
    assert answer.status_code == 201
    async with connect(site.onwatch.app, "/ws") as viewer:
        watcher = RecordingViewer(viewer)
        await watcher.send("subscribe", video_id)
        await watcher.send("start", video_id)
        await site.until(lambda: "finished" in watcher.states(), "the end")
    counts = watcher.of("counts")[-1]["counts"]
    (crossed,) = counts["gates"]
    assert (crossed["gate_id"], crossed["forward"] or crossed["backward"]) == (
        answer.json()["gate_id"],
        {"bus": 1, "car": 1, "truck": 1},
    )
    assert [(zone["zone_id"], zone["total_vehicles_count"]) for zone in counts["zones"]] == [("roi", 3)]


async def test_starting_a_finished_video_creates_a_new_run_and_keeps_the_earlier_one(site: Site, clip: Path) -> None:
    video_id = await site.upload(clip)
    async with connect(site.onwatch.app, "/ws") as viewer:
        watcher = RecordingViewer(viewer)
        await watcher.send("subscribe", video_id)
        for runs in (1, 2):
            await watcher.send("start", video_id)
            # Not by the states: the end of a run may be announced twice.
            await site.until_answer(
                f"/api/videos/{video_id}/runs",
                lambda found, runs=runs: len({run["run_id"] for run in found["items"]}) == runs,
            )
            await site.until(lambda: watcher.states()[-1] == "finished", f"the end of run {runs}")
            await site.clock.advance(1)
    found = (await site.get(f"/api/videos/{video_id}/runs"))["items"]
    assert len(found) == 2
    assert all(run["total_vehicles_count"] == 3 for run in found)


async def test_two_viewers_share_one_detection_and_one_may_leave(site: Site, clip: Path) -> None:
    video_id = await site.upload(clip)
    async with connect(site.onwatch.app, "/ws") as staying:
        stays = RecordingViewer(staying)
        await stays.send("subscribe", video_id)
        await stays.send("start", video_id)
        async with connect(site.onwatch.app, "/ws") as leaving:
            leaves = RecordingViewer(leaving)
            await leaves.send("subscribe", video_id)
            await leaves.send("start", video_id)
            await site.until(lambda: len(leaves.read().frames) >= 5 <= len(stays.read().frames), "frames for both")
        await site.until(lambda: "finished" in stays.states(), "the end for the one who stays")
    assert site.metric("detector", DECODED) == FRAMES


async def test_two_hundred_quick_switches_never_mix_videos(site: Site, clip: Path) -> None:
    one, other = await site.upload(clip, "one"), await site.upload(clip, "other")
    async with connect(site.onwatch.app, "/ws") as viewer:
        watcher = RecordingViewer(viewer)
        for number in range(200):
            await watcher.send("subscribe", (one, other)[number % 2])
            await watcher.send("start", (one, other)[number % 2])
            await site.clock.advance(0.03)
        await site.until(lambda: len(watcher.of("subscribed")) == 200, "every subscription to be answered")
        await site.until(lambda: any(kind == "frame" for kind, _ in watcher.read().order), "a frame")
        subscribed = ""
        for kind, video_id in watcher.read().order:
            if kind == "subscribed":
                assert subscribed == "", "a second subscription"
                subscribed = video_id
            elif kind == "unsubscribed":
                subscribed = ""
            elif kind == "frame":
                assert video_id == subscribed, "a frame of another video"
    await site.until(lambda: site.metric("gateway", "onwatch_gateway_videos_wanted") == 0, "demand back to zero")
    await site.until(lambda: site.metric("detector", "onwatch_detector_runs_active") == 0, "the detector to stop")


async def test_deleting_a_streaming_video_stops_it_and_removes_everything(site: Site, clip: Path) -> None:
    video_id = await site.upload(clip)
    async with connect(site.onwatch.app, "/ws") as viewer:
        watcher = RecordingViewer(viewer)
        await watcher.send("subscribe", video_id)
        await watcher.send("start", video_id)
        await site.until(lambda: len(watcher.read().frames) >= 10, "frames")
        assert (await site.http.delete(f"/api/videos/{video_id}")).status_code == 204
        await site.until(lambda: "deleted" in watcher.states(), "the viewer's notification")
    await site.until(lambda: site.metric("detector", "onwatch_detector_runs_active") == 0, "the detector to stop")
    assert (await site.http.get(f"/api/videos/{video_id}")).status_code == 404
    assert (await site.get("/api/videos"))["items"] == []
    metrics = await site.until_answer(f"/api/videos/{video_id}/metrics", lambda metrics: metrics["source"] == "none")
    assert metrics["total_vehicles_count"] == 0
    assert not [path for path in (site.data_dir / "media").rglob("*") if path.is_file()]
    assert site.onwatch.bus.dead_letters == []


async def test_finished_results_survive_a_restart(tmp_path: Path, clock: FakeClock, clip: Path) -> None:
    async with running_site(tmp_path / "data", clock) as site:
        video_id = await site.upload(clip)
        await site.http.post(f"/api/videos/{video_id}/analysis")
        await site.until_status(video_id, "finished")
        before = await site.get(f"/api/videos/{video_id}/vehicles")
    async with running_site(tmp_path / "data", clock) as again:
        assert await again.get(f"/api/videos/{video_id}/vehicles") == before
        assert_equals_truth(before)


async def test_one_trace_leads_from_the_click_to_the_row_in_sql(
    site: Site, clip: Path, exported_spans: InMemorySpanExporter
) -> None:
    video_id = await site.upload(clip)
    async with connect(site.onwatch.app, "/ws") as viewer:
        watching = RecordingViewer(viewer)
        await watching.send("subscribe", video_id)
        await watching.send("start", video_id)
        await site.until(lambda: "finished" in watching.read().states(), "the end")
    await site.until(lambda: site.metric("detector", "onwatch_detector_runs_active") == 0, "the detector to stop")
    spans = exported_spans.get_finished_spans()
    (click,) = (each for each in spans if each.name == "channel start")
    names = Counter(each.name for each in spans if each.context.trace_id == click.context.trace_id)
    once = {"channel start", "run", "process video", "video.finished", "save results", "video.persisted"}
    assert once <= set(names)
    assert names["run"] == names["save results"] == 1
    assert names["metrics.batch"] == 2, "the first and the last: others are not sampled"
    (saved,) = (each for each in spans if each.name == "save results")
    assert saved.start_time >= click.start_time
