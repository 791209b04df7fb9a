"""The HTTP API and the page of a manual count."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from onwatch_dashboard.api import page_routes, secure
from onwatch_dashboard.page import Page
from onwatch_gateway.origins import origin_allowed
from onwatch_runtime.http import install_problem_handlers
from onwatch_tally.errors import ForeignOrigin
from onwatch_tally.export import as_csv
from onwatch_tally.session import Session
from onwatch_tally.shapes import Comparison, DoneWanted, Mark, MarkId, Marks, MarkWanted, Tally

# Only this machine's own names: requests under any other name (DNS rebinding) are refused.
HOSTS = ["localhost", "127.0.0.1", "[::1]"]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

OneMark = Annotated[MarkId, InPath(description="chosen by the page, so that a repeated request changes nothing")]


def create_app(session: Session, static_dir: Path) -> FastAPI:
    refusals = [Depends(refuse_foreign_origins)]
    app = FastAPI(title="Onwatch tally", docs_url=None, redoc_url=None, openapi_url=None, dependencies=refusals)
    _add_clip(app, session)
    _add_marks(app, session)
    _add_comparison(app, session)
    app.include_router(page_routes(Page(static_dir)))
    install_problem_handlers(app)
    secure(app)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)
    return app


def _add_clip(app: FastAPI, session: Session) -> None:
    @app.get("/api/tally")
    async def get_tally() -> Tally:
        return session.tally()

    @app.head("/api/tally/video", include_in_schema=False)
    @app.get("/api/tally/video", response_class=FileResponse)
    async def get_video() -> Response:
        """The video as the browser can play it, with byte ranges."""
        path, media_type = session.playable()
        return FileResponse(path, media_type=media_type, headers={"cache-control": "no-cache"})


def _add_marks(app: FastAPI, session: Session) -> None:
    @app.get("/api/tally/marks")
    async def get_marks() -> Marks:
        return session.record.as_http()

    @app.put("/api/tally/marks/{mark_id}")
    async def put_mark(mark_id: OneMark, wanted: MarkWanted) -> Marks:
        mark = Mark(id=mark_id, vehicle_type=wanted.vehicle_type, at_s=wanted.at_s)
        return (await session.put_mark(mark)).as_http()

    @app.delete("/api/tally/marks/{mark_id}")
    async def remove_mark(mark_id: OneMark) -> Marks:
        return (await session.remove_mark(mark_id)).as_http()

    @app.delete("/api/tally/marks")
    async def restart() -> Marks:
        return (await session.restart()).as_http()

    @app.put("/api/tally/done")
    async def finish(wanted: DoneWanted) -> Marks:
        return (await session.finish(wanted.until_s)).as_http()

    @app.delete("/api/tally/done")
    async def reopen() -> Marks:
        return (await session.reopen()).as_http()


def _add_comparison(app: FastAPI, session: Session) -> None:
    @app.get("/api/tally/comparison")
    async def get_comparison() -> Comparison:
        return await session.comparison()

    @app.get("/api/tally/comparison.csv")
    async def get_csv() -> Response:
        """One row per vehicle that either side counted."""
        return Response(as_csv(await session.comparison()), media_type="text/csv")


async def refuse_foreign_origins(request: Request) -> None:
    """Refuse changes by pages of other sites. Raises `ForeignOrigin`."""
    origin, host = request.headers.get("origin"), request.headers.get("host")
    if request.method not in SAFE_METHODS and not origin_allowed(origin, host, ()):
        raise ForeignOrigin(origin)
