"""The tables of results. The migrations in `migrations/` create them; a test compares both."""

from __future__ import annotations

import sqlalchemy as sa

from onwatch_sql.columns import Id, UtcDateTime

SCHEMA = "analytics"
"""In PostgreSQL; a SQLite file has none."""

ZoneId = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

metadata = sa.MetaData(schema=SCHEMA)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("run_id", Id, primary_key=True),
    sa.Column("video_id", Id, nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("finished_at", UtcDateTime, nullable=False),
    sa.Column("detector_model", sa.Text, nullable=False),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("analysed_s", sa.Double, nullable=False),
    sa.Column("duration_s", sa.Double, nullable=False),
    sa.Column("total_vehicles_count", sa.Integer, nullable=False),
    sa.Column("current_vehicles_count", sa.Integer, nullable=False),
    sa.Column("visits_count", sa.Integer, nullable=False),
    sa.Column("vehicle_type", sa.JSON, nullable=False),
    sa.Column("vehicle_dwell_time_visits", sa.Integer, nullable=False),
    # Whole microseconds, so that mean and total are the same to the last bit wherever they are computed.
    sa.Column("vehicle_dwell_time_total_us", sa.BigInteger, nullable=False),
    sa.Column("vehicle_dwell_time_max_us", sa.BigInteger, nullable=False),
    sa.Index("ix_runs_video_id_finished_at", "video_id", "finished_at"),
)

vehicles = sa.Table(
    "vehicles",
    metadata,
    sa.Column("run_id", Id, sa.ForeignKey(runs.c.run_id, ondelete="CASCADE"), primary_key=True),
    sa.Column("vehicle_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("visit_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("zone_id", ZoneId, primary_key=True),
    sa.Column("vehicle_type", sa.String(32), nullable=False),
    sa.Column("entered_at_s", sa.Double, nullable=False),
    sa.Column("left_at_s", sa.Double, nullable=False),
    sa.Column("vehicle_dwell_time_s", sa.Double, nullable=False),
    sa.Column("exit_reason", sa.String(32), nullable=False),
    sa.Column("born_inside", sa.Boolean, nullable=False),
)

# The log of detections of a run, in chunks of some seconds (`onwatch_counting.log`); none where it was too old to keep.
detections = sa.Table(
    "detections",
    metadata,
    sa.Column("run_id", Id, sa.ForeignKey(runs.c.run_id, ondelete="CASCADE"), primary_key=True),
    sa.Column("chunk_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("starts_s", sa.Double, nullable=False),
    sa.Column("ends_s", sa.Double, nullable=False),
    sa.Column("pictures_count", sa.Integer, nullable=False),
    sa.Column("boxes_count", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

# What persons say about the rows of a run, and the vehicles that it missed.
visit_marks = sa.Table(
    "visit_marks",
    metadata,
    sa.Column("run_id", Id, sa.ForeignKey(runs.c.run_id, ondelete="CASCADE"), primary_key=True),
    sa.Column("vehicle_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("visit_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("zone_id", ZoneId, primary_key=True),
    sa.Column("verdict", sa.String(16), nullable=False),
    # The right one, of a row whose type is wrong.
    sa.Column("vehicle_type", sa.String(32)),
    sa.Column("marked_at", UtcDateTime, nullable=False),
)

missed_vehicles = sa.Table(
    "missed_vehicles",
    metadata,
    sa.Column("run_id", Id, sa.ForeignKey(runs.c.run_id, ondelete="CASCADE"), primary_key=True),
    sa.Column("missed_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("vehicle_type", sa.String(32), nullable=False),
    sa.Column("marked_at", UtcDateTime, nullable=False),
)

# Deletions that are to be repeated, and that refuse late claims and results until then: a Redis that crashes may lose
# its last second, and with it the removal.
deletions = sa.Table(
    "deletions",
    metadata,
    sa.Column("video_id", Id, primary_key=True),
    sa.Column("deleted_at", UtcDateTime, nullable=False),
)


def next_chunks(run_id: str, after_no: int) -> sa.Select[int, bytes]:
    """The chunks of a log behind the one of that number, in order: `chunk_no` and `body`."""
    later = detections.c.run_id == run_id, detections.c.chunk_no > after_no
    return sa.select(detections.c.chunk_no, detections.c.body).where(*later).order_by(detections.c.chunk_no)
