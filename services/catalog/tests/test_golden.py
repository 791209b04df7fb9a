"""Response shapes are golden files. `ONWATCH_REGENERATE_GOLDEN=1` rewrites them; review the difference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog import errors
from onwatch_contracts.messages import RunFailedV1
from onwatch_runtime.bus import Publisher
from onwatch_testkit.golden import Golden
from onwatch_testkit.sample_videos import write_no_frames, write_sound

GOLDEN = Path(__file__).with_name("golden")
ROI = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
LINE = [[0.1, 0.5], [0.9, 0.5]]
CALIBRATION = {
    "image_points": [[0.3, 0.4], [0.7, 0.4], [0.9, 0.9], [0.1, 0.9]],
    "side_lengths_m": [7.2, 24.5, 7.2, 24.5],
}


def is_golden(name: str, answer: Any, **masked: Any) -> None:
    """Compare an answer's status and body with its file; `masked` hides what differs between encoders."""
    shown = {"status": answer.status_code, "body": answer.json() | masked}
    text = json.dumps(shown, indent=2, ensure_ascii=False) + "\n"
    Golden(GOLDEN).check(f"{name}.json", text)


async def test_a_video_matches_its_golden_file(stage: Any, clip: Path) -> None:
    answer = await stage.upload(clip, name="Main street")

    is_golden("video", answer, size_bytes=12345)


async def test_a_video_with_everything_set_matches_its_golden_file(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip, name="Main street")
    await stage.http.patch(f"/api/videos/{video_id}", json={"roi": ROI, "calibrate_coordinates": CALIBRATION})
    failed = Publisher(stage.bus, stage.clock, lambda: "m")
    await failed.publish(RunFailedV1, video_id=video_id, run_id=None, code="model_missing", reason="No model.")
    await stage.bus.settle()
    await stage.clock.advance(1.5)
    await stage.http.post(f"/api/videos/{video_id}/analysis")

    is_golden("video-full", await stage.http.get(f"/api/videos/{video_id}"), size_bytes=12345)


async def test_what_a_file_turned_out_to_be_matches_its_golden_file(stage: Any, raw_clip: Path) -> None:
    video_id = await stage.add(raw_clip)

    is_golden("video-file", await stage.http.get(f"/api/videos/{video_id}/file"))


async def test_the_refusal_of_a_rate_matches_its_golden_file(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)

    answer = await stage.http.patch(f"/api/videos/{video_id}/file", json={"recorded_fps": 12.5})

    is_golden("problem-rate-from-timestamps", answer)
    is_golden("problem-invalid-recorded-fps", await stage.upload(clip, recorded_fps="fast"))


async def test_a_page_matches_its_golden_file(stage: Any, clip: Path) -> None:
    for name in ("first", "second", "third"):
        await stage.add(clip, name=name)
        await stage.clock.advance(1)

    answer = await stage.http.get("/api/videos", params={"limit": 2})

    items = [video | {"size_bytes": 12345} for video in answer.json()["items"]]
    is_golden("video-page", answer, items=items)


async def test_the_last_page_matches_its_golden_file(stage: Any) -> None:
    is_golden("video-page-empty", await stage.http.get("/api/videos"))


PATCHES = {
    "invalid-roi": {"roi": [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]},
    "invalid-calibration": {"calibrate_coordinates": CALIBRATION | {"side_lengths_m": [1, 1, 1, 9]}},
    "invalid-name": {"name": "  "},
    "invalid-patch": {"name": None},
    "invalid-request": {"roi": [[0, 0], [2, 0], [0, 1]]},
}


@pytest.mark.parametrize("name", PATCHES)
async def test_the_refusal_of_an_edit_matches_its_golden_file(stage: Any, clip: Path, name: str) -> None:
    video_id = await stage.add(clip)

    is_golden(f"problem-{name}", await stage.http.patch(f"/api/videos/{video_id}", json=PATCHES[name]))


