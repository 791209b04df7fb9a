"""The HTTP API of folders. The gateway decides who may call what."""

from __future__ import annotations

from fastapi import FastAPI

from onwatch_catalog.accounts import OptionalSender
from onwatch_catalog.errors import FolderNotFound, InvalidName, VideoNotFound
from onwatch_catalog.folders import errors
from onwatch_catalog.folders.folders import Folders
from onwatch_catalog.folders.parameters import PathFolderId, TargetFolder
from onwatch_catalog.video_path import PathVideoId
from onwatch_contracts.accounts import EVERYBODY
from onwatch_contracts.folders import (
    Folder,
    FolderList,
    FolderName,
    FoldersOfVideos,
    VideoFolder,
    VideoIds,
    VideosToMove,
)
from onwatch_runtime.http import InvalidRequest, documented

FOLDER_PATH = "/api/folders/{folder_id}"
OF_NAME = (InvalidRequest, InvalidName, errors.FolderNameTaken)
OF_MOVE = (InvalidRequest, FolderNotFound, VideoNotFound, errors.MoveNotAllowed)


def add_folders(app: FastAPI, folders: Folders) -> None:
    _add_folders(app, folders)
    _add_moves(app, folders)
    _add_internal(app, folders)


def _add_folders(app: FastAPI, folders: Folders) -> None:
    @app.get("/api/folders")
    async def list_folders(sender: OptionalSender) -> FolderList:
        """By name. `GET /api/videos?folder=<id>` lists the videos in one."""
        return await folders.all(sender or EVERYBODY)

    @app.post("/api/folders", status_code=201, responses=documented(*OF_NAME, errors.TooManyFolders))
    async def add_folder(new: FolderName) -> Folder:
        return await folders.add(new.name)

    @app.patch(FOLDER_PATH, responses=documented(FolderNotFound, *OF_NAME))
    async def rename_folder(folder_id: PathFolderId, new: FolderName) -> Folder:
        return await folders.rename(folder_id, new.name)

    @app.delete(FOLDER_PATH, status_code=204, responses=documented(FolderNotFound, errors.FolderNotEmpty))
    async def delete_folder(folder_id: PathFolderId) -> None:
        """Delete an empty folder. It deletes no videos: one that has some is refused."""
        await folders.remove(folder_id)


def _add_moves(app: FastAPI, folders: Folders) -> None:
    @app.put(f"{FOLDER_PATH}/videos", status_code=204, responses=documented(*OF_MOVE))
    async def move_videos(folder_id: TargetFolder, moved: VideosToMove, sender: OptionalSender) -> None:
        """Move videos into a folder; into `none`: out of the one that they are in. All of them move, or none."""
        await folders.move(moved.video_ids, folder_id, sender or EVERYBODY)

    @app.get("/api/videos/{video_id}/folder", responses=documented(VideoNotFound))
    async def get_folder(video_id: PathVideoId, sender: OptionalSender) -> VideoFolder:
        """Which folder the video is in."""
        return await folders.of_video(video_id, sender or EVERYBODY)

    @app.put("/api/videos/{video_id}/folder", responses=documented(*OF_MOVE))
    async def set_folder(video_id: PathVideoId, target: VideoFolder, sender: OptionalSender) -> VideoFolder:
        """Move the video into a folder; null: out of the one that it is in."""
        await folders.move([video_id], target.folder_id, sender or EVERYBODY)
        return target


def _add_internal(app: FastAPI, folders: Folders) -> None:
    @app.post("/internal/folders", include_in_schema=False)
    async def folders_of_videos(asked: VideoIds) -> FoldersOfVideos:
        return FoldersOfVideos(folder_ids=await folders.of_videos(asked.video_ids))
