"""The keys in Redis. Only the aggregator opens Redis, and only through `redis_live_store`.

One hash tag per video, so that a script's keys share a slot of a cluster. `V` is the video's id.

- `onwatch:{V}:run`, hash, the newest run: `run_id` `epoch` `state` (active, final, persisted) `next_batch_no`
  `worker_id` `lease_until_us` `requested_at_us` (the newest demand that it answers) `started_at_us` `finished_at_us`
  (not before the demand, whose clock may be ahead) `analysed_s` `settings` (JSON) `detector_model`, and the counts
  `total_vehicles_count` `current_vehicles_count` `visits_count`
- `onwatch:{V}:vehicle_type`, hash: vehicles counted, by type
- `onwatch:{V}:vehicle_dwell_time`, hash, over closed visits: `visits` `total_us` `max_us`
- `onwatch:{V}:checkpoint`, string: the newest committed checkpoint (JSON, the detector's own)
- `onwatch:{V}:entered`, hash: `<vehicle_id>:<visit_no>:<zone_id>` -> the event (JSON, as the detector wrote it)
- `onwatch:{V}:left`, hash: the same for `left`
- `onwatch:{V}:counted_as`, hash: vehicle id -> the type under which it is counted
- `onwatch:{V}:epoch`, string: the newest epoch given out; only ever grows
- `onwatch:{V}:deleted`, string: tombstone, the video is gone
- `onwatch:finishing`, sorted set: `V/<run_id>` of final runs not known to be in SQL, by the time they became final

Times are integers, microseconds since 1970 UTC. Nothing lives for ever:

| key | expires | after |
| --- | --- | --- |
| the run's seven | `idle_ttl_s` | the last claim or batch; then claims begin a new run |
| the run's seven | `persisted_ttl_s` | the run was in SQL |
| `epoch` | `idle_ttl_s` | the last claim; epochs grow all the same, being no less than the clock |
| `deleted` | `tombstone_ttl_s` | the video was deleted |
| `onwatch:finishing` | `idle_ttl_s` | the last note, its run being gone by then; a note goes once it is handled |

The server must not evict (`maxmemory-policy noeviction`, its default): every key here expires, so that the other
policies would take parts of a run. Full, it refuses, and batches wait.
"""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "onwatch:"
FINISHING = f"{PREFIX}finishing"


@dataclass(frozen=True)
class VideoKeys:
    """The keys of one video."""

    video_id: str

    def _key(self, what: str) -> str:
        return f"{PREFIX}{{{self.video_id}}}:{what}"

    @property
    def run(self) -> list[str]:
        """All that belongs to the newest run, in the order in which the scripts take them."""
        return [
            self._key(what)
            for what in ("run", "vehicle_type", "vehicle_dwell_time", "checkpoint", "entered", "left", "counted_as")
        ]

    @property
    def epoch(self) -> str:
        return self._key("epoch")

    @property
    def deleted(self) -> str:
        return self._key("deleted")
