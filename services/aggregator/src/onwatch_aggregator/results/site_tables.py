"""The tables of zones and gates: the site of each video, the state of its recount, and what that found."""

from __future__ import annotations

import sqlalchemy as sa

from onwatch_aggregator.results.tables import metadata
from onwatch_sql.columns import Id, UtcDateTime

# The newest site of each video, as the catalog published it.
sites = sa.Table(
    "sites",
    metadata,
    sa.Column("video_id", Id, primary_key=True),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("site", sa.JSON, nullable=False),
)

# One row for each video that was ever counted again: the newest request.
recounts = sa.Table(
    "recounts",
    metadata,
    sa.Column("video_id", Id, primary_key=True),
    sa.Column("run_id", Id, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("progress", sa.Double, nullable=False),
    sa.Column("requested_at", UtcDateTime, nullable=False),
    sa.Column("finished_at", UtcDateTime),
    sa.Column("problem", sa.Text),
    # Who is counting: only the newest attempt may write. Renewed while it lives.
    sa.Column("attempt_id", Id),
    sa.Column("losses_count", sa.Integer, nullable=False),
    sa.Column("renewed_at", UtcDateTime),
    # False from the end of a recount until `recount.finished` was accepted by the bus.
    sa.Column("is_published", sa.Boolean, nullable=False),
)

# What the newest finished recount of a video is of. It is replaced with all its rows in one transaction.
site_results = sa.Table(
    "site_results",
    metadata,
    sa.Column("video_id", Id, primary_key=True),
    sa.Column("run_id", Id, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("site", sa.JSON, nullable=False),
    sa.Column("end_s", sa.Double, nullable=False),
    sa.Column("observed_spans_s", sa.JSON, nullable=False),
    sa.Column("unconfirmed_tracks_count", sa.Integer, nullable=False),
    sa.Column("counted_at", UtcDateTime, nullable=False),
)


def _of_results() -> sa.Column[str]:
    return sa.Column("video_id", Id, sa.ForeignKey(site_results.c.video_id, ondelete="CASCADE"), primary_key=True)


site_vehicles = sa.Table(
    "site_vehicles",
    metadata,
    _of_results(),
    sa.Column("vehicle_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("vehicle_type", sa.String(64), nullable=False),
    sa.Column("first_seen_s", sa.Double, nullable=False),
    sa.Column("last_seen_s", sa.Double, nullable=False),
    sa.Column("moving_s", sa.Double, nullable=False),
    sa.Column("standing_s", sa.Double, nullable=False),
    sa.Column("stops_count", sa.Integer, nullable=False),
    sa.Column("is_parked", sa.Boolean, nullable=False),
    sa.Column("end_reason", sa.String(32), nullable=False),
    sa.Column("speed_kmh", sa.Double),
    sa.Column("speed_error_kmh", sa.Double),
)

visits = sa.Table(
    "visits",
    metadata,
    _of_results(),
    sa.Column("zone_id", Id, primary_key=True),
    sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("visit_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("vehicle_id", sa.Integer),
    sa.Column("vehicle_type", sa.String(64), nullable=False),
    sa.Column("entered_at_s", sa.Double, nullable=False),
    sa.Column("left_at_s", sa.Double, nullable=False),
    sa.Column("exit_reason", sa.String(32), nullable=False),
    sa.Column("born_inside", sa.Boolean, nullable=False),
    sa.Column("moving_s", sa.Double, nullable=False),
    sa.Column("standing_s", sa.Double, nullable=False),
    sa.Column("stops_count", sa.Integer, nullable=False),
    sa.Column("is_parked", sa.Boolean, nullable=False),
    sa.Column("standing_spans_s", sa.JSON, nullable=False),
    sa.Column("speed_kmh", sa.Double),
    sa.Column("speed_error_kmh", sa.Double),
)

crossings = sa.Table(
    "crossings",
    metadata,
    _of_results(),
    sa.Column("gate_id", Id, primary_key=True),
    sa.Column("vehicle_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("crossing_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("vehicle_type", sa.String(64), nullable=False),
    sa.Column("at_s", sa.Double, nullable=False),
    sa.Column("direction", sa.String(16), nullable=False),
    sa.Column("x", sa.Double, nullable=False),
    sa.Column("y", sa.Double, nullable=False),
    sa.Column("speed_kmh", sa.Double),
    sa.Column("speed_error_kmh", sa.Double),
    sa.Column("headway_s", sa.Double),
    sa.Column("gap_s", sa.Double),
)

SITE_TABLES = (site_results, recounts, sites)
"""From which the rows of a deleted video are removed; the rest follows."""
