"""Whole sites over HTTP: reading, files, copies, and when a video was recorded."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from onwatch_contracts.messages import RunFailedV1, RunStartedV1, VideoPersistedV1
from onwatch_contracts.site import Site
from onwatch_contracts.values import Coverage, Totals
from onwatch_runtime.bus import Publisher

DOCUMENT = Path(__file__).parents[4] / "docs/zones-and-gates.md"
SQUARE = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.4], [0.1, 0.4]]
CALIBRATION = {
    "image_points": [[0.3, 0.4], [0.7, 0.4], [0.9, 0.9], [0.1, 0.9]],
    "side_lengths_m": [7.2, 24.5, 7.2, 24.5],
}
FILE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "roi",
            "properties": {"name": "Junction", "anchor": "center"},
            "geometry": {"type": "Polygon", "coordinates": [[*SQUARE, SQUARE[0]]]},
        },
        {
            "type": "Feature",
            "properties": {"name": "Queue", "vehicle_types": ["car"]},
            "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
        },
        {
            "type": "Feature",
            "properties": {"name": "North", "forward_name": "in"},
            "geometry": {"type": "LineString", "coordinates": [[0.1, 0.5], [0.9, 0.5]]},
        },
    ],
    "movements": [{"movement_id": "in", "name": "In", "steps": [{"gate_id": "north", "direction": "forward"}]}],
    "calibration": CALIBRATION,
    "recorded_at": "2026-05-01T07:00:00+02:00",
    "time_zone": "Europe/Berlin",
}


async def test_a_site_is_what_its_message_says(site: Any) -> None:
    await site.http.patch(f"/api/videos/{site.video_id}", json={"calibrate_coordinates": CALIBRATION})

    answer = await site.get("site")

    message = await site.published()
    assert Site.model_validate_json(answer.content) == message.site
    assert (answer.headers["etag"], message.revision) == ('"2"', 2)
    assert message.site.calibration is not None
    assert message.site.aspect_ratio == 64 / 48


async def test_another_name_of_the_video_is_no_change_of_its_site(site: Any) -> None:
    await site.http.patch(f"/api/videos/{site.video_id}", json={"name": "New", "engine": "motion"})

    assert (await site.get("site")).headers["etag"] == '"1"'


async def test_a_file_replaces_the_whole_site_and_comes_back_the_same(site: Any) -> None:
    await site.gate("old")

    answer = await site.put("site", FILE)

    changed = answer.json()
    assert answer.status_code == 200, changed
    assert (changed["revision"], answer.headers["etag"]) == (3, '"3"')
    assert [zone["zone_id"] for zone in changed["site"]["zones"]] == ["roi", "queue"]
    assert [gate["gate_id"] for gate in changed["site"]["gates"]] == ["north"]
    assert changed["site"]["zones"][0]["polygon"] == SQUARE
    assert changed["site"]["recorded_at"] == "2026-05-01T07:00:00+02:00"
    assert (await site.get("recording")).json()["source"] == "person"
    exported = await site.get("site", params={"format": "geojson"})
    assert exported.headers["content-type"] == "application/geo+json"
    assert "recorded_at" not in exported.json(), "a file is for other videos of the camera, too"
    assert (await site.put("site", exported.json())).json()["revision"] == 3, "nothing has changed"
    assert (await site.get("site")).json() == changed["site"]


async def test_what_a_file_does_not_have_stays(site: Any) -> None:
    await site.put("site", FILE)

    answer = await site.put("site", {"type": "FeatureCollection", "features": []})

    found = answer.json()["site"]
    assert (found["zones"][0]["polygon"], found["zones"][0]["name"]) == (SQUARE, "Junction")
    assert (len(found["zones"]), found["gates"], found["movements"]) == (1, [], [])
    assert found["calibration"] == CALIBRATION
    assert found["recorded_at"] == "2026-05-01T07:00:00+02:00"
    removed = await site.put("site", {"type": "FeatureCollection", "features": [], "calibration": None})
    assert removed.json()["site"]["calibration"] is None


async def test_the_file_in_the_documentation_is_accepted(site: Any) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", document, re.DOTALL)

    answer = await site.put("site", json.loads(example))

    found = answer.json()["site"]
    assert [zone["name"] for zone in found["zones"]] == ["Region of interest", "Queue"]
    assert [gate["gate_id"] for gate in found["gates"]] == ["north", "east"]
    assert [movement["name"] for movement in found["movements"]] == ["Left turn"]


def changed_file(path: tuple[Any, ...], value: Any) -> Any:
    file = json.loads(json.dumps(FILE))
    *parents, last = path
    target = file
    for key in parents:
        target = target[key]
    target[last] = value
    return file


@pytest.mark.parametrize(
    ("path", "value", "code", "why"),
    [
        (("features", 1, "properties", "forward_name"), "in", "invalid_site_file", "'Queue' is a polygon"),
        (("features", 1, "id"), "roi", "id_taken", "roi"),
        (("features", 0, "properties", "vehicle_types"), ["car"], "region_of_interest_fixed", "every type"),
        (("features", 1, "properties", "name"), "junction", "name_taken", "Junction"),
        (("features", 1, "geometry", "coordinates"), [[*SQUARE[:2], SQUARE[0]]], "invalid_zone", "it has 2 points"),
        (("features", 2, "geometry", "coordinates"), [[0.5, 0.5], [0.5, 0.5]], "invalid_gate", "'North'"),
        (("movements", 0, "steps", 0, "gate_id"), "south", "unknown_gate", "its gates are north"),
        (("calibration", "side_lengths_m"), [1, 1, 1, 9], "invalid_calibration", "they cannot close"),
        (("time_zone",), "Berlin", "invalid_recording", "'Berlin' is not a time zone"),
        (("features", 0, "geometry", "type"), "Point", "invalid_request", "geometry"),
    ],
)
async def test_a_file_with_a_flaw_changes_nothing(site: Any, path: Any, value: Any, code: str, why: str) -> None:
    answer = await site.put("site", changed_file(path, value))

    assert (answer.status_code in (409, 422), answer.json()["code"]) == (True, code)
    assert why in answer.json()["detail"]
    assert (await site.get("site")).headers["etag"] == '"1"'


async def test_a_site_is_copied_from_another_video(site: Any, clip: Path) -> None:
    await site.put("site", FILE)
    other = (await site.stage.upload(clip, name="cam_20260502_070000")).json()["id"]

    answer = await site.http.post(f"/api/videos/{other}/site/copy", json={"from_video_id": site.video_id})

    source, copy = (await site.get("site")).json(), answer.json()["site"]
    assert answer.status_code == 200
    assert copy == source | {"recorded_at": "2026-05-02T07:00:00Z", "time_zone": None}
    missing = await site.post("site/copy", {"from_video_id": "nobody"})
    assert (missing.status_code, missing.json()["detail"]) == (404, "There is no video nobody.")


# --- when it was recorded ------------------------------------------------------------------------


async def test_the_time_in_the_name_of_a_file_is_found(site: Any, clip: Path, tmp_path: Path) -> None:
    named = tmp_path / "cam_20260701_080000.mp4"
    named.write_bytes(clip.read_bytes())  # noqa: ASYNC240 a few kilobytes
    video_id = await site.stage.add(named, name="Main street")

    answer = await site.http.get(f"/api/videos/{video_id}/recording")

    assert answer.json() == {"recorded_at": "2026-07-01T08:00:00Z", "time_zone": None, "source": "file_name"}
    there = await site.http.patch(f"/api/videos/{video_id}/recording", json={"time_zone": "Europe/Berlin"})
    assert there.json() == {
        "recorded_at": "2026-07-01T08:00:00+02:00",
        "time_zone": "Europe/Berlin",
        "source": "file_name",
    }


async def test_a_person_sets_when_a_video_was_recorded(site: Any) -> None:
    assert (await site.get("recording")).json() == {"recorded_at": None, "time_zone": None, "source": "none"}

    answer = await site.patch("recording", {"recorded_at": "2026-05-01T05:00:00Z", "time_zone": "Europe/Berlin"})
    assert answer.json() == {
        "recorded_at": "2026-05-01T07:00:00+02:00",
        "time_zone": "Europe/Berlin",
        "source": "person",
    }
    assert (await site.published()).site.recorded_at.isoformat() == "2026-05-01T07:00:00+02:00"
    elsewhere = await site.patch("recording", {"time_zone": "Asia/Tokyo"})
    assert elsewhere.json()["recorded_at"] == "2026-05-01T14:00:00+09:00", "the same moment"
    local = await site.patch("recording", {"recorded_at": "2026-05-01T07:00"})
    assert local.json()["recorded_at"] == "2026-05-01T07:00:00+09:00"
    unknown = await site.patch("recording", {"recorded_at": None})
    assert unknown.json() == {"recorded_at": None, "time_zone": "Asia/Tokyo", "source": "none"}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"recorded_at": "2026-05-01T07:00:00"}, "no UTC offset"),
        ({"recorded_at": "1492-10-12T02:00:00Z"}, "is in the year 1492"),
        ({"recorded_at": "9999-12-31T23:59:59-11:00"}, "is in the year 9999"),
        ({"time_zone": "Mars/Olympus"}, "'Mars/Olympus' is not a time zone"),
    ],
)
async def test_a_time_that_cannot_be_is_refused(site: Any, body: Any, why: str) -> None:
    answer = await site.patch("recording", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_recording")
    assert why in answer.json()["detail"]


# --- when a change counts ------------------------------------------------------------------------


async def test_a_change_tells_when_the_video_is_counted_with_it(site: Any, memory_bus: Any, clock: Any) -> None:
    publisher = Publisher(memory_bus, clock, lambda: "m")
    run: Any = {"video_id": site.video_id, "run_id": "r"}

    async def note(name: str) -> str:
        await memory_bus.settle()
        answer = await site.post("gates", {"name": name, "points": [[0.1, 0.5], [0.9, 0.5]]})
        found: str = answer.json()["note"]
        return found

    assert await note("a") == "The video is counted with this from its next run on."
    started: Any = {"epoch": 1, "worker_id": "w", "resumed": False, "position_s": 0, "detector_model": "demo"}
    await publisher.publish(RunStartedV1, **run, **started)
    assert (await note("b")).startswith("The run in progress keeps what it began with; the video is counted again")
    await publisher.publish(VideoPersistedV1, **run, totals=Totals(), coverage=Coverage())
    assert (await note("c")).startswith("The video is counted again from the detections of its last run")
    await clock.advance(1)
    await publisher.publish(RunFailedV1, video_id=site.video_id, run_id=None, code="x", reason="No model.")
    assert (await note("d")).startswith("The video is counted again")
