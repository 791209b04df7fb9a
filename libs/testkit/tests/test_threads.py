import asyncio
import threading

from onwatch_testkit.threads import LIMIT_S, until_ended


async def test_it_waits_for_a_thread_that_calls_into_the_event_loop():
    loop, called = asyncio.get_running_loop(), asyncio.Event()
    may_end = threading.Event()

    def work() -> None:
        may_end.wait(LIMIT_S)
        loop.call_soon_threadsafe(called.set)

    threading.Thread(target=work, name="left behind").start()
    waiting = asyncio.create_task(until_ended("left behind"))
    await asyncio.sleep(0)
    assert not waiting.done()
    may_end.set()
    await waiting
    assert called.is_set()


async def test_it_does_not_wait_for_other_threads_nor_for_those_from_earlier():
    may_end = threading.Event()
    other = threading.Thread(target=may_end.wait, args=(LIMIT_S,), name="other")
    other.start()
    await until_ended("left behind")
    await until_ended("other", earlier=[other])
    may_end.set()
    other.join(LIMIT_S)
    assert not other.is_alive()
