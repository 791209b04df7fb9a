"""The HTTP API of joins, from uploaded recordings to a joined video."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from onwatch_catalog.joins import registry
from onwatch_contracts.messages import VideoCreatedV1, VideoDeletedV1
from onwatch_testkit.sample_videos import write_video

FIRST, SECOND, LATER = "cam_20260101_080000.mp4", "cam_20260101_080002.mp4", "cam_20260101_100000.mp4"
ROI = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]


@pytest.fixture
def named(clip: Path, tmp_path: Path) -> Any:
    """The clip of two seconds under the name that a recorder gave it."""

    def make(name: str) -> Path:
        return Path(shutil.copy(clip, tmp_path / name))

    return make


async def joined(stage: Any, video_ids: list[str], **options: Any) -> Any:
    """Start a join and wait for its end; its last answer."""
    started = await stage.http.post("/api/joins", json={"video_ids": video_ids, **options})
    assert started.status_code == 202, started.text
    assert started.headers["location"] == f"/api/joins/{started.json()['id']}"
    return await ended(stage, started.headers["location"])


async def ended(stage: Any, address: str) -> Any:
    while True:
        answer = (await stage.http.get(address)).json()
        if answer["state"] in ("finished", "failed"):
            return answer
        await asyncio.sleep(0.01)


async def test_consecutive_recordings_become_one_video_in_the_order_of_their_times(stage: Any, named: Any) -> None:
    later, second, first = [await stage.add(named(name)) for name in (LATER, SECOND, FIRST)]

    found = await joined(stage, [later, second, first])

    assert (found["state"], found["progress"], found["problem"]) == ("finished", 1.0, None)
    (video,) = found["joined"]
    assert video["name"] == f"{FIRST} to {SECOND}"
    assert [(each["video_id"], each["name"]) for each in video["recordings"]] == [(first, FIRST), (second, SECOND)]
    assert [each["at_s"] for each in video["recordings"]] == pytest.approx([0.0, 2.0], abs=0.01)
    assert found["notes"] == [
        "Ordered by the times in the names.",
        f"{LATER} begins 1:59:56 after the end of {SECOND}: they are not joined.",
    ]
    answer = (await stage.http.get(f"/api/videos/{video['video_id']}")).json()
    assert (answer["name"], answer["status"]) == (video["name"], "ready")
    assert answer["duration_s"] == pytest.approx(4.0, abs=0.01)
    info = (await stage.http.get(f"/api/videos/{video['video_id']}/file")).json()
    assert info["notes"][-1] == f"{SECOND} begins at 2.0 s of the joined video."
    assert isinstance(await stage.next_message(), VideoCreatedV1)
    assert len((await stage.http.get("/api/videos")).json()["items"]) == 4, "the recordings stay"


async def test_the_recordings_of_a_joined_video_are_deleted_if_asked(stage: Any, named: Any) -> None:
    first, second, later = [await stage.add(named(name)) for name in (FIRST, SECOND, LATER)]

    found = await joined(stage, [first, second, later], delete_originals=True)

    left = {video["id"] for video in (await stage.http.get("/api/videos")).json()["items"]}
    assert left == {found["joined"][0]["video_id"], later}
    messages = [await stage.next_message() for _ in range(3)]
    assert [type(message) for message in messages] == [VideoCreatedV1, VideoDeletedV1, VideoDeletedV1]
    folders = {path.name for path in (stage.folder / "media").iterdir()}
    assert folders == left


async def test_a_joined_video_has_the_settings_of_its_first_recording(stage: Any, named: Any) -> None:
    first, second = [await stage.add(named(name)) for name in (FIRST, SECOND)]
    await stage.http.patch(f"/api/videos/{first}", json={"roi": ROI, "anchor": "center", "engine": "motion"})

    found = await joined(stage, [first, second])

    video = (await stage.http.get(f"/api/videos/{found['joined'][0]['video_id']}")).json()
    assert (video["roi"], video["anchor"], video["engine"]) == (ROI, "center", "motion")
    assert video["analysis"] is None


async def test_what_does_not_fit_begins_a_video_of_its_own(stage: Any, named: Any, tmp_path: Path) -> None:
    small = write_video(tmp_path / "c.mp4", size=(32, 32))
    other = write_video(tmp_path / "d.mp4", size=(32, 32))
    ids = [await stage.add(path) for path in (named("a.mp4"), named("b.mp4"), small, other)]

    found = await joined(stage, ids)

    names = [[recording["name"] for recording in video["recordings"]] for video in found["joined"]]
    assert names == [["a.mp4", "b.mp4"], ["c.mp4", "d.mp4"]]
    assert found["notes"] == [
        "Neither the files nor their names tell when they were recorded: the order given is kept.",
        "c.mp4 cannot be joined with a.mp4: its size is 32 x 32, not 64 x 48.",
    ]
    assert found["progress"] == 1.0


async def test_a_rate_that_was_set_holds_for_the_joined_video(stage: Any, raw_clip: Path) -> None:
    ids = [await stage.add(raw_clip, recorded_fps="10") for _ in range(2)] + [await stage.add(raw_clip)]

    found = await joined(stage, ids)

    (video,) = found["joined"]
    assert [recording["at_s"] for recording in video["recordings"]] == pytest.approx([0.0, 2.0])
    info = (await stage.http.get(f"/api/videos/{video['video_id']}/file")).json()
    assert (info["recorded_fps"], info["duration_s"]) == (10, pytest.approx(4.0))
    assert found["notes"][-1].endswith("other rates were set for their pictures.")


async def test_a_video_that_is_gone_meanwhile_fails_the_join(stage: Any, named: Any) -> None:
    first, second = [await stage.add(named(name)) for name in (FIRST, SECOND)]
    (stage.folder / "media" / second / "source.mp4").unlink()

    found = await joined(stage, [first, second])

    assert (found["state"], found["joined"]) == ("failed", [])
    assert (found["problem"]["code"], found["problem"]["status"]) == ("file_missing", 404)
    assert second in found["problem"]["detail"]


@pytest.mark.parametrize(
    ("video_ids", "status", "code"),
    [
        ([], 422, "invalid_request"),
        (["one"], 422, "invalid_request"),
        (["a.b", "c"], 422, "invalid_request"),
        (["one", "one"], 422, "invalid_join"),
        (["one", "other"], 404, "video_not_found"),
    ],
)
async def test_a_join_of_what_cannot_be_joined_is_refused(
    stage: Any, video_ids: list[str], status: int, code: str
) -> None:
    answer = await stage.http.post("/api/joins", json={"video_ids": video_ids})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_join_without_room_is_refused_before_anything_is_written(
    stage: Any, named: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [await stage.add(named(name)) for name in (FIRST, SECOND)]
    before = stage.media_content()
    monkeypatch.setattr("onwatch_catalog.media.files.free_bytes_of", lambda _: 5)

    answer = await stage.http.post("/api/joins", json={"video_ids": ids})

    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert "and 5 are free" in answer.json()["detail"]
    assert stage.media_content() == before


async def test_a_finished_join_is_forgotten_on_request(stage: Any, named: Any) -> None:
    ids = [await stage.add(named(name)) for name in (FIRST, SECOND)]
    address = f"/api/joins/{(await joined(stage, ids))['id']}"

    assert (await stage.http.delete(address)).status_code == 204
    for request in (stage.http.get, stage.http.delete):
        answer = await request(address)
        assert (answer.status_code, answer.json()["code"]) == (404, "join_not_found")


async def test_only_so_many_finished_joins_are_kept(stage: Any, named: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FINISHED_KEPT", 1)
    ids = [await stage.add(named(name)) for name in (FIRST, LATER)]  # nothing is to be joined
    addresses = []
    for _ in range(3):
        addresses.append(f"/api/joins/{(await joined(stage, ids))['id']}")
        await stage.clock.advance(1)

    assert [(await stage.http.get(address)).status_code for address in addresses] == [404, 404, 200]
