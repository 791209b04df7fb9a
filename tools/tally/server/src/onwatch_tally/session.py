"""One clip, counted by a person in the browser and by the system in the background."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import av

from onwatch.analyze import AnalysisFailed, Result
from onwatch_detector.errors import VideoUnreadable
from onwatch_tally.clip import Clip
from onwatch_tally.comparison import compare, entries_of
from onwatch_tally.conversion import convert
from onwatch_tally.errors import (
    AlreadyDone,
    CountFailed,
    NotDone,
    NotPlayableYet,
    NotSaved,
    OutsideTheClip,
    StillCounting,
)
from onwatch_tally.record import Record, RecordFile
from onwatch_tally.shapes import Comparison, Mark, Progress, Tally

log = logging.getLogger(__name__)

Count = Callable[[Callable[[float], None]], Awaitable[Result]]
"""Counts the clip and reports the analysed fraction to its argument. Raises `AnalysisFailed`."""

END_TOLERANCE_S = 1.0  # a player may stop slightly after the last frame


class Session:
    """`work` runs in the background; the other methods serve the page."""

    def __init__(
        self, clip: Clip, file: RecordFile, record: Record, count: Count, *, scratch: Path, json_out: Path | None = None
    ) -> None:
        self.clip, self.record = clip, record
        self.conversion = Progress(state="waiting" if clip.obstacle else "done")
        self.analysis = Progress()
        self._file, self._count, self._json_out = file, count, json_out
        self._copy = scratch / "playable.mp4"
        self._result: Result | None = None
        self._changing = asyncio.Lock()
        self._stop = threading.Event()

    # --- in the background ---------------------------------------------------------------------

    async def work(self) -> None:
        """Convert the video if the browser needs it, then count it with the system."""
        try:
            if self.clip.obstacle:
                await self._convert()
            await self._analyze()
            await self._write_json()
        finally:
            self._stop.set()  # the conversion runs in a thread, which cannot be cancelled

    async def _convert(self) -> None:
        def on_progress(fraction: float) -> None:
            self.conversion = Progress(state="working", fraction=fraction)

        duration_s = self.clip.probe.duration_s
        try:
            await asyncio.to_thread(convert, self.clip.path, self._copy, duration_s, on_progress, self._stop)
            self.conversion = Progress(state="done", fraction=1.0)
        except (VideoUnreadable, av.FFmpegError, OSError) as error:
            self.conversion = Progress(state="failed", reason=str(error))

    async def _analyze(self) -> None:
        def on_progress(fraction: float) -> None:
            self.analysis = Progress(state="working", fraction=fraction)

        on_progress(0.0)
        try:
            self._result = await self._count(on_progress)
            self.analysis = Progress(state="done", fraction=1.0)
        except AnalysisFailed as error:
            self.analysis = Progress(state="failed", reason=str(error))

    # --- for the page --------------------------------------------------------------------------

    def tally(self) -> Tally:
        found = self.clip.probe
        return Tally(
            file=self.clip.path.name,
            duration_s=found.duration_s,
            fps=found.fps,
            width=found.width,
            height=found.height,
            roi=self.clip.roi,
            obstacle=self.clip.obstacle,
            conversion=self.conversion,
            analysis=self.analysis,
            saved_as=str(self._file.path),
        )

    def playable(self) -> tuple[Path, str]:
        """The file for the browser and its media type. Raises `NotPlayableYet` during the conversion."""
        if self.clip.obstacle is None:
            return self.clip.path, self.clip.probe.format.media_type
        if self.conversion.state != "done":
            raise NotPlayableYet
        return self._copy, "video/mp4"

    async def put_mark(self, mark: Mark) -> Record:
        """Store a mark; idempotent. Raises `OutsideTheClip`, `AlreadyDone`, `NotSaved`."""
        if mark.at_s > self.clip.probe.duration_s + END_TOLERANCE_S:
            raise OutsideTheClip(mark.at_s, self.clip.probe.duration_s)
        return await self._change(lambda record: _counting(record).with_mark(mark))

    async def remove_mark(self, mark_id: str) -> Record:
        """Remove a mark; idempotent. Raises `AlreadyDone`, `NotSaved`."""
        return await self._change(lambda record: _counting(record).without_mark(mark_id))

    async def restart(self) -> Record:
        """Remove all marks; the old record is kept under another name. Raises `NotSaved`."""
        if self.record.marks:
            await self._to_disk(self._file.set_aside)
        return await self._change(Record.restarted)

    async def finish(self, until_s: float) -> Record:
        """Finish the count after the first `until_s` seconds. Raises `NotSaved`."""
        within_s = min(until_s, self.clip.probe.duration_s)
        record = await self._change(lambda record: record.done(within_s))
        await self._write_json()
        return record

    async def reopen(self) -> Record:
        return await self._change(Record.reopened)

    async def comparison(self) -> Comparison:
        """The comparison; records that the person has seen it.

        Raises `NotDone`, `StillCounting`, `CountFailed`, `NotSaved`.
        """
        compared = await self._compared()
        await self._change(Record.shown)
        return compared

    async def _compared(self) -> Comparison:
        record, result = self.record, self._result
        if record.until_s is None:
            raise NotDone
        if self.analysis.state == "failed":
            raise CountFailed(self.analysis.reason or "the reason is not known")
        if result is None:
            raise StillCounting(self.analysis.fraction)
        return await asyncio.to_thread(
            compare,
            record.marks,
            entries_of(result.vehicles.items),
            record.until_s,
            detector_model=result.metrics.detector_model,
            changed_after_seen=record.changed_after_seen,
        )

    async def _write_json(self) -> None:
        """Write the file of `--json` once both counts are finished."""
        if self._json_out is None or self._result is None or self.record.until_s is None:
            return
        text = (await self._compared()).model_dump_json(indent=2) + "\n"
        try:
            await asyncio.to_thread(self._json_out.write_text, text, encoding="utf-8")
        except OSError as error:
            log.error("the comparison was not written: %s", error)  # noqa: TRY400 the reason is enough

    async def _change(self, change: Callable[[Record], Record]) -> Record:
        async with self._changing:
            changed = change(self.record)
            if changed != self.record:
                await self._to_disk(lambda: self._file.save(changed))
                self.record = changed
            return self.record

    async def _to_disk(self, write: Callable[[], object]) -> None:
        try:
            await asyncio.to_thread(write)
        except OSError as error:
            raise NotSaved(self._file.path, error) from error


def _counting(record: Record) -> Record:
    if record.until_s is not None:
        raise AlreadyDone
    return record
