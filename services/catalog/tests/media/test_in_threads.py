from __future__ import annotations

import asyncio
import threading

import pytest

from onwatch_catalog.media import completed, writing


class SlowFile:
    """One whose writes take until they are let go."""

    def __init__(self) -> None:
        self.is_writing, self.may_go_on = threading.Event(), threading.Event()
        self.calls: list[str] = []

    def write(self, content: bytes, /) -> None:
        self.is_writing.set()
        assert self.may_go_on.wait(60)
        self.calls.append("written")

    def close(self) -> None:
        self.calls.append("closed")


async def test_who_is_cancelled_waits_for_what_a_thread_has_begun() -> None:
    file = SlowFile()
    work = asyncio.create_task(completed(file.write, b""))
    await asyncio.to_thread(file.is_writing.wait, 60)
    work.cancel()
    await asyncio.sleep(0)
    assert not work.done()
    file.may_go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert file.calls == ["written"]


async def test_a_failure_is_raised() -> None:
    def fail() -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        await completed(fail)


@pytest.mark.parametrize("error", [None, ValueError("refused")])
async def test_a_file_is_closed_however_writing_ends(error: Exception | None) -> None:
    file = SlowFile()
    file.may_go_on.set()

    async def write() -> None:
        async with writing(lambda video_id: file, "v") as opened:
            opened.write(b"content")
            if error is not None:
                raise error

    if error is None:
        await write()
    else:
        with pytest.raises(ValueError, match="refused"):
            await write()
    assert file.calls == ["written", "closed"]
