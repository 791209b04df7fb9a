import asyncio

import pytest

from onwatch_testkit.bus_suite import created
from onwatch_testkit.recorder import FrameRecorder, Recorder


async def test_a_handled_message_is_recorded_as_tried_and_handled():
    recorder = Recorder()
    await recorder(created(1))
    await recorder.has_handled(1)
    assert recorder.tried == recorder.handled == [created(1)]


async def test_a_failure_is_recorded_as_tried_only():
    def fail(_: object) -> None:
        raise RuntimeError("the store failed")

    recorder = Recorder(fail)
    with pytest.raises(RuntimeError):
        await recorder(created(1))
    assert (recorder.tried, recorder.handled) == ([created(1)], [])


async def test_a_held_handler_continues_when_it_is_released():
    recorder = Recorder(held=True)
    handling = asyncio.create_task(recorder(created(1)))
    await recorder.has_tried(1)
    assert recorder.handled == []
    recorder.release()
    await handling
    assert recorder.handled == [created(1)]


async def test_frames_are_recorded_in_order_and_a_chosen_one_fails():
    recorder = FrameRecorder(fails_on=b"broken")
    await recorder("a", b"whole")
    with pytest.raises(ValueError, match="cannot be shown"):
        await recorder("a", b"broken")
    await recorder.has(2)
    await recorder.gets(b"broken")
    assert recorder.frames == [("a", b"whole"), ("a", b"broken")]


async def test_a_held_frame_handler_continues_when_it_is_released():
    recorder = FrameRecorder(held=True)
    showing = asyncio.create_task(recorder("a", b"picture"))
    await recorder.has(1)
    assert not showing.done()
    recorder.release()
    await showing
