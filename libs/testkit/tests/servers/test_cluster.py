from __future__ import annotations

import aio_pika
import pytest

from onwatch_testkit.api_client import until
from onwatch_testkit.servers import RabbitCluster, RabbitNode, require


@pytest.mark.slow
@pytest.mark.connected
async def test_a_replicated_queue_keeps_its_messages_when_the_node_of_its_leader_is_killed():
    require(RabbitNode)
    with RabbitCluster.running() as cluster:
        assert len({node.node for node in cluster.nodes}) == 3
        async with await aio_pika.connect(cluster.nodes[0].url) as connection:
            channel = await connection.channel(publisher_confirms=True)
            await channel.declare_queue("replicated", durable=True, arguments={"x-queue-type": "quorum"})
            await channel.default_exchange.publish(aio_pika.Message(b"kept", delivery_mode=2), "replicated")
        queue = cluster.quorum_queues()["replicated"]
        assert sorted(node.node for node in queue.online) == sorted(node.node for node in cluster.nodes)
        assert queue.leader is not None
        queue.leader.kill()
        assert len(cluster.running_nodes()) == 2

        async def has_another_leader() -> bool:
            return cluster.quorum_queues()["replicated"].leader in cluster.running_nodes()

        await until(has_another_leader, "another leader")  # a message that is asked for before fails
        async with await aio_pika.connect(cluster.running_nodes()[0].url) as connection:
            channel = await connection.channel()
            found = await channel.get_queue("replicated", ensure=False)
            message = await found.get(timeout=60)
            assert message is not None
            assert message.body == b"kept"
