"""The whole worker as in production: demand in, frames and batches out, JPEG encoding included, on a bus in memory.

The catalog and the aggregator are stand-ins that answer at once; everything of the detector is real.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal, cast

import av
from measuring import Pass
from prometheus_client import CollectorRegistry

from onwatch_contracts.channel import decode_frame
from onwatch_contracts.http import Claim, ClaimRequest, Video, VideoStatus
from onwatch_contracts.messages import DemandWantedV1, Message, MetricsBatchV2, MetricsCommittedV1, RunFailedV1
from onwatch_contracts.site import Site
from onwatch_contracts.values import Anchor, Coverage, EngineChoice, Left, Totals
from onwatch_detector.context import RunContext
from onwatch_detector.detect.models import EngineCache, open_chosen_engine
from onwatch_detector.handlers import SUBSCRIPTIONS
from onwatch_detector.instruments import Instruments
from onwatch_detector.read import SERVING, DecoderLimits, SandboxedDecoder
from onwatch_detector.service import one_thread
from onwatch_detector.settings import DetectorSettings
from onwatch_detector.work import Worker
from onwatch_media.sandbox import ProcessStarter
from onwatch_runtime.bus import PrivateQueue, Publisher, SharedQueue
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.ids import new_id

Precision = Literal["f32", "bf16"]
Decoding = Literal["sandboxed", "in process"]
Demand = Literal["viewers", "analysis"]
"""Viewers get every frame as JPEG at the pace of the video; an analysis has no frames and no pace."""


@dataclass(frozen=True)
class OneClip:
    """A catalog in which every video is the same file."""

    clip: Path
    engine: EngineChoice

    async def get(self, video_id: str) -> Video | None:
        with av.open(str(self.clip)) as container:
            stream = container.streams.video[0]
            return Video(
                id=video_id,
                name="clip",
                status=VideoStatus.READY,
                duration_s=container.duration / 1e6,
                fps=float(stream.average_rate),
                width=stream.width,
                height=stream.height,
                size_bytes=self.clip.stat().st_size,
                created_at=datetime.now(UTC),
                thumbnail_url="/t",
                content_url="/c",
                anchor=Anchor.BOTTOM_CENTER,
                engine=self.engine,
                file_path=self.clip.name,
            )

    async def site(self, video_id: str) -> Site:
        return Site()


class AlwaysGranted:
    """An aggregator that grants every run from its start."""

    async def claim(self, video_id: str, request: ClaimRequest) -> Claim:
        return Claim(
            run_id=new_id(), epoch=1, next_batch_no=1, checkpoint=None, settings=request.settings, lease_s=30.0
        )


@dataclass
class Stage:
    publisher: Publisher
    demand: Demand = "viewers"
    timed: Pass | None = None
    vehicles: set[tuple[str, int]] = field(default_factory=set)
    """Those counted in the pass, by video and number."""
    ended: set[str] = field(default_factory=set)
    end: asyncio.Event = field(default_factory=asyncio.Event)
    failure: str | None = None

    async def commit(self, message: Message) -> None:
        assert isinstance(message, MetricsBatchV2)  # noqa: S101 the queue carries nothing else
        await self.publisher.publish(
            MetricsCommittedV1,
            video_id=message.video_id,
            run_id=message.run_id,
            epoch=message.epoch,
            batch_no=message.batch_no,
            totals=Totals(),
            coverage=Coverage(),
        )
        self.vehicles |= {(message.video_id, each.vehicle_id) for each in message.events if isinstance(each, Left)}
        if message.final:
            self.ended.add(message.video_id)
            self.end.set()

    async def see(self, video_id: str, body: bytes) -> None:
        if self.timed is not None:
            self.timed.frame(len(decode_frame(body)[0].boxes))

    async def fail(self, message: Message) -> None:
        self.failure = str(message)
        self.end.set()

    async def watch(self, videos: list[str]) -> Pass:
        """Process all videos at the same time with their demand each; the pass ends with the last final batch."""
        self.timed, self.ended, self.vehicles = Pass(), set(), set()
        for video_id in videos:
            now = datetime.now(UTC)
            await self.publisher.publish(
                DemandWantedV1,
                video_id=video_id,
                source_id="gateway-1",
                kind=self.demand,
                viewers=int(self.demand == "viewers"),
                requested_at=now,
                expires_at=now + timedelta(hours=1),
            )
        while self.ended != set(videos):
            self.end.clear()
            await self.end.wait()
            if self.failure:
                raise RuntimeError(self.failure)
        return self.timed


def frames_of(registry: CollectorRegistry) -> tuple[int, int]:
    """Frames analysed and frames inferred until now."""
    decoded, inferred = (
        registry.get_sample_value(f"onwatch_detector_frames_{which}_total") or 0 for which in ("decoded", "inferred")
    )
    return int(decoded), int(inferred)


async def main(
    weights: Path | None,
    clip: Path,
    videos: int,
    cache_dir: Path,
    precision: Precision,
    decoding: Decoding,
    engine: str,
    demand: Demand,
    still_interval_s: float,
    moving_interval_s: float,
) -> None:
    """`weights`: None for the demo model."""
    settings = DetectorSettings(
        model=weights,
        download=False,
        media_dir=clip.parent,
        cache_dir=cache_dir,
        slots=videos,
        precision=precision,
        frame_max_fps=1000,  # every frame is encoded and sent
        still_interval_s=still_interval_s,
        moving_interval_s=moving_interval_s,
    )
    clock, bus = SystemClock(), MemoryBus(SystemClock())
    publisher = Publisher(bus, clock, new_id)
    processes = ProcessStarter(SERVING)
    registry = CollectorRegistry()
    context = RunContext(settings, bus, publisher, clock, Instruments(registry), "worker-1", one_thread)
    if decoding == "sandboxed":
        processes.warm_up()
        context = replace(context, open_decoder=partial(SandboxedDecoder, processes, DecoderLimits()))
    engines = EngineCache(partial(open_chosen_engine, settings), clock, settings.notice_interval_s)
    worker, stage = (
        Worker(context, OneClip(clip, EngineChoice(engine)), AlwaysGranted(), engines),
        Stage(publisher, demand),
    )
    await bus.subscribe(SharedQueue("batches", (MetricsBatchV2,), ordered=True), stage.commit)
    await bus.subscribe(PrivateQueue("failures", (RunFailedV1,)), stage.fail)
    eye = await bus.subscribe_frames(stage.see, capacity=100_000)
    names = [f"v{number}" for number in range(videos)]
    for name in names:
        await eye.bind(name)
    (event_queue, on_event), (demand_queue, on_demand) = SUBSCRIPTIONS
    worker.receive_events(await bus.subscribe(event_queue, partial(on_event, worker)))
    await worker.take_from(await bus.subscribe(demand_queue, partial(on_demand, worker)))
    cold = await stage.watch(names[:1])
    while worker.run_of(names[0]) is not None:  # noqa: ASYNC110 the slot is free shortly after the final batch
        await asyncio.sleep(0.01)
    before = frames_of(registry)
    measured = (await stage.watch(names)).done(cold.first_s)
    frames, inferred = (after - then for after, then in zip(frames_of(registry), before, strict=True))
    replace(measured, frames=frames, inferred=inferred, vehicles=len(stage.vehicles)).print()
    await worker.stop()
    engines.close()
    processes.close()
    await bus.close()


if __name__ == "__main__":
    given_weights, given_clip, given_videos, given_cache, given_precision, *given = sys.argv[1:]
    defaults = ("sandboxed", "model", "viewers", "0", "0")
    given_decoding, given_engine, given_demand, still, moving = (*given, *defaults[len(given) :])
    asyncio.run(
        main(
            Path(given_weights) if given_weights != "demo" else None,
            Path(given_clip).resolve(),
            int(given_videos),
            Path(given_cache),
            cast("Precision", given_precision),
            cast("Decoding", given_decoding),
            given_engine,
            cast("Demand", given_demand),
            float(still),
            float(moving),
        )
    )
