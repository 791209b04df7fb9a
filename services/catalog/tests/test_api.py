"""The HTTP API, over the built service."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from onwatch_contracts.http import PROBLEM_MEDIA_TYPE
from onwatch_contracts.messages import VideoCreatedV1, VideoDeletedV1, VideoUpdatedV1
from onwatch_testkit.sample_videos import write_dhav, write_no_frames, write_sound, write_video

ROI = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]
BOW_TIE = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]
CALIBRATION = {
    "image_points": [[0.3, 0.4], [0.7, 0.4], [0.9, 0.9], [0.1, 0.9]],
    "side_lengths_m": [7.2, 24.5, 7.2, 24.5],
}

COUNTED = "The file has no usable timestamps: its pictures are counted at {}."


def content_of(path: Path) -> bytes:
    return path.read_bytes()


# --- upload --------------------------------------------------------------------------------------


async def test_an_upload_becomes_a_video_and_is_announced(stage: Any, clip: Path) -> None:
    answer = await stage.upload(clip, name="Main street")

    video = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/videos/{video['id']}"
    assert (video["name"], video["status"]) == ("Main street", "ready")
    assert (video["duration_s"], video["fps"], video["width"], video["height"]) == (2.0, 10.0, 64, 48)
    assert video["size_bytes"] == len(content_of(clip))
    assert content_of(stage.folder / "media" / video["file_path"]) == content_of(clip)
    announced = await stage.next_message()
    assert isinstance(announced, VideoCreatedV1)
    assert announced.video_id == video["id"]
    assert (await stage.http.get(answer.headers["location"])).json() == video


async def test_a_video_without_a_name_is_named_after_its_file(stage: Any, clip: Path) -> None:
    assert (await stage.upload(clip)).json()["name"] == "street.mp4"


def truncated(folder: Path) -> Path:
    whole = write_video(folder / "whole.mp4", seconds=10, options={"movflags": "faststart"}).read_bytes()
    path = folder / "cut.mp4"
    path.write_bytes(whole[: len(whole) * 6 // 10])
    return path


def text(folder: Path) -> Path:
    path = folder / "letter.mp4"
    path.write_text("Dear reader, this is no video.\n" * 100)
    return path


def empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


BAD_FILES = [
    pytest.param(text, "not_a_video", id="text"),
    pytest.param(empty, "empty_file", id="empty"),
    pytest.param(truncated, "truncated_video", id="truncated"),
    pytest.param(lambda folder: write_sound(folder / "song.m4a"), "no_video_stream", id="sound"),
    pytest.param(lambda folder: write_no_frames(folder / "none.avi"), "no_frames", id="no-frames"),
    pytest.param(lambda folder: write_video(folder / "one.mp4", seconds=0.1), "no_frames", id="one-frame"),
]


@pytest.mark.parametrize(("make", "code"), BAD_FILES)
async def test_a_file_that_is_no_video_is_refused_and_deleted(
    stage: Any, tmp_path_factory: Any, make: Any, code: str
) -> None:
    answer = await stage.upload(make(tmp_path_factory.mktemp("bad")))

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE
    assert stage.media_content() == []
    assert (await stage.http.get("/api/videos")).json() == {"items": [], "next_cursor": None}


async def test_an_upload_over_the_limit_is_refused_by_its_declared_length(staging: Any, clip: Path) -> None:
    async with staging(max_upload_bytes=1000) as stage:
        body = b"x" * 3_000_000  # more than file and fields may have together
        answer = await stage.http.post("/api/videos", files={"file": ("big.mp4", body)})

        assert (answer.status_code, answer.json()["code"]) == (413, "upload_too_large")
        assert "1000 bytes" in answer.json()["detail"]
        assert stage.media_content() == []


async def test_an_upload_over_the_limit_is_refused_while_it_is_received(staging: Any) -> None:
    async def body() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(10_000):
            taken.append(1)
            yield b"x" * 500

    taken: list[int] = []
    async with staging(max_upload_bytes=1000) as stage:
        answer = await stage.http.post(
            "/api/videos", content=body(), headers={"content-type": "multipart/form-data; boundary=b"}
        )

        assert (answer.status_code, answer.json()["code"]) == (413, "upload_too_large")
        assert len(taken) < 10
        assert stage.media_content() == []


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=b", b"no form at all"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nA\r\n--b--\r\n',
        ),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nhalf'),
    ],
)
async def test_a_body_that_is_not_a_form_with_a_file_is_refused(stage: Any, content_type: str, body: bytes) -> None:
    answer = await stage.http.post("/api/videos", content=body, headers={"content-type": content_type})

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_upload")
    assert stage.media_content() == []


async def test_an_upload_with_an_invalid_name_is_refused_and_deleted(stage: Any, clip: Path) -> None:
    answer = await stage.upload(clip, name="   ")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_name")
    assert stage.media_content() == []


async def test_a_disconnected_upload_is_deleted(stage: Any) -> None:
    events = [
        {
            "type": "http.request",
            "body": b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf',
            "more_body": True,
        },
        {"type": "http.disconnect"},
    ]

    async def receive() -> Any:
        return events.pop(0)

    async def send(_message: Any) -> None: ...

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/videos",
        "query_string": b"",
        "headers": [(b"content-type", b"multipart/form-data; boundary=b")],
    }
    await stage.service.app(scope, receive, send)

    assert stage.media_content() == []


async def test_a_cancelled_upload_is_deleted(stage: Any) -> None:
    begun = asyncio.Event()

    async def body() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf'
        begun.set()
        await asyncio.Event().wait()

    headers = {"content-type": "multipart/form-data; boundary=b"}
    upload = asyncio.create_task(stage.http.post("/api/videos", content=body(), headers=headers))
    await begun.wait()
    upload.cancel()
    await asyncio.gather(upload, return_exceptions=True)

    assert stage.media_content() == []


# --- list ----------------------------------------------------------------------------------------


async def test_pages_list_every_video_once_newest_first(stage: Any, clip: Path) -> None:
    ids = []
    for number in range(5):
        ids.append(await stage.add(clip))
        await stage.clock.advance(number % 2)  # two of them at the same time

    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await stage.http.get("/api/videos", params=query)).json()
        seen += [video["id"] for video in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert sorted(seen) == sorted(ids)
    created_at = [(await stage.http.get(f"/api/videos/{video_id}")).json()["created_at"] for video_id in seen]
    assert created_at == sorted(created_at, reverse=True)


async def test_an_invalid_cursor_is_refused(stage: Any) -> None:
    answer = await stage.http.get("/api/videos", params={"cursor": "nonsense!"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


@pytest.mark.parametrize("limit", ["0", "201", "many"])
async def test_a_limit_out_of_bounds_is_refused(stage: Any, limit: str) -> None:
    answer = await stage.http.get("/api/videos", params={"limit": limit})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/thumbnail"),
        ("GET", "/content"),
        ("POST", "/analysis"),
        ("DELETE", "/analysis"),
    ],
)
async def test_a_video_that_does_not_exist_is_not_found(stage: Any, method: str, path: str) -> None:
    for video_id in ("nobody", "a.b", "a%20b", "%00", "%ff", "a%0A", "x" * 65, "x" * 5000):
        answer = await stage.http.request(
            method, f"/api/videos/{video_id}{path}", json={} if method == "PATCH" else None
        )

        assert (answer.status_code, answer.json()["code"]) == (404, "video_not_found"), video_id
        assert unquote(video_id) in answer.json()["detail"]


# --- edit ----------------------------------------------------------------------------------------


async def test_a_patch_changes_only_what_is_present(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    before = (await stage.http.get(f"/api/videos/{video_id}")).json()

    roi = await stage.http.patch(f"/api/videos/{video_id}", json={"roi": ROI})
    rest = await stage.http.patch(
        f"/api/videos/{video_id}",
        json={"name": " New ", "anchor": "center", "engine": "motion", "calibrate_coordinates": CALIBRATION},
    )

    assert roi.json() == before | {"roi": ROI}
    assert rest.json() == before | {
        "roi": ROI,
        "name": "New",
        "anchor": "center",
        "engine": "motion",
        "calibrate_coordinates": CALIBRATION,
    }
    assert isinstance(await stage.next_message(), VideoUpdatedV1)
    assert isinstance(await stage.next_message(), VideoUpdatedV1)


async def test_null_clears_the_roi_and_the_calibration(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    await stage.http.patch(f"/api/videos/{video_id}", json={"roi": ROI, "calibrate_coordinates": CALIBRATION})

    cleared = await stage.http.patch(f"/api/videos/{video_id}", json={"roi": None, "calibrate_coordinates": None})

    assert (cleared.json()["roi"], cleared.json()["calibrate_coordinates"]) == (None, None)


async def test_a_patch_that_changes_nothing_announces_nothing(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)

    assert (await stage.http.patch(f"/api/videos/{video_id}", json={})).status_code == 200
    await stage.http.patch(f"/api/videos/{video_id}", json={"name": "other"})

    assert isinstance(await stage.next_message(), VideoUpdatedV1)
    assert stage.unread_messages() == []


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"name": None}, "invalid_patch"),
        ({"anchor": None}, "invalid_patch"),
        ({"engine": None}, "invalid_patch"),
        ({"engine": "radar"}, "invalid_request"),
        ({"name": "  "}, "invalid_name"),
        ({"name": ""}, "invalid_request"),
        ({"roi": BOW_TIE}, "invalid_roi"),
        ({"roi": ROI[:2]}, "invalid_request"),
        ({"roi": [[0, 0], [2, 0], [0, 1]]}, "invalid_request"),
        ({"calibrate_coordinates": CALIBRATION | {"image_points": BOW_TIE}}, "invalid_calibration"),
        ({"calibrate_coordinates": CALIBRATION | {"side_lengths_m": [1, 1, 1, 9]}}, "invalid_calibration"),
        ({"calibrate_coordinates": CALIBRATION | {"side_lengths_m": [1, 1, 1, -1]}}, "invalid_request"),
        ({"status": "finished"}, "invalid_request"),
    ],
)
async def test_an_invalid_edit_is_refused_and_changes_nothing(
    stage: Any, clip: Path, patch: dict[str, Any], code: str
) -> None:
    video_id = await stage.add(clip)
    before = (await stage.http.get(f"/api/videos/{video_id}")).json()

    answer = await stage.http.patch(f"/api/videos/{video_id}", json=patch)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await stage.http.get(f"/api/videos/{video_id}")).json() == before
    assert stage.unread_messages() == []


# --- what a file turned out to be ----------------------------------------------------------------


async def test_a_sound_file_has_no_notes(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)

    found = (await stage.http.get(f"/api/videos/{video_id}/file")).json()

    assert (found["container"], found["media_type"], found["codec"]) == ("mp4", "video/mp4", "mpeg4")
    assert (found["width"], found["height"], found["fps"], found["duration_s"]) == (64, 48, 10.0, 2.0)
    assert (found["is_counted"], found["is_rate_assumed"], found["recorded_fps"], found["notes"]) == (
        False,
        False,
        None,
        [],
    )


async def test_an_assumed_rate_is_told_and_can_be_corrected(stage: Any, raw_clip: Path) -> None:
    video_id = await stage.add(raw_clip)
    url = f"/api/videos/{video_id}/file"
    assumed = (await stage.http.get(url)).json()

    answer = await stage.http.patch(url, json={"recorded_fps": 5})

    assert (assumed["is_rate_assumed"], assumed["fps"], assumed["duration_s"]) == (True, 25.0, 0.8)
    assert assumed["notes"] == [COUNTED.format("25 a second (assumed)")]
    found = answer.json()
    assert answer.status_code == 200, found
    assert (found["is_rate_assumed"], found["recorded_fps"], found["fps"], found["duration_s"]) == (
        False,
        5.0,
        5.0,
        4.0,
    )
    assert found["notes"] == [COUNTED.format("5 a second (as set)")]
    assert (await stage.http.get(url)).json() == found
    video = (await stage.http.get(f"/api/videos/{video_id}")).json()
    assert (video["fps"], video["duration_s"]) == (5.0, 4.0)
    message = await stage.next_message()
    assert isinstance(message, VideoUpdatedV1)
    assert message.video_id == video_id


async def test_a_rate_that_was_set_can_be_taken_back(stage: Any, raw_clip: Path) -> None:
    video_id = await stage.add(raw_clip, recorded_fps="5")
    url = f"/api/videos/{video_id}/file"
    assert (await stage.http.get(url)).json()["recorded_fps"] == 5.0

    found = (await stage.http.patch(url, json={"recorded_fps": None})).json()

    assert (found["recorded_fps"], found["is_rate_assumed"], found["duration_s"]) == (None, True, 0.8)


async def test_the_same_rate_again_changes_nothing(stage: Any, raw_clip: Path) -> None:
    video_id = await stage.add(raw_clip, recorded_fps="5")

    answer = await stage.http.patch(f"/api/videos/{video_id}/file", json={"recorded_fps": 5})

    assert answer.status_code == 200
    assert stage.unread_messages() == []


async def test_an_upload_at_a_rate_has_that_rate(stage: Any, raw_clip: Path) -> None:
    video = (await stage.upload(raw_clip, recorded_fps="12.5")).json()

    assert (video["fps"], video["duration_s"]) == (12.5, 1.6)


@pytest.mark.parametrize("recorded_fps", [12.5, None])
async def test_the_rate_of_a_file_with_timestamps_cannot_be_set(
    stage: Any, clip: Path, recorded_fps: float | None
) -> None:
    video_id = await stage.add(clip)

    answer = await stage.http.patch(f"/api/videos/{video_id}/file", json={"recorded_fps": recorded_fps})

    assert (answer.status_code, answer.json()["code"]) == (422, "rate_from_timestamps")
    assert (await stage.http.get(f"/api/videos/{video_id}")).json()["fps"] == 10.0
    assert stage.unread_messages() == []


async def test_a_file_with_timestamps_uploaded_at_a_rate_is_refused_and_deleted(stage: Any, clip: Path) -> None:
    answer = await stage.upload(clip, recorded_fps="12.5")

    assert (answer.status_code, answer.json()["code"]) == (422, "rate_from_timestamps")
    assert stage.media_content() == []


@pytest.mark.parametrize("body", [{}, {"recorded_fps": 0}, {"recorded_fps": "fast"}, {"recorded_fps": 5, "fps": 5}])
async def test_an_invalid_rate_is_refused(stage: Any, raw_clip: Path, body: dict[str, Any]) -> None:
    video_id = await stage.add(raw_clip)

    answer = await stage.http.patch(f"/api/videos/{video_id}/file", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_an_upload_at_an_invalid_rate_is_refused(stage: Any, raw_clip: Path) -> None:
    answer = await stage.upload(raw_clip, recorded_fps="fast")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_recorded_fps")
    assert stage.media_content() == []


async def test_the_file_of_an_unknown_video_is_not_found(stage: Any) -> None:
    for answer in (
        await stage.http.get("/api/videos/nobody/file"),
        await stage.http.patch("/api/videos/nobody/file", json={"recorded_fps": 5}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "video_not_found")


async def test_the_rate_of_a_file_that_is_gone_cannot_be_set(stage: Any, raw_clip: Path) -> None:
    video_id = await stage.add(raw_clip)
    next((stage.folder / "media" / video_id).glob("source.*")).unlink()

    answer = await stage.http.patch(f"/api/videos/{video_id}/file", json={"recorded_fps": 5})

    assert (answer.status_code, answer.json()["code"]) == (404, "file_missing")


@pytest.mark.parametrize(
    ("name", "codec", "media_type"),
    [
        ("a.h264", "libx264", "video/h264"),
        ("a.265", "libx265", "video/h265"),
        ("a.mjpeg", "mjpeg", "video/x-motion-jpeg"),
        ("a.dav", "libx264", "video/h264"),  # recorders name raw H.264 so
    ],
)
async def test_a_raw_stream_of_a_recorder_is_a_video(
    stage: Any, tmp_path: Path, name: str, codec: str, media_type: str
) -> None:
    file_format = {"a.dav": "h264", "a.265": "hevc"}.get(name)
    video_id = await stage.add(write_video(tmp_path / name, codec=codec, file_format=file_format))

    content = await stage.http.get(f"/api/videos/{video_id}/content")

    assert (content.status_code, content.headers["content-type"]) == (200, media_type)
    assert (await stage.http.get(f"/api/videos/{video_id}/file")).json()["is_counted"]


async def test_a_file_of_a_recorder_with_timestamps_is_a_video(stage: Any, tmp_path: Path) -> None:
    video_id = await stage.add(write_dhav(tmp_path / "a.dav"))

    content = await stage.http.get(f"/api/videos/{video_id}/content")

    assert (content.status_code, content.headers["content-type"]) == (200, "video/x-dhav")
    assert (await stage.http.get(f"/api/videos/{video_id}/file")).json()["container"] == "dav"


# --- files ---------------------------------------------------------------------------------------


async def test_the_thumbnail_is_a_cacheable_jpeg(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)

    answer = await stage.http.get(f"/api/videos/{video_id}/thumbnail")
    again = await stage.http.get(f"/api/videos/{video_id}/thumbnail", headers={"if-none-match": answer.headers["etag"]})

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.content[:3] == b"\xff\xd8\xff"
    assert "immutable" in answer.headers["cache-control"]
    assert (again.status_code, again.content) == (304, b"")


async def test_content_is_served_whole_and_by_range(stage: Any, clip: Path) -> None:
    video_id, whole = await stage.add(clip, name="Straße"), content_of(clip)
    url = f"/api/videos/{video_id}/content"

    all_of_it = await stage.http.get(url)
    some = await stage.http.get(url, headers={"range": "bytes=10-19"})
    end = await stage.http.get(url, headers={"range": "bytes=-5"})
    beyond = await stage.http.get(url, headers={"range": f"bytes={len(whole) + 1}-"})
    head = await stage.http.head(url)

    assert (all_of_it.status_code, all_of_it.content) == (200, whole)
    assert all_of_it.headers["content-type"] == "video/mp4"
    assert all_of_it.headers["content-disposition"] == "inline; filename*=utf-8''Stra%C3%9Fe"
    assert (some.status_code, some.content) == (206, whole[10:20])
    assert some.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    assert (end.status_code, end.content) == (206, whole[-5:])
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(whole)}"
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(whole)), b"")


@pytest.mark.parametrize(
    "given", ["bytes=", "bytes=a-b", "bytes=9-2", "pictures=1-2", "bytes", "bytes=-", "bytes=5000000-"]
)
@pytest.mark.parametrize("what", ["content", "thumbnail"])
async def test_a_range_that_cannot_be_answered_is_a_problem(stage: Any, clip: Path, what: str, given: str) -> None:
    video_id = await stage.add(clip)

    answer = await stage.http.get(f"/api/videos/{video_id}/{what}", headers={"range": given})

    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE
    assert answer.headers["content-range"].startswith("bytes */")


async def test_head_is_answered_where_get_is_and_allow_is_complete(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)

    for path in ("", f"/{video_id}", f"/{video_id}/file", f"/{video_id}/thumbnail", f"/{video_id}/content"):
        assert (await stage.http.head(f"/api/videos{path}")).status_code == 200, path
    wrong = await stage.http.put(f"/api/videos/{video_id}")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "DELETE, GET, HEAD, PATCH")
    assert (await stage.http.put("/api/videos")).headers["allow"] == "GET, HEAD, POST"


async def test_a_file_removed_by_another_program_is_missing(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)
    for path in (stage.folder / "media" / video_id).iterdir():
        path.unlink()

    for what in ("thumbnail", "content"):
        answer = await stage.http.get(f"/api/videos/{video_id}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (404, "file_missing")


# --- delete --------------------------------------------------------------------------------------


async def test_a_deletion_removes_the_files_and_is_published(stage: Any, clip: Path) -> None:
    kept, video_id = await stage.add(clip), await stage.add(clip)

    deleted = await stage.http.delete(f"/api/videos/{video_id}")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await stage.http.get(f"/api/videos/{video_id}")).status_code == 404
    assert [video["id"] for video in (await stage.http.get("/api/videos")).json()["items"]] == [kept]
    assert {path.name for path in (stage.folder / "media").iterdir()} == {kept}
    message = await stage.next_message()
    assert isinstance(message, VideoDeletedV1)
    assert message.video_id == video_id


async def test_a_video_is_deleted_once(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)

    answers = await asyncio.gather(*(stage.http.delete(f"/api/videos/{video_id}") for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404, 404]
    assert isinstance(await stage.next_message(), VideoDeletedV1)
    assert stage.unread_messages() == []


async def test_concurrent_edits_do_not_overwrite_each_other(stage: Any, clip: Path) -> None:
    video_id = await stage.add(clip)

    await asyncio.gather(
        stage.http.patch(f"/api/videos/{video_id}", json={"name": "New"}),
        stage.http.patch(f"/api/videos/{video_id}", json={"roi": ROI}),
        stage.http.patch(f"/api/videos/{video_id}", json={"anchor": "center"}),
        stage.http.post(f"/api/videos/{video_id}/analysis"),
    )

    video = (await stage.http.get(f"/api/videos/{video_id}")).json()
    assert (video["name"], video["roi"], video["anchor"]) == ("New", ROI, "center")
    assert video["analysis"] is not None


async def test_an_unknown_address_gives_a_problem_document(stage: Any) -> None:
    answer = await stage.http.get("/api/nothing")

    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM_MEDIA_TYPE)


# --- documentation -------------------------------------------------------------------------------


async def test_every_answer_is_documented(stage: Any) -> None:
    document = (await stage.http.get("/openapi.json")).json()

    for path in document["paths"].values():
        for operation in path.values():
            assert all("description" in answer for answer in operation["responses"].values())
    assert {"200", "206", "404", "416"} <= document["paths"]["/api/videos/{video_id}/content"]["get"][
        "responses"
    ].keys()
    change = document["paths"]["/api/videos/{video_id}/gates/{gate_id}"]["delete"]["responses"]
    assert {"204", "404", "409", "412"} <= change.keys()
