from __future__ import annotations

import pytest

from onwatch_contracts.accounts import Role

from .conftest import OpenGateway, client_of


async def test_actions_are_written_down_and_reading_is_not(open_door: OpenGateway) -> None:
    async with open_door() as gateway:
        async with client_of(gateway, "viewer") as http:
            await http.get("/api/videos/a")
            await http.delete("/api/videos/a")
        async with client_of(gateway, "admin") as http:
            await http.delete("/api/videos/a")
        async with client_of(gateway) as http:
            await http.delete("/api/videos/a")
        said = [
            (record.role, record.action, record.target, record.video_id, record.status, record.address)
            for record in gateway.catalog.audit
        ]
    target = ("delete a video", "DELETE /api/videos/a", "a")
    assert said == [(Role.VIEWER, *target, 403, "10.0.0.9"), (Role.ADMINISTRATOR, *target, 200, "10.0.0.9")]


async def test_an_action_that_the_catalog_cannot_write_down_is_in_the_log(
    open_door: OpenGateway, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_door() as gateway, client_of(gateway, "admin") as http:
        assert (await http.get("/api/videos/a")).is_success
        gateway.catalog.is_away = True
        await http.delete("/api/videos/a")
    (line,) = [message for message in caplog.messages if message.startswith("not in the audit log")]
    assert '"action":"delete a video"' in line
