"""The command, beside a running system and beside none."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

from typer.testing import CliRunner, Result

from onwatch.cli import app
from onwatch_runtime.http import http_server, serving
from onwatch_testkit.system import Site

NO_SERVERS = {f"ONWATCH_{service}_BUS_URL": "" for service in ("CATALOG", "AGGREGATOR", "DETECTOR", "GATEWAY")}
TRIES = 60


async def status(*arguments: str, **environ: str) -> Result:
    env = {"NO_COLOR": "1", "COLUMNS": "200", **NO_SERVERS, **environ}
    return await asyncio.to_thread(CliRunner().invoke, app, ["status", "--timeout", "60", *arguments], env=env)


async def status_once_ready(address: str) -> Result:
    """A check that takes more than 2 s fails, as it does now and then where this machine is busy."""
    for _ in range(TRIES):
        found = await status(address, "--json")
        if json.loads(found.stdout)["processes"][0]["ready"]:
            break
    return found


async def test_a_system_in_one_process_and_its_demand(site: Site, clip: Path) -> None:
    video_id = await site.upload(clip)
    assert (await site.http.post(f"/api/videos/{video_id}/analysis")).status_code == 202
    await site.until(lambda: site.metric("catalog", "onwatch_catalog_videos_demanded") == 1, "the demand")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        async with serving(http_server(site.onwatch.ops_app, host, port), listening):
            by_address = await status_once_ready(f"{host}:{port}")
            text = await status(ONWATCH_OPS_URLS=f"http://{host}:{port}")
            by_settings = await status("--json", ONWATCH_GATEWAY_OPS_PORT=str(port))
    found = json.loads(by_address.stdout)
    (process,) = found["processes"]
    assert (process["service"], process["ready"], process["failure"]) == ("all-in-one", True, None)
    assert {"catalog.sql", "aggregator.redis", "gateway.bus"} <= process["checks"].keys()
    assert (found["videos_demanded"], found["analyses_wanted"], found["slots"]) == (1, 1, 2)
    assert found["viewers"] == found["outbox_blocked_s"] == 0
    assert found["dead_letters"] is None
    # How much is free depends on the machine of the test.
    assert [problem for problem in found["problems"] if "are free for videos" not in problem] == []
    assert by_address.exit_code == (1 if found["problems"] else 0)
    assert "Videos demanded" in text.stdout
    assert "1, 1 by analyses" in text.stdout
    assert json.loads(by_settings.stdout)["processes"][0]["url"] == process["url"]


async def test_without_a_system_and_without_a_broker_each_has_its_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    nobody, broker = f"127.0.0.1:{port}", f"amqp://u:secret@127.0.0.1:{port}/"
    done = await status(nobody, ONWATCH_CATALOG_BUS_URL=broker)
    assert done.exit_code == 1
    assert f"wrong: http://{nobody}: not reached" in done.stdout
    assert "wrong: dead letters: RabbitMQ" in done.stdout
    assert "secret" not in done.output


async def test_without_addresses_and_without_a_system_it_says_how_to_name_them(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = await status("--data-dir", str(tmp_path), ONWATCH_GATEWAY_OPS_PORT=str(port), ONWATCH_OPS_URLS="")
    assert done.exit_code == 1
    assert "Is `onwatch up` running?" in done.stderr
    assert "Is `onwatch up` running?" not in done.stdout, "--json stays JSON"


async def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    done = await status("--data-dir", str(tmp_path), ONWATCH_GATEWAY_OPS_PORT="many")
    assert done.exit_code == 2
    assert "ops_port" in done.output.lower()
