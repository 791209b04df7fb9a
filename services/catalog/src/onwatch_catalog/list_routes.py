"""The HTTP API of lists of videos."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query

from onwatch_catalog.accounts import OptionalSender
from onwatch_catalog.errors import FolderNotFound, InvalidCursor, VideoNotFound
from onwatch_catalog.folders import Folders
from onwatch_catalog.records import Listing
from onwatch_catalog.video_path import PathVideoId
from onwatch_catalog.videos import VideoLibrary
from onwatch_contracts.accounts import EVERYBODY
from onwatch_contracts.folders import NO_FOLDER
from onwatch_contracts.http import AnalysisQueue, VideoCount, VideoNeighbours, VideoPage, VideoSort, VideoStatus
from onwatch_runtime.http import InvalidRequest, Moment, documented

DEFAULT_PAGE = 50
LARGEST_PAGE = 200
LARGEST_OFFSET = 10_000_000
DEFAULT_NEIGHBOURS = 1
MOST_NEIGHBOURS = 50
MAX_SEARCH_CHARS = 200


def _listing(
    search: Annotated[
        str, Query(max_length=MAX_SEARCH_CHARS, description="Words that the name has, in any order")
    ] = "",
    status: Annotated[list[VideoStatus] | None, Query(description="Any of them")] = None,
    queued: Annotated[bool | None, Query(description="Whether an analysis is requested and has not begun")] = None,
    created_from: Annotated[Moment | None, Query(description="With a UTC offset")] = None,
    created_before: Annotated[Moment | None, Query(description="With a UTC offset")] = None,
    sort: VideoSort = VideoSort.NEWEST,
    folder: Annotated[str | None, Query(description=f"The id of a folder; `{NO_FOLDER}`: in no folder")] = None,
    *,
    sender: OptionalSender,
) -> Listing:
    who = sender or EVERYBODY
    return Listing(
        words=tuple(search.split()),
        statuses=tuple(status or ()),
        is_queued=queued,
        created_from=created_from,
        created_before=created_before,
        sort=sort,
        video_ids=who.video_ids,
        folder_ids=who.folder_ids,
        folder=folder,
    )


def add_list_routes(app: FastAPI, library: VideoLibrary, folders: Folders) -> None:
    async def of_existing_folder(sender: OptionalSender, listing: Annotated[Listing, Depends(_listing)]) -> Listing:
        if listing.folder is not None:
            await folders.check(listing.folder, sender or EVERYBODY)
        return listing

    FromQuery: Any = Depends(of_existing_folder)  # noqa: N806 a default of parameters, as if it were outside

    @app.get("/api/videos", responses=documented(FolderNotFound, InvalidCursor, InvalidRequest))
    async def list_videos(
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = DEFAULT_PAGE,
        cursor: str | None = None,
        offset: Annotated[int, Query(ge=0, le=LARGEST_OFFSET, description="How many videos to skip")] = 0,
        listing: Listing = FromQuery,
    ) -> VideoPage:
        """Newest first, or in the order of `sort`. `cursor=<next_cursor>` requests the next page of the same list."""
        return await library.page(listing, limit, cursor, offset)

    @app.get("/api/video-count", responses=documented(FolderNotFound, InvalidRequest))
    async def count_videos(listing: Listing = FromQuery) -> VideoCount:
        """How many videos the list with these parameters has on all of its pages."""
        return VideoCount(count=await library.count(listing))

    @app.get("/api/analyses")
    async def list_analyses(sender: OptionalSender) -> AnalysisQueue:
        """The next requested analyses that have not begun. Those of hidden videos have positions, too."""
        who = sender or EVERYBODY
        return await library.analysis_queue(Listing(video_ids=who.video_ids, folder_ids=who.folder_ids))

    @app.get("/api/videos/{video_id}/neighbours", responses=documented(VideoNotFound, FolderNotFound, InvalidRequest))
    async def get_neighbours(
        video_id: PathVideoId,
        limit: Annotated[int, Query(ge=1, le=MOST_NEIGHBOURS, description="On each side")] = DEFAULT_NEIGHBOURS,
        listing: Listing = FromQuery,
    ) -> VideoNeighbours:
        """The videos before and after this one in the list with these parameters, whether it is in the list or not."""
        return await library.neighbours(video_id, listing, limit)
