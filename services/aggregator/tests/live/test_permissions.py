"""The rights in Redis: `conftest.py` gives the live store of all other tests a user with these alone."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError

from onwatch_aggregator.live.permissions import OF_THE_SCRIPTS, OF_THE_STORE, RULES

LIVE = files("onwatch_aggregator.live")


def of_scripts() -> set[str]:
    texts = [file.read_text() for file in (LIVE / "scripts").iterdir() if file.name.endswith(".lua")]
    return {name.lower() for text in texts for name in re.findall(r"redis\.call\(['\"](\w+)", text)}


def test_the_scripts_need_exactly_these_commands():
    assert of_scripts() - set(OF_THE_STORE) == set(OF_THE_SCRIPTS)


@pytest.mark.parametrize("command", OF_THE_STORE)
def test_the_store_needs_each_of_its_commands(command: str):
    called = (LIVE / "redis_store.py").read_text() + (LIVE / "redis_script.py").read_text()
    assert re.search(rf"\.{command}\(", called)


@pytest.mark.connected
@pytest.mark.parametrize("on_servers", ["servers"], indirect=True)
@pytest.mark.parametrize(
    "command",
    ["GET other:key", "KEYS *", "SCAN 0", "FLUSHALL", "CONFIG GET *", "ACL LIST", "PUBLISH a b", "SHUTDOWN"],
)
async def test_nothing_else_is_permitted(permitted_redis: Redis, command: str):
    with pytest.raises(NoPermissionError):
        await permitted_redis.execute_command(*command.split())


def test_other_keys_are_not_permitted():
    assert [rule for rule in RULES if rule.startswith(("~", "%"))] == ["~onwatch:*"]
