"""Fixtures for every member's tests."""

import logging
import os
from pathlib import Path

import pytest

from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.ids import NewId
from onwatch_testkit.bus_suite import WORK, created
from onwatch_testkit.clock import FakeClock
from onwatch_testkit.recorder import Recorder


def test_ids_are_predictable(ids: NewId):
    assert [ids(), ids()] == ["id-1", "id-2"]


async def test_the_bus_uses_the_clock_of_the_test(memory_bus: MemoryBus, clock: FakeClock):
    def fail(_: object) -> None:
        raise RuntimeError("the store is away")

    recorder = Recorder(fail)
    await memory_bus.subscribe(WORK, recorder)
    await memory_bus.publish(created(1))
    await recorder.has_tried(1)
    await clock.advance(60.0)
    await memory_bus.settle()
    assert len(memory_bus.dead_letters) == 1


@pytest.mark.media
def test_the_folder_with_real_clips_exists(shared_dir: Path):
    assert (shared_dir / "media").is_dir()
    assert "ONWATCH_SHARED_DIR" not in os.environ or shared_dir == Path(os.environ["ONWATCH_SHARED_DIR"])


class TestLogging:
    """The second test sees what the first one leaves."""

    def test_a_test_may_configure_the_logs(self):
        logging.basicConfig(level="CRITICAL", handlers=[logging.NullHandler()], force=True)
        logging.getLogger("onwatch.some.logger").setLevel("ERROR")

    def test_the_next_one_gets_them_as_they_were(self, caplog: pytest.LogCaptureFixture):
        logging.getLogger("onwatch.some.logger").warning("heard")
        assert caplog.messages == ["heard"]
