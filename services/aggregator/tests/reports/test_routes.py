"""Answers are golden files: they do not change by accident."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from onwatch_aggregator.recounts.store import StoredResults
from onwatch_aggregator.reports.routes import interval_s
from onwatch_contracts.http import Problem
from onwatch_contracts.tables import CountsTable, CrossingPage, VideoFlows, VideoRecount, VideoResults, VisitPage
from onwatch_testkit.golden import Golden

COUNTS = "/api/videos/video/counts"


@pytest.fixture(autouse=True)
def _counted(recount_store: Any, stored: StoredResults) -> None:
    recount_store.put("video", stored)


@pytest.mark.parametrize("parked", ["include", "exclude"])
async def test_results(client: httpx.AsyncClient, golden: Golden, parked: str) -> None:
    answer = await client.get(f"/api/videos/video/results?parked={parked}")

    found = VideoResults.model_validate_json(answer.content)
    golden.check_json(f"results_{parked}.json", answer.json())
    for of in (found.balance, *(zone.balance for zone in found.zones)):
        for kind, entries in of.entries.items():
            assert entries == sum(part.get(kind, 0) for part in (of.exits, of.inside, of.lost))


@pytest.mark.parametrize("over", ["gates", "zones"])
async def test_flows(client: httpx.AsyncClient, golden: Golden, over: str) -> None:
    answer = await client.get(f"/api/videos/video/flows?over={over}")

    VideoFlows.model_validate_json(answer.content)
    golden.check_json(f"flows_{over}.json", answer.json())


async def test_flows_as_csv(client: httpx.AsyncClient) -> None:
    flows = VideoFlows.model_validate_json((await client.get("/api/videos/video/flows")).content)
    answer = await client.get("/api/videos/video/flows?format=csv")

    assert answer.headers["content-disposition"] == 'attachment; filename="video-flows.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["origin_name"] for row in rows} == {"North"}
    assert sum(int(row["count"]) for row in rows) == sum(cell.total for cell in flows.flows) > 0


async def test_visits_by_page(client: httpx.AsyncClient, golden: Golden) -> None:
    first = await client.get("/api/videos/video/visits?zone=stop&limit=2")
    page = VisitPage.model_validate_json(first.content)
    rest = (await client.get(f"/api/videos/video/visits?zone=stop&limit=2&cursor={page.next_cursor}")).json()

    golden.check_json("visits.json", first.json())
    assert [row["row_no"] for row in rest["items"]] == [391]
    assert rest["next_cursor"] is None


async def test_crossings_by_page(client: httpx.AsyncClient, golden: Golden) -> None:
    answer = await client.get("/api/videos/video/crossings?gate=e&limit=2&cursor=9")

    assert CrossingPage.model_validate_json(answer.content).next_cursor == "11"
    golden.check_json("crossings.json", answer.json())


@pytest.mark.parametrize("what", ["visits", "crossings"])
async def test_rows_as_csv_have_no_pages(client: httpx.AsyncClient, golden: Golden, what: str) -> None:
    answer = await client.get(f"/api/videos/video/{what}?format=csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="video-{what}.csv"'
    lines = answer.text.splitlines(keepends=True)
    assert len(lines) == 1 + (3 if what == "visits" else 650)
    golden.check(f"{what}.csv", "".join(lines[:4]))


async def test_an_unknown_zone_is_a_problem(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/videos/video/visits?zone=moon")

    assert (answer.status_code, answer.json()["code"]) == (404, "place_not_found")
    assert answer.json()["detail"] == "There are no results of zone moon: counted were roi, stop."


async def test_counts(client: httpx.AsyncClient, golden: Golden) -> None:
    answer = await client.get(COUNTS)

    CountsTable.model_validate_json(answer.content)
    golden.check_json("counts.json", answer.json())


@pytest.mark.parametrize("by", ["type", "group", "gate", "direction", "zone", "movement,type", "zone,group"])
async def test_counts_add_up_however_they_are_divided(client: httpx.AsyncClient, by: str) -> None:
    table = CountsTable.model_validate_json((await client.get(COUNTS, params={"by": by, "interval": "1h"})).content)

    for row in table.rows:
        assert sum(count or 0 for count in row.counts) == (row.total or 0)
    assert sum(table.totals) == table.total


async def test_counts_as_csv(client: httpx.AsyncClient, golden: Golden) -> None:
    answer = await client.get(COUNTS, headers={"Accept": "text/csv"})

    assert answer.headers["content-disposition"] == 'attachment; filename="video-counts.csv"'
    golden.check("counts.csv", answer.text)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1+1"])
async def test_names_that_a_spreadsheet_would_compute_are_marked_as_text(
    client: httpx.AsyncClient, recount_store: Any, stored: StoredResults, name: str
) -> None:
    gates = (stored.site.gates[0].model_copy(update={"name": name}), stored.site.gates[1])
    recount_store.put("video", replace(stored, site=stored.site.model_copy(update={"gates": gates})))

    rows = list(csv.DictReader(io.StringIO((await client.get(COUNTS, params={"format": "csv"})).text)))

    assert rows[0]["gate"] == f"'{name}"
    assert float(rows[0]["from_s"]) == -300


async def test_counts_as_a_workbook(client: httpx.AsyncClient) -> None:
    answer = await client.get(COUNTS, params={"format": "xlsx", "site": "Elm Street"})

    assert answer.headers["content-disposition"] == 'attachment; filename="video-counts.xlsx"'
    assert answer.content[:4] == b"PK\x03\x04"


async def test_counts_of_a_video_without_a_clock(
    client: httpx.AsyncClient, recount_store: Any, without_clock: StoredResults
) -> None:
    recount_store.put("video", without_clock)

    found = (await client.get(COUNTS)).json()

    assert (found["rows"][0]["from_s"], found["rows"][0]["starts_at"]) == (0.0, None)
    assert "It is not known when the video was recorded" in found["notes"][0]


async def test_counts_of_several_videos(client: httpx.AsyncClient, recount_store: Any, stored: StoredResults) -> None:
    later = stored.site.model_copy(update={"recorded_at": stored.site.recorded_at + timedelta(hours=2)})
    recount_store.put("later", replace(stored, site=later))

    found = (await client.get("/api/counts?video_id=video&video_id=later&interval=1h&by=gate")).json()

    assert found["video_ids"] == ["video", "later"]
    assert [row["starts_at"][11:16] for row in found["rows"]] == ["07:00", "08:00", "09:00", "10:00", "11:00"]
    assert found["total"] == 2 * 650


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{COUNTS}?interval=7m", "invalid_counts"),
        (f"{COUNTS}?interval=1s", "invalid_counts"),
        (f"{COUNTS}?by=gate,zone", "invalid_counts"),
        (f"{COUNTS}?by=zone,direction", "invalid_counts"),
        (f"{COUNTS}?interval=soon", "invalid_request"),
        (f"{COUNTS}?by=colour", "invalid_request"),
        ("/api/counts", "invalid_request"),
        ("/api/videos/video/visits?cursor=x", "invalid_request"),
    ],
)
async def test_a_table_that_cannot_be_made_is_a_problem(client: httpx.AsyncClient, path: str, code: str) -> None:
    answer = await client.get(path)

    assert (answer.status_code, Problem.model_validate_json(answer.content).code) == (422, code)


@pytest.mark.parametrize("path", ["flows", "visits", "crossings", "counts"])
async def test_a_video_that_was_never_counted_is_a_problem(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"/api/videos/new/{path}")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_counted")
    assert answer.json()["detail"] == "Video new has no results of zones and gates. No run of the video is finished."


async def test_results_of_a_video_that_was_never_counted_are_empty(client: httpx.AsyncClient) -> None:
    found = VideoResults.model_validate_json((await client.get("/api/videos/new/results")).content)

    assert (found.counted_with, found.zones, found.recount.state) == (None, (), "none")


async def test_a_recount_is_started_and_cancelled(client: httpx.AsyncClient, golden: Golden) -> None:
    golden.check_json("recount_finished.json", (await client.get("/api/videos/video/recount")).json())

    started = await client.post("/api/videos/video/recount")
    assert started.status_code == 202
    assert VideoRecount.model_validate_json(started.content).state == "waiting"
    assert started.json()["detail"].endswith("Until it is finished, the earlier results stay.")

    cancelled = (await client.delete("/api/videos/video/recount")).json()
    assert (cancelled["state"], cancelled["results"]["run_id"]) == ("cancelled", "run-1")


async def test_a_video_without_a_run_cannot_be_counted_again(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/videos/new/recount")

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_count")


async def test_a_change_during_a_run_says_what_it_needs(client: httpx.AsyncClient, scene: Any) -> None:
    await scene.claim()

    detail = (await client.get("/api/videos/video/recount")).json()["detail"]

    assert detail.endswith("when it is finished, it is counted with the newest ones.")


async def test_a_change_after_the_log_was_removed_is_told(client: httpx.AsyncClient, recount_store: Any) -> None:
    recount_store.revision = 4

    detail = (await client.get("/api/videos/video/recount")).json()["detail"]

    assert detail.startswith("The results are of earlier zones and gates. The newest run has no log of detections")


def test_lengths_of_intervals() -> None:
    assert [interval_s(text) for text in ("30s", "15m", "2h", "1d")] == [30, 900, 7200, 86_400]
