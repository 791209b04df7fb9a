"""The catalog's tables, as the migrations in `migrations/` create them; a test compares both."""

from __future__ import annotations

import sqlalchemy as sa

from onwatch_catalog.records.name_key import MAX_KEY_CHARS
from onwatch_sql.columns import Id, UtcDateTime

SCHEMA = "catalog"
"""In PostgreSQL; a SQLite file has none."""

metadata = sa.MetaData(schema=SCHEMA)

# Compared byte by byte, as `Id`.
NameKey = sa.String(MAX_KEY_CHARS).with_variant(sa.String(MAX_KEY_CHARS, collation="C"), "postgresql")

folders = sa.Table(
    "folders",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    # Two folders must not differ in case or accents alone.
    sa.Column("name_key", NameKey, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("name_key", name="uq_folders_name_key"),
)

videos = sa.Table(
    "videos",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("media_type", sa.String(64), nullable=False),
    sa.Column("file_path", sa.Text, nullable=False),
    sa.Column("duration_s", sa.Double, nullable=False),
    sa.Column("fps", sa.Double, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("status_at", UtcDateTime, nullable=False),
    sa.Column("status_reason", sa.Text),
    sa.Column("run_id", Id),
    # Wider than an integer: an epoch can be milliseconds since 1970.
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("finished_run_id", Id),
    sa.Column("anchor", sa.String(32), nullable=False),
    sa.Column("engine", sa.String(16), nullable=False, server_default="auto"),
    sa.Column("roi", sa.JSON(none_as_null=True)),
    sa.Column("calibration", sa.JSON(none_as_null=True)),
    sa.Column("analysis_requested_at", UtcDateTime),
    # Null in the rows of versions that did not record them.
    sa.Column("codec", sa.String(32)),
    sa.Column("is_counted", sa.Boolean),
    sa.Column("is_rate_assumed", sa.Boolean),
    sa.Column("recorded_fps", sa.Double),
    sa.Column("notes", sa.JSON(none_as_null=True)),
    # Null in the rows that a version before it has written, until the next start.
    sa.Column("name_key", NameKey),
    # The database refuses to delete a folder that has videos.
    sa.Column("folder_id", Id, sa.ForeignKey(folders.c.id)),
    sa.Index("ix_videos_created_at_id", "created_at", "id"),
    # Have everything that a list is filtered by: no row is read that is not shown.
    sa.Index("ix_videos_listing", "created_at", "id", "name_key", "status", "analysis_requested_at", "folder_id"),
    sa.Index(
        "ix_videos_folder_listing", "folder_id", "created_at", "id", "name_key", "status", "analysis_requested_at"
    ),
    sa.Index("ix_videos_name_key_id", "name_key", "id"),
    sa.Index("ix_videos_duration_s_id", "duration_s", "id"),
    sa.Index("ix_videos_size_bytes_id", "size_bytes", "id"),
    sa.Index("ix_videos_analysis_requested_at", "analysis_requested_at"),
)

# A video without a row has the default site, revision 0, until the next start writes one.
sites = sa.Table(
    "sites",
    metadata,
    # Deleted with its video, also by a catalog of the version before.
    sa.Column("video_id", Id, sa.ForeignKey(videos.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("zones", sa.JSON, nullable=False),
    sa.Column("gates", sa.JSON, nullable=False),
    sa.Column("movements", sa.JSON, nullable=False),
    sa.Column("recorded_at", sa.String(40)),  # ISO 8601: a timestamp column would lose the UTC offset
    sa.Column("time_zone", sa.String(64)),
    sa.Column("recorded_source", sa.String(16), nullable=False),
)

# The processes that live, in the order in which they joined: the first one leads.
processes = sa.Table(
    "processes",
    metadata,
    # Never reused: what a process has left behind is told by it.
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("beats_count", sa.BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

# What processes are doing, and the last of what is over.
activities = sa.Table(
    "activities",
    metadata,
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("process_number", sa.BigInteger),  # null: it is over
    sa.Column("is_cancelled", sa.Boolean, nullable=False),
    # Where its video will be, for who may see it.
    sa.Column("folder_id", Id),
    sa.Column("state", sa.JSON(none_as_null=True)),
    sa.Column("ended_at", UtcDateTime),
)

# Space for files that are not in `videos` or `uploads` yet.
quota_reservations = sa.Table(
    "quota_reservations",
    metadata,
    sa.Column("owner", Id, primary_key=True),
    sa.Column("process_number", sa.BigInteger),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
)

# Folders of uploads and deletions in progress. A row of a process that does not live was left by an interrupted one,
# and its folder is deleted; the service deletes no other folder. The table keeps its first name: renaming it would lock
# out the previous version during an upgrade.
pending_deletions = sa.Table(
    "doomed_folders",
    metadata,
    sa.Column("video_id", Id, primary_key=True),
    sa.Column("process_number", sa.BigInteger),  # null: of nobody
)

# Uploads that may be resumed, also by the next process: their folders are deleted when they expire.
uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("video_id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("filename", sa.Text, nullable=False),
    sa.Column("recorded_fps", sa.Double),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    # Where the video will be.
    sa.Column("folder_id", Id, sa.ForeignKey(folders.c.id)),
)

outbox = sa.Table(
    "outbox",
    metadata,
    # SQLite autoincrements only a column of type INTEGER.
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("routing_key", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    # An id is never reused. Ids follow the order of commits: of all commits on SQLite, which has one writer; of the
    # commits of one video on PostgreSQL, where a change of a video locks its row until the end of the transaction.
    sqlite_autoincrement=True,
)
