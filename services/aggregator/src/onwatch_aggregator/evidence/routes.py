"""The HTTP API of evidence."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import FastAPI, Header, Query, Response

from onwatch_aggregator.errors import EvidenceFailed, RunNotFound
from onwatch_aggregator.evidence.queries import EvidenceQueries
from onwatch_aggregator.results import rows_csv
from onwatch_contracts.evidence import VideoEvidence, VisitEvidence
from onwatch_contracts.values import RunId, VideoId
from onwatch_runtime.http import documented

CSV_MEDIA_TYPE = "text/csv"
EVIDENCE: dict[int | str, dict[str, Any]] = {
    200: {"content": {CSV_MEDIA_TYPE: {"schema": {"type": "string"}}}},
    **documented(RunNotFound, EvidenceFailed),
}


def add_evidence_routes(app: FastAPI, queries: EvidenceQueries) -> None:
    @app.get("/api/videos/{video_id}/evidence", response_model=VideoEvidence, responses=EVIDENCE)
    async def get_evidence(
        video_id: VideoId,
        run_id: Annotated[RunId | None, Query(description="a finished run; default: the newest")] = None,
        format: Annotated[Literal["json", "csv"] | None, Query()] = None,  # noqa: A002 the name in the URL
        accept: Annotated[str, Header()] = "",
    ) -> VideoEvidence | Response:
        """How sure the counts of a run are: between which numbers the true totals lie, and how well each visit was
        seen. The visits as CSV with `format=csv` or `Accept: text/csv`."""
        evidence = await queries.evidence(video_id, run_id)
        if format == "csv" or (format is None and CSV_MEDIA_TYPE in accept):
            headers = {"Content-Disposition": f'attachment; filename="{video_id}-evidence.csv"'}
            return Response(rows_csv(VisitEvidence, evidence.items), media_type=CSV_MEDIA_TYPE, headers=headers)
        return evidence
