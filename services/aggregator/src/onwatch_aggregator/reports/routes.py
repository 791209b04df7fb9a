"""The HTTP API of zones and gates: results, flows, rows, interval tables and recounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, cast

from fastapi import FastAPI, Header, Query, Response

from onwatch_aggregator.errors import InvalidCounts, NotCounted, NothingToCount, PlaceNotFound
from onwatch_aggregator.reports.counts import Dimension
from onwatch_aggregator.reports.csv_files import CSV_MEDIA_TYPE, counts_csv, crossings_csv, flows_csv, visits_csv
from onwatch_aggregator.reports.parts import counted_with
from onwatch_aggregator.reports.queries import Reports
from onwatch_aggregator.results import XLSX_MEDIA_TYPE
from onwatch_contracts.site import ItemId
from onwatch_contracts.tables import CountsTable, CrossingPage, VideoFlows, VideoRecount, VideoResults, VisitPage
from onwatch_contracts.values import VideoId
from onwatch_runtime.http import documented

RowT = TypeVar("RowT")

MAX_VIDEOS = 100
_DIMENSIONS = "type|group|gate|zone|movement|direction"
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

Parked = Annotated[
    Literal["include", "exclude"], Query(description="vehicles that stood from before the video, or for very long")
]
Interval = Annotated[
    str,
    Query(
        pattern=r"^[1-9][0-9]{0,4}[smhd]$",
        description="length of an interval, which divides a day: `15m`, `1h`, `30s`, `1d`",
    ),
]
By = Annotated[
    str | None,
    Query(
        pattern=rf"^({_DIMENSIONS})(,({_DIMENSIONS}))*$",
        description="columns of the table, with commas: `type` or `group`, and `gate` with `direction`, `zone`, or "
        "`movement`; default: `gate,direction,type`, or `zone,type` where there is no gate",
    ),
]
Title = Annotated[str | None, Query(max_length=200, description="name of the site, written into the sheet")]
CountsFormat = Annotated[Literal["json", "csv", "xlsx"] | None, Query()]
RowsFormat = Annotated[Literal["json", "csv"] | None, Query()]
Cursor = Annotated[str | None, Query(pattern=r"^[0-9]{1,9}$")]
Limit = Annotated[int, Query(ge=1, le=1000)]

_CSV = {CSV_MEDIA_TYPE: {"schema": {"type": "string"}}}
_XLSX = {XLSX_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}
ROWS: dict[int | str, dict[str, Any]] = {200: {"content": _CSV}, **documented(NotCounted, PlaceNotFound)}
FLOWS: dict[int | str, dict[str, Any]] = {200: {"content": _CSV}, **documented(NotCounted)}
COUNTS: dict[int | str, dict[str, Any]] = {200: {"content": _CSV | _XLSX}, **documented(NotCounted, InvalidCounts)}


@dataclass(frozen=True)
class Counts:
    """What a request for a table asks for."""

    video_ids: list[str]
    by: list[Dimension]
    interval_s: int
    includes_parked: bool

    @classmethod
    def of(cls, video_ids: list[str], interval: str, by: str | None, parked: str) -> Counts:
        dimensions = cast("list[Dimension]", by.split(",") if by else [])
        return cls(video_ids, dimensions, interval_s(interval), parked == "include")


def add_report_routes(app: FastAPI, reports: Reports) -> None:
    """Of one video, and of several videos of a site."""
    _add_results(app, reports)
    _add_rows(app, reports)
    _add_counts(app, reports)
    _add_recounts(app, reports)


def _add_results(app: FastAPI, reports: Reports) -> None:
    @app.get("/api/videos/{video_id}/results")
    async def get_results(video_id: VideoId, parked: Parked = "include") -> VideoResults:
        """The numbers of all zones and gates, and whether they add up. Empty before the first recount."""
        return await reports.results(video_id, includes_parked=parked == "include")

    @app.get("/api/videos/{video_id}/flows", response_model=VideoFlows, responses=FLOWS)
    async def get_flows(
        video_id: VideoId,
        over: Annotated[Literal["gates", "zones"], Query()] = "gates",
        parked: Parked = "include",
        format: RowsFormat = None,  # noqa: A002 the name in the URL
        accept: Annotated[str, Header()] = "",
    ) -> VideoFlows | Response:
        """From where to where: the origin-destination matrix over gates or zones, and the movements.

        The matrix as CSV with `format=csv` or `Accept: text/csv`.
        """
        flows = await reports.flows(video_id, over, includes_parked=parked == "include")
        if _wants_csv(format, accept):
            return _file(flows_csv(flows), CSV_MEDIA_TYPE, f"{video_id}-flows.csv")
        return flows


def _add_rows(app: FastAPI, reports: Reports) -> None:
    @app.get("/api/videos/{video_id}/visits", response_model=VisitPage, responses=ROWS)
    async def get_visits(
        video_id: VideoId,
        zone: Annotated[ItemId | None, Query()] = None,
        limit: Limit = 100,
        cursor: Cursor = None,
        format: RowsFormat = None,  # noqa: A002 the name in the URL
        accept: Annotated[str, Header()] = "",
    ) -> VisitPage | Response:
        """The visits of one zone or of all. CSV with `format=csv` or `Accept: text/csv`, without pages."""
        stored, rows = await reports.visits(video_id, zone)
        if _wants_csv(format, accept):
            return _file(visits_csv(rows), CSV_MEDIA_TYPE, f"{video_id}-visits.csv")
        items, next_cursor = _page(rows, limit, cursor)
        return VisitPage(video_id=video_id, counted_with=counted_with(stored), items=items, next_cursor=next_cursor)

    @app.get("/api/videos/{video_id}/crossings", response_model=CrossingPage, responses=ROWS)
    async def get_crossings(
        video_id: VideoId,
        gate: Annotated[ItemId | None, Query()] = None,
        limit: Limit = 100,
        cursor: Cursor = None,
        format: RowsFormat = None,  # noqa: A002 the name in the URL
        accept: Annotated[str, Header()] = "",
    ) -> CrossingPage | Response:
        """The crossings of one gate or of all. CSV with `format=csv` or `Accept: text/csv`, without pages."""
        stored, rows = await reports.crossings(video_id, gate)
        if _wants_csv(format, accept):
            return _file(crossings_csv(rows), CSV_MEDIA_TYPE, f"{video_id}-crossings.csv")
        items, next_cursor = _page(rows, limit, cursor)
        return CrossingPage(video_id=video_id, counted_with=counted_with(stored), items=items, next_cursor=next_cursor)


def _add_counts(app: FastAPI, reports: Reports) -> None:
    @app.get("/api/videos/{video_id}/counts", response_model=CountsTable, responses=COUNTS)
    async def get_counts(
        video_id: VideoId,
        interval: Interval = "15m",
        by: By = None,
        parked: Parked = "include",
        site: Title = None,
        format: CountsFormat = None,  # noqa: A002 the name in the URL
        accept: Annotated[str, Header()] = "",
    ) -> CountsTable | Response:
        """Counts by interval of the clock, or of the video where its time of recording is not known."""
        wanted = Counts.of([video_id], interval, by, parked)
        return await _answer(reports, wanted, _format(format, accept), site, f"{video_id}-counts")

    @app.get("/api/counts", response_model=CountsTable, responses=COUNTS)
    async def get_counts_of_videos(
        video_id: Annotated[list[VideoId], Query(min_length=1, max_length=MAX_VIDEOS)],
        interval: Interval = "15m",
        by: By = None,
        parked: Parked = "include",
        site: Title = None,
        format: CountsFormat = None,  # noqa: A002 the name in the URL
        accept: Annotated[str, Header()] = "",
    ) -> CountsTable | Response:
        """One table of several videos of a site; gates, zones and movements of the same name are one."""
        wanted = Counts.of(list(dict.fromkeys(video_id)), interval, by, parked)
        return await _answer(reports, wanted, _format(format, accept), site, "counts")


def _add_recounts(app: FastAPI, reports: Reports) -> None:
    @app.get("/api/videos/{video_id}/recount")
    async def get_recount(video_id: VideoId) -> VideoRecount:
        """The newest recount, and what the results are of."""
        return await reports.recount(video_id)

    @app.post("/api/videos/{video_id}/recount", status_code=202, responses=documented(NothingToCount))
    async def start_recount(video_id: VideoId) -> VideoRecount:
        """Count the newest finished run again. It begins by itself when a run is finished or the site changes."""
        return await reports.start_recount(video_id)

    @app.delete("/api/videos/{video_id}/recount")
    async def cancel_recount(video_id: VideoId) -> VideoRecount:
        """End the recount, if there is one; earlier results stay."""
        return await reports.cancel_recount(video_id)


def interval_s(text: str) -> int:
    """`15m` in seconds."""
    return int(text[:-1]) * _UNITS_S[text[-1]]


def _page(rows: tuple[RowT, ...], limit: int, cursor: str | None) -> tuple[tuple[RowT, ...], str | None]:
    start = int(cursor or 0)
    end = start + limit
    return rows[start:end], str(end) if end < len(rows) else None


def _wants_csv(wanted: str | None, accept: str) -> bool:
    return wanted == "csv" or (wanted is None and CSV_MEDIA_TYPE in accept)


def _format(wanted: str | None, accept: str) -> str:
    if wanted is not None:
        return wanted
    if XLSX_MEDIA_TYPE in accept:
        return "xlsx"
    return "csv" if CSV_MEDIA_TYPE in accept else "json"


async def _answer(
    reports: Reports, wanted: Counts, file_format: str, title: str | None, name: str
) -> CountsTable | Response:
    what = wanted.video_ids, wanted.by, wanted.interval_s
    if file_format == "xlsx":
        content = await reports.workbook(*what, title, includes_parked=wanted.includes_parked)
        return _file(content, XLSX_MEDIA_TYPE, f"{name}.xlsx")
    table = await reports.counts(*what, includes_parked=wanted.includes_parked)
    return _file(counts_csv(table), CSV_MEDIA_TYPE, f"{name}.csv") if file_format == "csv" else table


def _file(content: str | bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
