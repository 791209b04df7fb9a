"""`onwatch recount`, on a running system and as a program."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from onwatch.cli import app
from onwatch.recount import recount
from onwatch.site_tables import RecountFailed, RequestRefused, SiteTables
from onwatch_testkit.system import Site


def gates_file(*lines: tuple[str, list[list[float]]]) -> bytes:
    features = [
        {
            "type": "Feature",
            "id": name,
            "properties": {"name": name, "anchor": "center"},
            "geometry": {"type": "LineString", "coordinates": points},
        }
        for name, points in lines
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


ACROSS = gates_file(("middle", [[0.0, 0.5], [1.0, 0.5]]))
LEFT_HALF = gates_file(("left", [[0.0, 0.4], [0.5, 0.4]]), ("middle", [[0.0, 0.5], [1.0, 0.5]]))


async def finished(site: Site, clip: Path) -> str:
    video_id = await site.upload(clip)
    assert (await site.http.post(f"/api/videos/{video_id}/analysis")).status_code == 202
    await site.until_status(video_id, "finished")
    await site.until_answer(f"/api/videos/{video_id}/recount", lambda found: found["state"] == "finished")
    return video_id


async def recounted(site: Site, video_id: str, file: bytes | None) -> SiteTables:
    work = asyncio.create_task(recount(site.http, video_id, file, "1m", lambda done: None))
    await site.until(work.done, "the recount")
    return work.result()


async def test_a_finished_video_is_counted_again_with_the_gates_of_a_file(site: Site, clip: Path, tmp_path: Path):
    video_id = await finished(site, clip)
    decoded = site.metric("detector", "onwatch_detector_frames_decoded_total")
    tables = await recounted(site, video_id, ACROSS)
    (gate,) = tables.results.gates
    assert (gate.forward.total, gate.backward.total) == (3, 0)
    assert gate.forward.vehicle_type == {"bus": 1, "car": 1, "truck": 1}
    assert site.metric("detector", "onwatch_detector_frames_decoded_total") == decoded, "nothing is decoded again"

    moved = await recounted(site, video_id, LEFT_HALF)
    assert {each.gate_id: each.forward.total for each in moved.results.gates} == {"left": 1, "middle": 3}
    assert [(cell.origin, cell.destination, cell.total) for cell in moved.flows.flows] == [("left", "middle", 1)]

    again = await recounted(site, video_id, None)
    assert again.files["crossings.csv"] == moved.files["crossings.csv"]
    again.write(tmp_path / "new" / "tables")
    assert sorted(path.name for path in (tmp_path / "new" / "tables").iterdir()) == sorted(again.files)
    assert again.files["counts.xlsx"].startswith(b"PK")


LEFT, RIGHT = ([[x, 0.2], [x + 0.4, 0.2], [x + 0.4, 0.8], [x, 0.8]] for x in (0.1, 0.45))
UPPER, LOWER = ([[0.05, y], [0.95, y + 0.1]] for y in (0.3, 0.5))


async def drawn(site: Site, video_id: str, polygon: list[list[float]], points: list[list[float]]) -> None:
    for what, given in (("zones", {"polygon": polygon}), ("gates", {"points": points, "anchor": "center"})):
        answer = await site.http.post(f"/api/videos/{video_id}/{what}", json={"name": "Moved", **given})
        assert answer.status_code == 201


async def rows(site: Site, video_id: str) -> list[str]:
    return [(await site.http.get(f"/api/videos/{video_id}/{what}?format=csv")).text for what in ("visits", "crossings")]


@pytest.mark.slow
async def test_what_is_moved_on_a_finished_video_has_the_rows_of_a_fresh_run(site: Site, clip: Path):
    moved, fresh = await finished(site, clip), await site.upload(clip)
    await drawn(site, moved, LEFT, UPPER)
    await site.http.patch(f"/api/videos/{moved}/zones/moved", json={"polygon": RIGHT})
    changed = await site.http.patch(f"/api/videos/{moved}/gates/moved", json={"points": LOWER})
    revision = int(changed.headers["etag"].strip('"'))
    await site.until_answer(
        f"/api/videos/{moved}/recount", lambda found: (found["state"], found["revision"]) == ("finished", revision)
    )

    await drawn(site, fresh, RIGHT, LOWER)
    await site.http.post(f"/api/videos/{fresh}/analysis")
    await site.until_answer(f"/api/videos/{fresh}/recount", lambda found: found["state"] == "finished")

    visits, crossings = await rows(site, moved)
    assert [visits, crossings] == await rows(site, fresh)
    assert visits.count("\nmoved,") > 1
    assert crossings.count("\n") > 2


async def test_a_video_without_results_is_not_counted_again_and_says_why(site: Site, clip: Path):
    video_id = await site.upload(clip)
    with pytest.raises(RecountFailed, match="No run of the video is finished"):
        await recounted(site, video_id, ACROSS)
    unchanged = await site.get(f"/api/videos/{video_id}/gates")
    assert unchanged["items"] == []


async def test_a_file_with_a_flaw_changes_nothing_and_is_named(site: Site, clip: Path):
    video_id = await finished(site, clip)
    with pytest.raises(RequestRefused, match="gate"):
        await recounted(site, video_id, gates_file(("point", [[0.5, 0.5], [0.5, 0.5]])))
    results = await site.get(f"/api/videos/{video_id}/results")
    assert results["gates"] == []


@pytest.mark.parametrize("state", ["cancelled", "failed"])
async def test_the_same_file_again_repeats_a_recount_that_did_not_finish(state: str):
    def found(state: str) -> dict[str, Any]:
        nothing = {"finished_at": None, "requested_at": None, "results": None}
        return {"video_id": "v", "state": state, "detail": "", "progress": 0, "run_id": "r", "revision": 2, **nothing}

    answers = {
        "GET": iter([found(state), {"title": "The end of this test"}]),
        "PUT": iter([{}]),
        "POST": iter([found("waiting")]),
    }
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(f"{request.method} {request.url.path.rpartition('/')[2]}")
        return httpx.Response(200, json=next(answers[request.method]), headers={"etag": '"2"'})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://test") as client:
        with pytest.raises(ValidationError):  # the answer that ends this test
            await recount(client, "v", ACROSS, "1m", lambda done: None)
    assert sent == ["GET recount", "PUT site", "POST recount", "GET recount"]


def test_an_address_where_nothing_answers_is_named():
    done = CliRunner().invoke(app, ["recount", "a-video", "--url", "http://127.0.0.1:9"])
    assert done.exit_code == 1
    assert "http://127.0.0.1:9 does not answer" in done.stderr
