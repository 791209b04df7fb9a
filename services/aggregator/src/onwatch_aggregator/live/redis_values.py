"""Converts between values and what the scripts and hashes in Redis hold."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from onwatch_aggregator.counting import RunRecord, RunTotals, visit_key
from onwatch_aggregator.live.live_run import LiveRun, RunState
from onwatch_aggregator.live.store import (
    Committed,
    Granted,
    Impossible,
    Lease,
    LeaseEnded,
    LeaseExpired,
    LeaseHeld,
    LeaseState,
    Refused,
    Rejected,
    RunUnknown,
)
from onwatch_aggregator.live.timestamps import from_us
from onwatch_contracts.http import ClaimRefusal
from onwatch_contracts.messages import MetricsBatchV1, MetricsBatchV2
from onwatch_contracts.site import SiteCounts
from onwatch_contracts.values import Checkpoint, Left, RunSettings, VehicleType, ZoneEvent
from onwatch_counting.dwell import MICROSECONDS, dwell_us, seconds

NEVER = 0


def text(value: bytes | str) -> str:
    """Independent of the client's `decode_responses`."""
    return value.decode() if isinstance(value, bytes) else value


def duration_us(duration_s: float) -> int:
    return round(duration_s * MICROSECONDS)


def duration_ms(duration_s: float) -> int:
    return round(duration_s * 1_000)


def dwell_of(event: ZoneEvent) -> int:
    """Dwell time in microseconds; 0 for an event that does not close a visit."""
    return dwell_us(event.entered_at_s, event.left_at_s) if isinstance(event, Left) else 0


def event_args(event: ZoneEvent) -> tuple[str | int, ...]:
    """The six arguments of commit.lua for one event."""
    return (
        event.kind,
        visit_key(event),
        event.vehicle_id,
        event.vehicle_type.value,
        dwell_of(event),
        event.model_dump_json(),
    )


def log_args(batch: MetricsBatchV1) -> tuple[bytes, str]:
    """The packed detections and the counts of zones and gates (JSON); empty without. ValueError if it is not base64."""
    if not isinstance(batch, MetricsBatchV2):
        return b"", ""
    counts = batch.site_counts.model_dump_json() if batch.site_counts is not None else ""
    return base64.b64decode(batch.detections, validate=True), counts


def finishing_member(video_id: str, run_id: str) -> str:
    return f"{video_id}/{run_id}"


def video_and_run(member: str) -> tuple[str, str]:
    video_id, _, run_id = member.partition("/")
    return video_id, run_id


def lease_member(lease: Lease) -> str:
    return f"{lease.video_id}/{lease.epoch}"


def lease_from(member: str) -> Lease:
    video_id, _, epoch = member.partition("/")
    return Lease(video_id, int(epoch))


def claim_answer(answer: Sequence[str]) -> Granted | Refused:
    if answer[0] != "granted":
        reason, holder, lease_left_us = answer
        return Refused(ClaimRefusal(reason), holder or None, seconds(int(lease_left_us)))
    _, run_id, epoch, next_batch_no, settings, checkpoint = answer
    return Granted(
        run_id=run_id,
        epoch=int(epoch),
        next_batch_no=int(next_batch_no),
        checkpoint=Checkpoint.model_validate_json(checkpoint) if checkpoint else None,
        settings=RunSettings.model_validate_json(settings),
    )


def commit_answer(video_id: str, answer: Sequence[Any]) -> Committed | Rejected | Impossible:
    match text(answer[0]):
        case "applied" | "repeat" as status:
            *hashes, site_counts = answer[1:]
            live = live_run(video_id, *(_pairs(flat) for flat in hashes))
            assert live is not None  # noqa: S101 the script has just read or written it
            counts = SiteCounts.model_validate_json(site_counts) if site_counts else None
            return Committed(live, repeat=status == "repeat", site_counts=counts)
        case "impossible":
            return Impossible(text(answer[1]))
        case "unknown_run" | "stale_epoch" | "gap" as reason:
            return Rejected(reason)
        case status:
            raise ValueError(f"commit.lua answered {status!r}")


def lease_answer(answer: Sequence[str]) -> LeaseState:
    match answer:
        case ["held", epoch, run_id, analysed_s, lease_until_us]:
            return LeaseHeld(int(epoch), run_id, float(analysed_s), from_us(int(lease_until_us)))
        case ["expired", run_id, analysed_s]:
            return LeaseExpired(run_id, float(analysed_s))
        case ["ended"]:
            return LeaseEnded()
        case ["unknown"]:
            return RunUnknown()
        case _:
            raise ValueError(f"expire_lease.lua answered {answer!r}")


def _pairs(flat: Sequence[bytes | str]) -> dict[str, str]:
    texts = [text(item) for item in flat]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def live_run(
    video_id: str, run: Mapping[str, str], types: Mapping[str, str], dwell: Mapping[str, str]
) -> LiveRun | None:
    """The run from its three hashes; None if there is none."""
    if not run:
        return None
    record = RunRecord(
        video_id=video_id,
        run_id=run["run_id"],
        settings=RunSettings.model_validate_json(run["settings"]),
        started_at=from_us(int(run["started_at_us"])),
        finished_at=_timestamp(int(run["finished_at_us"])),
        analysed_s=float(run["analysed_s"]),
        totals=_totals(run, types, dwell),
    )
    return LiveRun(
        record,
        state=RunState(run["state"]),
        epoch=int(run["epoch"]),
        batch_no=int(run["next_batch_no"]) - 1,
        lease_until=from_us(int(run["lease_until_us"])),
    )


def _timestamp(microseconds: int) -> datetime | None:
    return None if microseconds == NEVER else from_us(microseconds)


def _totals(run: Mapping[str, str], types: Mapping[str, str], dwell: Mapping[str, str]) -> RunTotals:
    return RunTotals(
        total_vehicles_count=int(run["total_vehicles_count"]),
        current_vehicles_count=int(run["current_vehicles_count"]),
        visits_count=int(run["visits_count"]),
        vehicle_type={VehicleType(name): int(count) for name, count in types.items()},
        closed_visits_count=int(dwell.get("visits", 0)),
        dwell_total_us=int(dwell.get("total_us", 0)),
        dwell_max_us=int(dwell.get("max_us", 0)),
    )
