import logging

import pytest
from pydantic import ValidationError

from onwatch_contracts.messages import DemandReleasedV1, Message, VideoCreatedV1
from onwatch_runtime.bus import BusUnavailable
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.bus.publisher import Publisher
from onwatch_runtime.ids import NewId
from onwatch_runtime.observe.tracing import current_traceparent, span
from onwatch_testkit.clock import FakeClock

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


class CollectingBus(MemoryBus):
    """Records the published messages."""

    def __init__(self) -> None:
        super().__init__(FakeClock())
        self.published: list[Message] = []

    async def publish(self, message: Message) -> None:
        self.published.append(message)


class UnavailableBus(MemoryBus):
    async def publish(self, message: Message) -> None:
        raise BusUnavailable("no connection to the broker")


@pytest.fixture
def bus() -> CollectingBus:
    return CollectingBus()


@pytest.fixture
def publisher(bus: CollectingBus, clock: FakeClock, ids: NewId) -> Publisher:
    return Publisher(bus, clock, ids)


@pytest.fixture
def unavailable(clock: FakeClock, ids: NewId) -> Publisher:
    return Publisher(UnavailableBus(clock), clock, ids)


async def test_id_and_time_are_filled_in(publisher: Publisher, bus: CollectingBus, clock: FakeClock):
    await clock.advance(2.0)
    await publisher.publish(DemandReleasedV1, video_id="a", source_id="gateway-1")
    assert bus.published == [
        DemandReleasedV1(message_id="id-1", occurred_at=clock.now(), video_id="a", source_id="gateway-1")
    ]


async def test_each_message_has_its_own_id(publisher: Publisher, bus: CollectingBus):
    for _ in range(2):
        await publisher.publish(VideoCreatedV1, video_id="a")
    assert [message.message_id for message in bus.published] == ["id-1", "id-2"]


async def test_a_message_carries_the_trace_of_the_current_work(publisher: Publisher, bus: CollectingBus):
    with span("work", f"00-{TRACE_ID}-00f067aa0ba902b7-01"):
        current = current_traceparent()
        await publisher.publish(VideoCreatedV1, video_id="a")
    await publisher.publish(VideoCreatedV1, video_id="a")
    assert [message.traceparent for message in bus.published] == [current, None]


async def test_an_unknown_field_is_refused(publisher: Publisher, bus: CollectingBus):
    with pytest.raises(ValidationError, match="colour"):
        await publisher.publish(VideoCreatedV1, video_id="a", colour="red")
    assert bus.published == []


async def test_publishing_on_an_unavailable_bus_is_an_error(unavailable: Publisher):
    with pytest.raises(BusUnavailable):
        await unavailable.publish(VideoCreatedV1, video_id="a")


async def test_an_announcement_on_an_unavailable_bus_is_a_warning(
    unavailable: Publisher, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.WARNING):
        assert not await unavailable.announce(VideoCreatedV1, video_id="a")
    assert "video.created for video a was not published: no connection to the broker" in caplog.text


async def test_an_accepted_announcement_is_reported(publisher: Publisher, bus: CollectingBus):
    assert await publisher.announce(VideoCreatedV1, video_id="a")
    assert len(bus.published) == 1
