from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from onwatch.analyze import AnalysisFailed, Result
from onwatch_contracts.values import VehicleType
from onwatch_tally.clip import open_clip
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
from onwatch_tally.session import Session
from onwatch_tally.shapes import Mark
from onwatch_testkit.system import result_of

CAR, BUS = VehicleType.CAR, VehicleType.BUS


class Counter:
    """A count that the test completes."""

    def __init__(self) -> None:
        self.outcome: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self.begun = asyncio.Event()

    async def __call__(self, on_progress: Callable[[float], None]) -> Result:
        on_progress(0.4)
        self.begun.set()
        return await self.outcome


@pytest.fixture
async def counter() -> Counter:
    return Counter()


@pytest.fixture
def file(tmp_path: Path) -> RecordFile:
    return RecordFile(tmp_path / "tallies" / "three.json")


@pytest.fixture
def session(clip: Path, tmp_path: Path, file: RecordFile, counter: Counter) -> Session:
    """On a clip in a pixel format that not every browser plays."""
    record = file.load(Record(video=clip.name, roi=None))
    return Session(open_clip(clip, None), file, record, counter, scratch=tmp_path, json_out=tmp_path / "out.json")


def mark(name: str, at_s: float, kind: VehicleType = CAR) -> Mark:
    return Mark(id=name, vehicle_type=kind, at_s=at_s)


async def test_first_the_copy_for_the_browser_then_the_count(session: Session, counter: Counter) -> None:
    with pytest.raises(NotPlayableYet):
        session.playable()
    async with asyncio.TaskGroup() as group:
        group.create_task(session.work())
        await counter.begun.wait()
        assert (session.tally().conversion.state, session.tally().analysis.fraction) == ("done", 0.4)
        path, media_type = session.playable()
        assert open_clip(path, None).obstacle is None
        assert media_type == "video/mp4"
        counter.outcome.set_result(result_of())
    assert session.tally().analysis.state == "done"


async def test_the_systems_count_is_hidden_until_the_persons_is_done(session: Session, counter: Counter) -> None:
    counter.outcome.set_result(result_of((CAR, 1.0)))
    await session.work()
    with pytest.raises(NotDone):
        await session.comparison()
    await session.put_mark(mark("a", 1.2))
    await session.finish(3.0)
    compared = await session.comparison()
    assert (compared.total.person, compared.total.system, compared.detector_model) == (1, 1, "blobs")


async def test_finishing_before_the_system_still_writes_the_file(
    session: Session, counter: Counter, tmp_path: Path
) -> None:
    await session.finish(100.0)
    with pytest.raises(StillCounting):
        await session.comparison()
    assert not (tmp_path / "out.json").exists()
    counter.outcome.set_result(result_of((BUS, 2.0)))
    await session.work()
    written = json.loads((tmp_path / "out.json").read_text())
    assert (written["total"]["person"], written["total"]["system"], written["until_s"]) == (0, 1, 3.0)
    assert not session.record.seen, "nobody has looked at it yet"


async def test_finishing_again_rewrites_the_file(session: Session, counter: Counter, tmp_path: Path) -> None:
    counter.outcome.set_result(result_of((BUS, 2.0)))
    await session.work()
    await session.finish(3.0)
    await session.reopen()
    await session.put_mark(mark("a", 2.1, BUS))
    await session.finish(3.0)
    assert json.loads((tmp_path / "out.json").read_text())["total"]["person"] == 1


async def test_a_failed_count_is_reported_with_its_reason(session: Session, counter: Counter) -> None:
    counter.outcome.set_exception(AnalysisFailed("the model is gone"))
    await session.work()
    assert (session.tally().analysis.state, session.tally().analysis.reason) == ("failed", "the model is gone")
    await session.put_mark(mark("a", 1.0))
    await session.finish(3.0)
    with pytest.raises(CountFailed, match="the model is gone"):
        await session.comparison()


async def test_a_failed_conversion_is_reported_and_the_count_continues(
    session: Session, counter: Counter, tmp_path: Path
) -> None:
    (tmp_path / "playable.mp4").mkdir()
    counter.outcome.set_result(result_of())
    await session.work()
    assert session.tally().conversion.state == "failed"
    assert session.tally().conversion.reason
    assert session.tally().analysis.state == "done"


async def test_marks_cannot_change_once_the_count_is_done(session: Session) -> None:
    await session.put_mark(mark("a", 1.0))
    await session.finish(3.0)
    with pytest.raises(AlreadyDone):
        await session.put_mark(mark("b", 2.0))
    with pytest.raises(AlreadyDone):
        await session.remove_mark("a")
    await session.reopen()
    assert (await session.remove_mark("a")).marks == ()


async def test_changes_after_the_comparison_are_recorded(session: Session, counter: Counter) -> None:
    counter.outcome.set_result(result_of())
    await session.work()
    await session.finish(3.0)
    assert not (await session.comparison()).changed_after_seen
    await session.reopen()
    await session.put_mark(mark("a", 1.0))
    await session.finish(3.0)
    assert (await session.comparison()).changed_after_seen


async def test_a_mark_outside_of_the_clip_is_refused(session: Session) -> None:
    with pytest.raises(OutsideTheClip, match="9 s is not in the clip, which ends at 3 s"):
        await session.put_mark(mark("a", 9.0))


async def test_a_restarted_program_has_every_mark(session: Session, file: RecordFile, clip: Path) -> None:
    await session.put_mark(mark("b", 2.0))
    await session.put_mark(mark("a", 1.0))
    await session.put_mark(mark("a", 1.0))
    kept = file.load(Record(video=clip.name, roi=None))
    assert [known.id for known in kept.marks] == ["a", "b"]


async def test_a_restart_of_the_count_keeps_the_old_marks_in_another_file(session: Session, file: RecordFile) -> None:
    await session.put_mark(mark("a", 1.0))
    assert (await session.restart()).marks == ()
    assert (await session.restart()).marks == ()
    others = sorted(path.name for path in file.path.parent.iterdir())
    assert others == ["three.1.json", "three.json"]
    assert '"id": "a"' in (file.path.parent / "three.1.json").read_text()


async def test_a_mark_that_cannot_be_written_is_not_counted(session: Session, file: RecordFile) -> None:
    await session.put_mark(mark("a", 1.0))
    file.path.with_suffix(".part").mkdir()
    with pytest.raises(NotSaved, match=r"three\.json"):
        await session.put_mark(mark("b", 2.0))
    assert [known.id for known in session.record.marks] == ["a"]


async def test_concurrent_marks_are_all_stored(session: Session, file: RecordFile, clip: Path) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(session.put_mark(mark(f"m{number}", number / 10)))
    assert len(file.load(Record(video=clip.name, roi=None)).marks) == 20
