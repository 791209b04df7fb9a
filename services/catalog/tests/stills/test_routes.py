from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import httpx
import pytest

from onwatch_catalog.stills.routes import add_still_routes
from onwatch_catalog.stills.stills import Stills
from onwatch_media import StillOrder
from onwatch_runtime.http import Api

PICTURE = "/api/videos/video/picture"


class Recorded:
    def __init__(self) -> None:
        self.orders: list[StillOrder] = []

    async def still(self, video_id: str, order: StillOrder) -> bytes:
        self.orders.append(order)
        return b"jpeg"


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
async def client(recorded: Recorded) -> AsyncIterator[httpx.AsyncClient]:
    app = Api("test")
    add_still_routes(app, cast("Stills", recorded))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://catalog") as client:
        yield client


async def test_a_whole_picture(client: httpx.AsyncClient, recorded: Recorded):
    answer = await client.get(PICTURE, params={"at_s": 1.5})
    assert (answer.content, answer.headers["content-type"]) == (b"jpeg", "image/jpeg")
    assert answer.headers["cache-control"] == "private, max-age=86400"
    assert recorded.orders == [StillOrder(1.5, 960)]


async def test_a_part_of_a_picture(client: httpx.AsyncClient, recorded: Recorded):
    edges = {"left": 0.1, "top": 0.2, "right": 0.3, "bottom": 0.4}
    assert (await client.get(PICTURE, params={"at_s": 0, "width": 160, **edges})).is_success
    assert recorded.orders == [StillOrder(0.0, 160, (0.1, 0.2, 0.3, 0.4))]


@pytest.mark.parametrize("edges", [{"left": 0.1}, {"left": 0.5, "right": 0.5, "top": 0, "bottom": 1}])
async def test_a_part_needs_four_edges_around_something(client: httpx.AsyncClient, edges: dict[str, float]):
    answer = await client.get(PICTURE, params={"at_s": 0, **edges})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_part")


@pytest.mark.parametrize("wrong", [{"at_s": -1}, {"at_s": "nan"}, {}, {"at_s": 0, "width": 5000}])
async def test_what_is_no_moment_is_refused(client: httpx.AsyncClient, recorded: Recorded, wrong: dict[str, object]):
    answer = await client.get(PICTURE, params={key: str(value) for key, value in wrong.items()})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert recorded.orders == []
