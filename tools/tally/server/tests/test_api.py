from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from onwatch.analyze import Result
from onwatch_contracts.http import PROBLEM_MEDIA_TYPE
from onwatch_contracts.values import VehicleType
from onwatch_tally.api import create_app
from onwatch_tally.clip import open_clip
from onwatch_tally.record import Record, RecordFile
from onwatch_tally.session import Session
from onwatch_tally.shapes import Comparison, Tally
from onwatch_testkit.system import result_of

CAR, BUS = VehicleType.CAR, VehicleType.BUS
ROI = ((0.0, 0.2), (1.0, 0.2), (0.5, 0.8))


async def found(on_progress: Callable[[float], None]) -> Result:
    return result_of((CAR, 0.5), (BUS, 2.0))


@pytest.fixture
def session(clip: Path, tmp_path: Path) -> Session:
    file = RecordFile(tmp_path / "tallies" / "three.json")
    return Session(open_clip(clip, ROI), file, Record(video=clip.name, roi=ROI), found, scratch=tmp_path)


@pytest.fixture
async def http(session: Session, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    (tmp_path / "index.html").write_text("<title>Tally</title>")
    transport = httpx.ASGITransport(create_app(session, tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def press(http: httpx.AsyncClient, name: str, kind: str, at_s: float) -> httpx.Response:
    return await http.put(f"/api/tally/marks/{name}", json={"vehicle_type": kind, "at_s": at_s})


async def test_the_page_is_served_with_its_content_security_policy(http: httpx.AsyncClient) -> None:
    answer = await http.get("/")
    assert "<title>Tally</title>" in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


async def test_the_clip_is_described_with_its_region(http: httpx.AsyncClient) -> None:
    tally = Tally.model_validate((await http.get("/api/tally")).json())
    assert (tally.file, tally.width, tally.height, tally.duration_s) == ("three.mp4", 160, 120, 3.0)
    assert tally.roi == ROI
    assert tally.conversion.state == "waiting"
    assert tally.obstacle is not None


async def test_the_video_is_served_in_ranges_once_it_is_playable(http: httpx.AsyncClient, session: Session) -> None:
    early = await http.get("/api/tally/video")
    assert (early.status_code, early.json()["code"]) == (409, "not_playable_yet")
    await session.work()
    part = await http.get("/api/tally/video", headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["content-type"] == "video/mp4"
    assert (await http.head("/api/tally/video")).headers["accept-ranges"] == "bytes"


async def test_from_marks_to_the_comparison(http: httpx.AsyncClient, session: Session) -> None:
    await session.work()
    await press(http, "a", "car", 0.7)
    await press(http, "b", "truck", 2.2)
    await press(http, "b", "truck", 2.2)
    marks = (await press(http, "c", "vehicle", 2.9)).json()
    assert [mark["id"] for mark in marks["marks"]] == ["a", "b", "c"]
    assert (await http.get("/api/tally/comparison")).json()["code"] == "not_done"
    await http.delete("/api/tally/marks/c")
    done = await http.put("/api/tally/done", json={"until_s": 3.0})
    assert done.json()["until_s"] == 3.0
    compared = Comparison.model_validate((await http.get("/api/tally/comparison")).json())
    assert (compared.total.person, compared.total.system, compared.mape_percent) == (2, 2, 0.0)
    rows = list(csv.DictReader(io.StringIO((await http.get("/api/tally/comparison.csv")).text)))
    assert [(row["found_by"], row["mark_type"], row["vehicle_type"]) for row in rows] == [
        ("both", "car", "car"),
        ("both", "truck", "bus"),
    ]
    assert (await press(http, "d", "car", 1.0)).json()["code"] == "already_done"
    assert (await http.delete("/api/tally/done")).json()["until_s"] is None
    assert (await http.delete("/api/tally/marks")).json() == {"marks": [], "until_s": None}


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("marks/a", {"vehicle_type": "tram", "at_s": 1.0}, 422, "vehicle_type"),
        ("marks/a", {"vehicle_type": "car", "at_s": -1}, 422, "at_s"),
        ("marks/a", {"vehicle_type": "car", "at_s": 99}, 422, "not in the clip, which ends at 3 s"),
        ("marks/a.b", {"vehicle_type": "car", "at_s": 1}, 422, "mark_id"),
        ("done", {"until_s": 0}, 422, "until_s"),
        ("done", {}, 422, "until_s"),
    ],
)
async def test_invalid_requests_are_refused_and_change_nothing(
    http: httpx.AsyncClient, path: str, body: dict[str, object], status: int, said: str
) -> None:
    refused = await http.put(f"/api/tally/{path}", json=body)
    assert refused.status_code == status
    assert refused.headers["content-type"] == PROBLEM_MEDIA_TYPE
    assert said in refused.json()["detail"]
    assert (await http.get("/api/tally/marks")).json() == {"marks": [], "until_s": None}


async def test_pages_of_other_sites_are_refused(http: httpx.AsyncClient) -> None:
    foreign = {"origin": "http://elsewhere.example"}
    refused = await http.put("/api/tally/done", json={"until_s": 1.0}, headers=foreign)
    assert (refused.status_code, refused.json()["code"]) == (403, "foreign_page")
    assert (await http.delete("/api/tally/marks", headers=foreign)).status_code == 403
    own = await http.put("/api/tally/done", json={"until_s": 1.0}, headers={"origin": "http://127.0.0.1"})
    assert own.status_code == 200


async def test_requests_under_an_unknown_host_name_are_refused(http: httpx.AsyncClient) -> None:
    refused = await http.get("/api/tally/marks", headers={"host": "rebound.example"})
    assert refused.status_code == 400
