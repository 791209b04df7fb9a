"""The program and the bodies in docs/webhooks.md."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from onwatch_catalog.webhook_targets import WebhookTargets
from onwatch_catalog.webhooks.records import ClaimedDelivery, Outcome, new_secret
from onwatch_catalog.webhooks.sender import Sender
from onwatch_contracts.webhooks import DeliveredBody
from onwatch_runtime.clock import SystemClock

DOCUMENT = (Path(__file__).parents[4] / "docs" / "webhooks.md").read_text(encoding="utf-8")
BODIES = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
PATIENCE_S = 60.0


def test_the_bodies_are_those_that_are_sent() -> None:
    types = [TypeAdapter(DeliveredBody).validate_json(body).type for body in BODIES]
    assert types == ["video.persisted", "run.failed", "alert.cleared", "ping"]


async def test_the_program_takes_what_is_signed_once_and_nothing_else(tmp_path: Path, resolver: Any) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    file = tmp_path / "receive.py"
    file.write_text(program)
    secret = new_secret()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, file, "0"),
        env={**os.environ, "WEBHOOK_SECRET": secret},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            port = int((await process.stdout.readline()).split()[-1])
            sender = Sender(WebhookTargets.of(("127.0.0.1",)), resolver.resolve, SystemClock())
            sent = [
                await sender.send(ClaimedDelivery(1, "c", 1, name, BODIES[-1], f"http://127.0.0.1:{port}/", key))
                for name, key in (("a", secret), ("a", secret), ("b", new_secret()))
            ]
    finally:
        process.kill()
        output, _ = await process.communicate()
    assert sent == [Outcome(204, None), Outcome(204, None), Outcome(401, "The answer was 401 Unauthorized")]
    assert output.decode().split("\n") == ["ping {'webhook_id': '45c48cce2e2d7fbdea1afc51c7c6ad26'}", ""]
