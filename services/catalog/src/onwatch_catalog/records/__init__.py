"""The record of each video and the SQL store of the records, pending deletions and outgoing messages."""

from onwatch_catalog.records.database import DATABASE, make_engine, migrate, sqlite_folder
from onwatch_catalog.records.folder_rows import folder_key, folders_of, keep_folder
from onwatch_catalog.records.listing import Listing
from onwatch_catalog.records.paging import NEWEST_FIRST, PageKey, cursor_after, key_of, parse_cursor
from onwatch_catalog.records.site import (
    RecordedSource,
    StoredSite,
    VideoSite,
    messages_of_change,
    messages_of_creation,
    site_changed,
)
from onwatch_catalog.records.sql_store import SqlStore
from onwatch_catalog.records.store import Rule, SiteRule, VideoStore
from onwatch_catalog.records.tables import (
    activities,
    folders,
    metadata,
    pending_deletions,
    processes,
    quota_reservations,
    sites,
    uploads,
    videos,
)
from onwatch_catalog.records.video import AnalysisRequest, StoredVideo, as_http, file_as_http

__all__ = [
    "DATABASE",
    "NEWEST_FIRST",
    "AnalysisRequest",
    "Listing",
    "PageKey",
    "RecordedSource",
    "Rule",
    "SiteRule",
    "SqlStore",
    "StoredSite",
    "StoredVideo",
    "VideoSite",
    "VideoStore",
    "activities",
    "as_http",
    "cursor_after",
    "file_as_http",
    "folder_key",
    "folders",
    "folders_of",
    "keep_folder",
    "key_of",
    "make_engine",
    "messages_of_change",
    "messages_of_creation",
    "metadata",
    "migrate",
    "parse_cursor",
    "pending_deletions",
    "processes",
    "quota_reservations",
    "site_changed",
    "sites",
    "sqlite_folder",
    "uploads",
    "videos",
]
