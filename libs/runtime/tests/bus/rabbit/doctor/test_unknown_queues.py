from __future__ import annotations

from onwatch_contracts.messages import VideoDeletedV1
from onwatch_runtime.bus import SharedQueue
from onwatch_runtime.bus.rabbit.doctor import QueueInfo
from onwatch_runtime.bus.rabbit.doctor.unknown_queues import expected_queues, unknown_queues
from onwatch_runtime.bus.rabbit.topology import Topology

WORK = SharedQueue("doctor.work", (VideoDeletedV1,))
IN_ORDER = SharedQueue("doctor.ordered", (VideoDeletedV1,), ordered=True)


def test_a_queue_of_the_namespace_is_unknown_if_no_service_declares_or_consumes_it() -> None:
    expected = expected_queues(Topology("ns"), [WORK, IN_ORDER])
    assert {"ns.dead", "ns.doctor.work", "ns.doctor.ordered.p7", "ns.doctor.ordered.members"} <= expected
    queues = [
        *(QueueInfo(name) for name in expected),
        QueueInfo("ns.doctor.old", messages=3),
        QueueInfo("ns.doctor.newer", consumers=1),
        QueueInfo("ns.gateway.events.0123456789ab", exclusive=True),
        QueueInfo("nsx.other"),
        QueueInfo("other.program"),
    ]

    assert [queue.name for queue in unknown_queues(queues, expected, "ns")] == ["ns.doctor.old"]
