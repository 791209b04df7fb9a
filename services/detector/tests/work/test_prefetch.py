from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from onwatch_detector.detect.sources.source import PerFrameSource
from onwatch_detector.detections import Detections, Picture
from onwatch_detector.read.decoder import Position, VideoReader
from onwatch_detector.service import one_thread
from onwatch_detector.work.prefetch import DECODED_AHEAD, DetectedFrame, Prefetcher
from onwatch_testkit.blob_engine import BlobEngine
from onwatch_testkit.executors import InlineExecutor

BOTH = pytest.mark.parametrize("new_thread", [one_thread, InlineExecutor])


class ControlledEngine(BlobEngine):
    """A queued engine that completes detections when the test calls `answer`, in any order."""

    places = 3

    def __init__(self) -> None:
        super().__init__()
        self.submitted: list[tuple[Picture, Future[Detections]]] = []
        self.came = threading.Semaphore(0)

    def submit(self, picture: Picture) -> Future[Detections]:
        self.submitted.append((picture, Future()))
        self.came.release()
        return self.submitted[-1][1]

    def answer(self, number: int) -> None:
        picture, future = self.submitted[number]
        future.set_result(self.detect(picture))

    def wait_for(self, pictures: int) -> None:
        for _ in range(pictures):
            assert self.came.acquire(timeout=30)


class PooledEngine(BlobEngine):
    """A queued engine with threads of its own."""

    places = 3

    def __init__(self) -> None:
        super().__init__()
        self.pool = ThreadPoolExecutor(3)

    def submit(self, picture: Picture) -> Future[Detections]:
        return self.pool.submit(self.detect, picture)

    def close(self) -> None:
        self.pool.shutdown()


def read_all(prefetcher: Prefetcher) -> list[DetectedFrame]:
    seen = []
    while (one := prefetcher.next()) is not None:
        seen.append(one)
    prefetcher.close()
    return seen


def expected(clip: Path) -> list[tuple[int, float, Position, list[float]]]:
    """Frame by frame, without anything ahead."""
    reader, engine, rows = VideoReader(clip), BlobEngine(), []
    while (frame := reader.read()) is not None:
        boxes = engine.detect(frame.picture).boxes.ravel().tolist()
        rows.append((frame.number, frame.timestamp_s, reader.position, boxes))
    reader.close()
    return rows


def rows_of(seen: list[DetectedFrame]) -> list[tuple[int, float, Position, list[float]]]:
    return [
        (one.frame.number, one.frame.timestamp_s, one.position, one.detections.boxes.ravel().tolist()) for one in seen
    ]


@BOTH
@pytest.mark.parametrize("engine", [BlobEngine, PooledEngine])
def test_frames_detections_and_positions_are_those_of_reading_one_by_one(
    clip: Path, engine: Callable[[], BlobEngine], new_thread: Callable[[], Executor]
) -> None:
    opened = engine()
    assert rows_of(read_all(Prefetcher(VideoReader(clip), PerFrameSource(opened), new_thread))) == expected(clip)
    opened.close()


def test_detections_that_complete_out_of_order_are_returned_in_order(clip: Path) -> None:
    engine = ControlledEngine()
    prefetcher = Prefetcher(VideoReader(clip), PerFrameSource(engine), one_thread)
    with ThreadPoolExecutor(1) as counting:
        first = counting.submit(prefetcher.next)
        engine.wait_for(4)
        for number in (2, 1, 3, 0):
            assert not first.done()
            engine.answer(number)
        taken = [first.result(timeout=30)]
    taken += [prefetcher.next() for _ in range(3)]
    assert rows_of([one for one in taken if one is not None]) == expected(clip)[:4]
    prefetcher.close()


def test_no_more_frames_are_ahead_than_the_engine_has_places(clip: Path) -> None:
    engine = ControlledEngine()
    prefetcher = Prefetcher(VideoReader(clip), PerFrameSource(engine), InlineExecutor)
    with ThreadPoolExecutor(1) as counting:
        first = counting.submit(prefetcher.next)
        engine.wait_for(4)
        engine.answer(0)
        first.result(timeout=30)
    assert len(engine.submitted) == 1 + engine.places
    prefetcher.close()


def test_an_engine_without_a_queue_gets_no_frame_ahead(clip: Path) -> None:
    engine, reader = BlobEngine(), VideoReader(clip)
    prefetcher = Prefetcher(reader, PerFrameSource(engine), InlineExecutor)
    prefetcher.next()
    assert engine.pictures_seen == 1
    assert reader.position.next_frame == 1 + DECODED_AHEAD
    prefetcher.close()
    assert engine.pictures_seen == 1


def test_a_resumed_run_gets_the_frames_that_were_ahead(clip: Path) -> None:
    engine = PooledEngine()
    prefetcher = Prefetcher(VideoReader(clip), PerFrameSource(engine), one_thread)
    taken = [one for _ in range(20) if (one := prefetcher.next()) is not None]
    prefetcher.close()
    rest = read_all(Prefetcher(VideoReader(clip, taken[-1].position), PerFrameSource(engine), one_thread))
    assert rows_of(taken + rest) == expected(clip)
    engine.close()


def test_a_failing_detection_fails_at_its_frame(clip: Path) -> None:
    class FailsAtTen(PooledEngine):
        def submit(self, picture: Picture) -> Future[Detections]:
            self.submitted = getattr(self, "submitted", 0) + 1
            return self.pool.submit(_fail) if self.submitted == 11 else super().submit(picture)

    def _fail() -> Detections:
        raise RuntimeError("the device is gone")

    engine = FailsAtTen()
    prefetcher = Prefetcher(VideoReader(clip), PerFrameSource(engine), one_thread)
    assert [one.frame.number for _ in range(10) if (one := prefetcher.next())] == list(range(10))
    with pytest.raises(RuntimeError, match="the device is gone"):
        prefetcher.next()
    prefetcher.close()
    engine.close()


def test_a_failing_decoder_fails_at_its_frame(clip: Path) -> None:
    class Torn(VideoReader):
        def read(self):
            if self.position.next_frame == 5:
                raise OSError("the disk is gone")
            return super().read()

    prefetcher = Prefetcher(Torn(clip), PerFrameSource(BlobEngine()), one_thread)
    assert [one.frame.number for _ in range(5) if (one := prefetcher.next())] == list(range(5))
    with pytest.raises(OSError, match="the disk is gone"):
        prefetcher.next()
    prefetcher.close()


def test_closing_cancels_queued_detections_and_ends_the_thread(clip: Path) -> None:
    before = set(threading.enumerate())
    engine = ControlledEngine()
    prefetcher = Prefetcher(VideoReader(clip), PerFrameSource(engine), one_thread)
    with ThreadPoolExecutor(1) as counting:
        first = counting.submit(prefetcher.next)
        engine.wait_for(4)
        engine.answer(0)
        first.result(timeout=30)
    prefetcher.close()
    assert [future.cancelled() for _, future in engine.submitted] == [False, True, True, True]
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=30)
        assert not thread.is_alive(), thread.name


def test_pictures_of_frames_ahead_do_not_share_memory(clip: Path) -> None:
    seen = read_all(Prefetcher(VideoReader(clip), PerFrameSource(BlobEngine()), one_thread))
    assert not any(np.shares_memory(seen[0].frame.picture, one.frame.picture) for one in seen[1:])