async def test_the_refusal_of_a_file_matches_its_golden_file(stage: Any, tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("bad")
    (folder / "text.mp4").write_text("no video\n" * 100)
    (folder / "empty.mp4").touch()
    (folder / "cut.mp4").write_bytes(b"\0\0\0\x20ftypisom" + bytes(100))
    files = {
        "not-a-video": folder / "text.mp4",
        "empty-file": folder / "empty.mp4",
        "truncated-video": folder / "cut.mp4",
        "no-video-stream": write_sound(folder / "song.m4a"),
        "no-frames": write_no_frames(folder / "none.avi"),
    }
    for name, path in files.items():
        is_golden(f"problem-{name}", await stage.upload(path))


async def test_the_refusal_of_an_upload_matches_its_golden_file(staging: Any) -> None:
    async with staging(max_upload_bytes=1000) as stage:
        body = {"files": {"file": ("a.mp4", b"x" * 100_000)}}
        is_golden("problem-upload-too-large", await stage.http.post("/api/videos", **body))
        is_golden("problem-malformed-upload", await stage.http.post("/api/videos", json={}))
        fields = {str(number): "" for number in range(33)}
        body = {"files": {"file": ("a.mp4", b"x")}, "data": fields}
        is_golden("problem-form-too-large", await stage.http.post("/api/videos", **body))


async def test_a_resumable_upload_and_its_refusals_match_their_golden_files(stage: Any) -> None:
    tus = {"tus-resumable": "1.0.0"}
    part = tus | {"content-type": "application/offset+octet-stream"}
    is_golden("problem-unsupported-tus-version", await stage.http.post("/api/uploads"))
    is_golden("problem-invalid-upload-request", await stage.http.post("/api/uploads", headers=tus))
    begun = await stage.http.post("/api/uploads", headers=tus | {"upload-length": "500"})
    upload = begun.headers["location"]
    is_golden("upload", await stage.http.get(upload))
    is_golden("problem-upload-media-type", await stage.http.patch(upload, headers=tus, json={}))
    is_golden(
        "problem-upload-offset-mismatch",
        await stage.http.patch(upload, headers=part | {"upload-offset": "7"}, content=b"x"),
    )
    is_golden("problem-upload-not-found", await stage.http.get("/api/uploads/nobody"))


async def test_the_refusal_of_a_large_body_matches_its_golden_file(stage: Any) -> None:
    is_golden("problem-body-too-large", await stage.http.patch("/api/videos/v", content=b"x" * 65_537))


async def test_what_is_not_found_matches_its_golden_file(stage: Any, clip: Path) -> None:
    is_golden("problem-video-not-found", await stage.http.get("/api/videos/nobody"))
    is_golden("problem-folder-not-found", await stage.http.get("/api/videos", params={"folder": "nothing"}))
    is_golden("problem-invalid-cursor", await stage.http.get("/api/videos", params={"cursor": "?"}))
    video_id = await stage.add(clip)
    bad_range = {"range": "bytes=99999999-"}
    answer = await stage.http.get(f"/api/videos/{video_id}/content", headers=bad_range)
    size_bytes = (await stage.http.get(f"/api/videos/{video_id}")).json()["size_bytes"]
    is_golden(
        "problem-range-not-satisfiable", answer, detail=answer.json()["detail"].replace(f" {size_bytes} ", " 12345 ")
    )
    (stage.folder / "media" / video_id / "thumbnail.jpg").unlink()
    is_golden("problem-file-missing", await stage.http.get(f"/api/videos/{video_id}/thumbnail"))


async def test_a_join_matches_its_golden_file(stage: Any, clip: Path) -> None:
    ids = [await stage.add(clip, name=name) for name in ("cam_20260101_080000", "cam_20260101_080002")]

    started = await stage.http.post("/api/joins", json={"video_ids": ids})

    is_golden("join-started", started)
    assert (await stage.http.delete(started.headers["location"])).status_code == 204


async def test_the_refusal_of_a_join_matches_its_golden_file(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)

    is_golden("problem-join-not-found", await stage.http.get("/api/joins/j"))
    twice = {"video_ids": [video_id, video_id]}
    is_golden("problem-invalid-join", await stage.http.post("/api/joins", json=twice))


async def test_sites_match_their_golden_files(stage: Any, clip: Path) -> None:
    video = f"/api/videos/{await stage.add(clip, name='cam_20260101_080000')}"
    zone = await stage.http.post(f"{video}/zones", json={"name": "Queue", "polygon": ROI, "vehicle_types": ["car"]})
    gate = await stage.http.post(f"{video}/gates", json={"name": "North", "points": LINE})
    steps = [{"gate_id": "north", "direction": "forward"}]
    movement = await stage.http.post(f"{video}/movements", json={"name": "Entry", "steps": steps})

    is_golden("zone-added", zone)
    is_golden("gate-added", gate)
    is_golden("movement-added", movement)
    is_golden("zones", await stage.http.get(f"{video}/zones"))
    is_golden("recording", await stage.http.get(f"{video}/recording"))
    is_golden("site", await stage.http.get(f"{video}/site"))
    is_golden("site-file", await stage.http.get(f"{video}/site", params={"format": "geojson"}))


async def test_the_refusals_of_sites_match_their_golden_files(stage: Any, clip: Path) -> None:
    video = f"/api/videos/{await stage.add(clip)}"
    zone, gate = {"name": "Queue", "polygon": ROI}, {"name": "North", "points": LINE}
    movement = {"name": "Entry", "steps": [{"gate_id": "north"}]}
    polygon = {"type": "Polygon", "coordinates": [ROI]}
    feature = {"type": "Feature", "properties": {"name": "Queue", "forward_name": "in"}, "geometry": polygon}
    for path, body in (("zones", zone), ("gates", gate), ("movements", movement)):
        assert (await stage.http.post(f"{video}/{path}", json=body)).status_code == 201
    bow_tie = PATCHES["invalid-roi"]["roi"]
    refused: dict[str, tuple[str, str, Any]] = {
        "zone-not-found": ("GET", "zones/x", None),
        "gate-not-found": ("GET", "gates/x", None),
        "movement-not-found": ("GET", "movements/x", None),
        "invalid-item-name": ("POST", "zones", zone | {"name": " "}),
        "name-taken": ("POST", "zones", zone),
        "id-taken": ("POST", "zones", zone | {"name": "Other", "zone_id": "queue"}),
        "invalid-zone": ("POST", "zones", zone | {"name": "Other", "polygon": bow_tie}),
        "region-of-interest-fixed": ("PATCH", "zones/roi", {"position": 2}),
        "invalid-gate": ("POST", "gates", {"name": "South", "points": [LINE[0], LINE[0]]}),
        "gate-in-use": ("DELETE", "gates/north", None),
        "unknown-gate": ("POST", "movements", {"name": "Left", "steps": [{"gate_id": "west"}]}),
        "invalid-site-file": ("PUT", "site", {"type": "FeatureCollection", "features": [feature]}),
        "invalid-recording": ("PATCH", "recording", {"recorded_at": "2026-01-01T08:00:00"}),
    }
    for name, (method, path, body) in refused.items():
        is_golden(f"problem-{name}", await stage.http.request(method, f"{video}/{path}", json=body))
    stale = {"if-match": '"1"'}
    is_golden("problem-revision-mismatch", await stage.http.delete(f"{video}/zones/queue", headers=stale))


async def test_the_refusal_of_an_upload_beyond_the_quota_matches_its_golden_file(staging: Any) -> None:
    headers = {"tus-resumable": "1.0.0", "upload-length": "52428800"}
    async with staging(storage_quota_bytes=50_000_000) as stage:
        is_golden("problem-storage-quota-exceeded", await stage.http.post("/api/uploads", headers=headers))


async def test_the_refusal_of_a_part_of_a_picture_matches_its_golden_file(stage: Any, clip: Path) -> None:
    picture = f"/api/videos/{await stage.add(clip)}/picture"

    is_golden("problem-invalid-part", await stage.http.get(picture, params={"at_s": 0, "left": 0.1}))


def test_every_error_that_can_be_provoked_here_has_a_golden_file() -> None:
    classes = [cls for cls in vars(errors).values() if isinstance(cls, type) and "code" in vars(cls)]
    unseen = {  # see test_errors
        errors.StoreUnavailable,
        errors.StoreFull,
        errors.StorageFull,
        errors.TooManyUploads,
        errors.UploadInterrupted,
        errors.FilesTakenOver,
        errors.StillBusy,
        errors.PictureTooLarge,
        errors.InspectionLimitExceeded,
        errors.TooManyJoins,
        errors.RecordingsNotJoined,
        errors.TooManyItems,
        errors.NoStill,
        errors.StillsBusy,
    }
    expected = {f"problem-{cls.code.replace('_', '-')}.json" for cls in classes if cls not in unseen}

    assert expected <= {path.name for path in GOLDEN.iterdir()}
