"""The keys in Redis. Only the aggregator opens Redis, and only in this package.

One hash tag per video, so that the keys of a script share a hash slot of Redis Cluster. `V` is the video's id.

- `onwatch:{V}:run`, hash, the newest run: `run_id` `epoch` `state` (active, final, persisted) `next_batch_no`
  `worker_id` `lease_until_us` `requested_at_us` (the newest demand that it answers) `started_at_us` `finished_at_us`
  (not before the demand, whose clock may be ahead) `analysed_s` `settings` (JSON) `detector_model` `expired_epoch` (the
  newest lease that expired, if any), and the totals `total_vehicles_count` `current_vehicles_count` `visits_count`
- `onwatch:{V}:vehicle_type`, hash: vehicles counted, by type
- `onwatch:{V}:vehicle_dwell_time`, hash, over closed visits: `visits` `total_us` `max_us`
- `onwatch:{V}:checkpoint`, string: the newest committed checkpoint (JSON, the detector's own)
- `onwatch:{V}:entered`, hash: `<vehicle_id>:<visit_no>:<zone_id>` -> the event (JSON, as the detector wrote it)
- `onwatch:{V}:left`, hash: the same for `left`
- `onwatch:{V}:counted_as`, hash: vehicle id -> the type under which it is counted
- `onwatch:{V}:log`, list: the packed log of detections of each batch (binary), in order
- `onwatch:{V}:site_counts`, string: the newest numbers of zones and gates (JSON), if there are any
- `onwatch:{V}:alerts`, string: how far the alerts of the newest run are found (JSON), if the video has rules. It can be
  found again from the log: whoever loses it counts from the beginning
- `onwatch:{V}:epoch`, string: the newest epoch; it only grows
- `onwatch:{V}:deleted`, string: tombstone of a deleted video
- `onwatch:finishing`, sorted set: `V/<run_id>` of final runs not known to be in SQL, by the time they became final
- `onwatch:leases`, set: `V/<epoch>` of granted claims not known to have ended. Its hash slot is another one, so no
  script maintains it: it may list leases that have ended, and the hash of the run decides

Times are integers, microseconds since 1970 UTC. Every key expires:

| key | expires | after |
| --- | --- | --- |
| the run's nine | `idle_ttl_s` | the last claim or batch; then a claim starts a new run |
| the run's nine | `persisted_ttl_s` | the run was in SQL; `log`, the largest, is removed at once |
| `alerts` | an hour | the last batch |
| `epoch` | `idle_ttl_s` | the last claim or expired lease; epochs still grow, because the clock is their minimum |
| `deleted` | `tombstone_ttl_s` | the video was deleted |
| `onwatch:finishing` | `idle_ttl_s` | the last entry, whose run has expired by then; a handled entry is removed |
| `onwatch:leases` | `idle_ttl_s` | the last claim; a lease that is still held is added again |

The server must not evict (`maxmemory-policy noeviction`, its default): every key expires, so that the other
policies would remove parts of a run. A full server refuses writes, and batches wait.
"""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "onwatch:"
FINISHING = f"{PREFIX}finishing"
LEASES = f"{PREFIX}leases"


@dataclass(frozen=True)
class VideoKeys:
    """The keys of one video."""

    video_id: str

    def _key(self, what: str) -> str:
        return f"{PREFIX}{{{self.video_id}}}:{what}"

    @property
    def run(self) -> list[str]:
        """The keys of the newest run, in the order in which the scripts take them."""
        return [
            self._key(what)
            for what in (
                "run",
                "vehicle_type",
                "vehicle_dwell_time",
                "checkpoint",
                "entered",
                "left",
                "counted_as",
                "log",
                "site_counts",
            )
        ]

    @property
    def entered(self) -> str:
        return self._key("entered")

    @property
    def left(self) -> str:
        return self._key("left")

    @property
    def log(self) -> str:
        return self._key("log")

    @property
    def alerts(self) -> str:
        return self._key("alerts")

    @property
    def epoch(self) -> str:
        return self._key("epoch")

    @property
    def deleted(self) -> str:
        return self._key("deleted")
