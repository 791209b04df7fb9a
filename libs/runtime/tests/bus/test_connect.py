import subprocess
import sys

import pytest

from onwatch_runtime.bus.connect import connect_bus
from onwatch_runtime.bus.memory import MemoryBus
from onwatch_runtime.bus.rabbit import RabbitBus
from onwatch_runtime.clock import SystemClock
from onwatch_runtime.errors import StartRefused
from onwatch_testkit.servers import RabbitServer


async def test_memory_is_a_bus_within_the_process():
    assert isinstance(await connect_bus("memory://", SystemClock()), MemoryBus)


@pytest.mark.connected
async def test_amqp_is_rabbitmq(rabbit_server: RabbitServer):
    bus = await connect_bus(rabbit_server.url, SystemClock())
    assert isinstance(bus, RabbitBus)
    await bus.check()
    await bus.close()


async def test_another_scheme_is_refused():
    with pytest.raises(ValueError, match=r"kafka.*expected memory://, amqp://"):
        await connect_bus("kafka://somewhere", SystemClock())


async def test_a_list_without_the_scheme_of_each_address_is_refused():
    with pytest.raises(StartRefused, match="write amqp://user:password@host:port/ for each"):
        await connect_bus("amqp://guest:guest@a:5672,b:5672/", SystemClock())


def test_importing_the_bus_does_not_import_aio_pika():
    program = "import sys, onwatch_runtime.bus; sys.exit('aio_pika' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], timeout=60, check=True)
