"""Five hundred actions at random, as of somebody in a hurry: what must hold after any of them, in whatever order."""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from browser.clips import WALLS, Clips
from browser.page_actions import card, is_soon
from browser.server import PATIENCE_S, System, eventually
from playwright.async_api import Page, WebSocket, expect

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ACTIONS = 500
SEED = 20261129
CHECKED_EVERY = 100
"""Actions between two looks at whether a video can still be watched."""
MOST_PAUSE_MS = 40
MOST_DROPS = 3
"""Of a real video; further drops are of a file that is refused."""

# Looks at each frame that any canvas draws, in the task that drew it; what it notes survives a reload of the page.
OBSERVER = """
(() => {
  const colours = COLOURS;
  const read = (key) => JSON.parse(sessionStorage[key] ?? '{}');
  const add = (key, name) => {
    const counts = read(key);
    counts[name] = (counts[name] ?? 0) + 1;
    sessionStorage[key] = JSON.stringify(counts);
  };
  const colour = (canvas) => {
    const [red, , blue] = canvas.getContext('2d').getImageData(20, 60, 1, 1).data;
    return red - blue > 60 ? 'red' : blue - red > 60 ? 'blue' : 'other';
  };
  const look = (canvas) => {
    const { videoId, showing, frameNumber, framesDrawn, testid } = canvas.dataset;
    if (showing !== 'stream' || !frameNumber) return;
    add('drawn', videoId);
    const isTile = testid === 'tile-canvas';
    // A page that another one is about to replace is still shown, while the address is that of the other.
    const opened = location.pathname.startsWith('/videos/') ? location.pathname.split('/').pop() : videoId;
    const wanted = isTile ? canvas.closest('[data-video-id]:not(canvas)')?.dataset.videoId : opened;
    const said = `frame ${frameNumber} of ${colours[videoId]} in ${testid} at ${location.pathname}`;
    if (videoId !== wanted) add('faults', `${said}: ${colours[wanted] ?? wanted} is shown there`);
    // Reading a picture takes longer than drawing it: the first ones after a switch, and now and then another.
    if (frameNumber === '0' || (framesDrawn > 5 && framesDrawn % 10)) return;
    const seen = colour(canvas);
    if (seen !== colours[videoId]) add('faults', `${said}: its picture is ${seen}`);
  };
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (['player-canvas', 'tile-canvas'].includes(target.dataset.testid)) look(target);
    }
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-frames-drawn'] });
})()
"""

# Does one of the actions that the page offers at this moment, chosen by `chance` from 0 to 1, and returns its name.
ACT = """
async ([weights, chance, id, pauseMs, file]) => {
  const find = (selector) => document.querySelector(`${selector}:not(:disabled)`);
  const byTestId = (name, rest = '') => `[data-testid=${name}]${rest}`;
  const press = (...selectors) => {
    const found = selectors.map(find).find(Boolean);
    return found && (() => found.click());
  };
  const offers = (choice) => [...(choice?.options ?? [])].some(({ value }) => value === id);
  const add = (choice) => {
    choice.value = id;
    choice.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const drop = () => {
    const dataTransfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(file), (each) => each.charCodeAt(0));
    dataTransfer.items.add(new File([bytes], 'dropped.mp4', { type: 'video/mp4' }));
    for (const type of ['dragenter', 'dragover', 'drop']) {
      document.querySelector('main')
        .dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
    }
  };
  const choice = find(byTestId('add-to-wall'));
  const offered = {
    open: press(`${byTestId('video-card', `[data-video-id="${id}"]`)} .card-link`),
    list: press('a.brand'),
    back: navigation.canGoBack && (() => history.back()), // not to what was before this page
    start: press(byTestId('start-stream', '[data-state=ready]'), byTestId('tile-start', ':not([data-state=stop])')),
    stop: press(
      byTestId('start-stream', '[data-state=streaming]'), byTestId('cancel-start'),
      byTestId('tile-start', '[data-state=stop]'),
    ),
    switch: press(byTestId('switch-video', `[data-video-id="${id}"]`)),
    wall: press(byTestId('open-wall')),
    'add tile': offers(choice) && (() => add(choice)),
    'remove tile': press(byTestId('tile-remove')),
    'start all': press(byTestId('start-all')),
    'stop all': press(byTestId('stop-all')),
    drop,
  };
  const possible = Object.keys(weights).filter((action) => offered[action]);
  let left = chance * possible.reduce((sum, action) => sum + weights[action], 0);
  const action = possible.find((each) => (left -= weights[each]) < 0) ?? possible.at(-1);
  offered[action]();
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  return action;
}
"""

WEIGHTS = {
    "open": 30,
    "list": 4,
    "back": 4,
    "start": 12,
    "stop": 4,
    "switch": 14,
    "wall": 3,
    "add tile": 12,
    "remove tile": 2,
    "start all": 3,
    "stop all": 2,
    "drop": 1,
}
"""How often each is chosen where the page offers it."""
AT_THE_BROWSER = {None: 58, "reload": 1, "unplug": 1}
MOST_OFFLINE = 8
"""Actions until the network is back."""


@dataclass
class Connection:
    """What a WebSocket of the page has subscribed to, by the messages that the page sent on it."""

    subscribed: set[str] = field(default_factory=set)
    most: int = 0

    def sent(self, payload: str | bytes) -> None:
        message = json.loads(payload)
        if message["type"] == "subscribe":
            self.subscribed.add(message["video_id"])
        elif message["type"] == "unsubscribe":
            self.subscribed.discard(message["video_id"])
        self.most = max(self.most, len(self.subscribed))


@dataclass
class Person:
    """Acts at random; a seed always gives the same order."""

    page: Page
    system: System
    ids: tuple[str, ...]
    video_file: str
    """Base64."""
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    offline_for: int = 0
    """Actions."""

    async def act(self) -> None:
        action = self.at_the_browser()
        if action == "reload":
            await self.page.reload()
            await self.is_there()
        elif action == "unplug":
            await self.unplug()
        else:
            action = await self.act_in_page()
        self.done[action] += 1

    async def is_there(self) -> None:
        """Until its scripts have drawn the page, a click on the head in its file opens another document."""
        await self.page.get_by_test_id("connection").wait_for()

    def at_the_browser(self) -> str | None:
        """Drawn while there is no network, too, so that the seed gives the same order."""
        (action,) = self.chance.choices(list(AT_THE_BROWSER), list(AT_THE_BROWSER.values()))
        return None if self.offline_for else action

    async def act_in_page(self) -> str:
        chance, pause_ms = self.chance.random(), self.chance.randrange(MOST_PAUSE_MS)
        file = self.video_file if self.done["drop"] < MOST_DROPS else ""
        action: str = await self.page.evaluate(ACT, [WEIGHTS, chance, self.chance.choice(self.ids), pause_ms, file])
        if self.offline_for == 1:
            await self.plug_in()
        self.offline_for = max(0, self.offline_for - 1)
        return action

    async def unplug(self) -> None:
        self.offline_for = self.chance.randrange(1, MOST_OFFLINE)
        await self.page.context.set_offline(True)
        await self.system.front_end.close()

    async def plug_in(self) -> None:
        self.offline_for = 0
        await self.system.front_end.open()
        await self.page.context.set_offline(False)


@pytest_asyncio.fixture(loop_scope="module")
async def walls(system: System, clips: Clips) -> AsyncIterator[dict[str, str]]:
    """Colours by video."""
    async with AsyncExitStack() as stack:
        yield {
            await stack.enter_async_context(system.video(clips.walls[colour], f"the {colour} one")): colour
            for colour in WALLS
        }
        for video in (await system.get("/api/videos?limit=200"))["items"]:
            await system.http.delete(f"/api/videos/{video['id']}")


async def test_no_order_of_actions_shows_another_video_or_leaves_demand_behind(
    page: Page, system: System, clips: Clips, walls: dict[str, str]
) -> None:
    connections: list[Connection] = []

    def connected(socket: WebSocket) -> None:
        connections.append(connection := Connection())
        socket.on("framesent", connection.sent)

    page.on("websocket", connected)
    await page.add_init_script(OBSERVER.replace("COLOURS", json.dumps(walls)))
    file = base64.b64encode(clips.three_seconds.read_bytes()).decode()
    person = Person(page, system, tuple(walls), file, random.Random(SEED))  # noqa: S311 a seeded choice
    await page.goto("/")
    await person.is_there()
    for number in range(1, ACTIONS + 1):
        await person.act()
        if number % CHECKED_EVERY == 0:
            if person.offline_for:
                await person.plug_in()
            video_id = person.ids[number // CHECKED_EVERY % len(walls)]
            await can_be_watched(page, video_id, walls[video_id])

    assert await read(page, "faults") == {}
    assert max(connection.most for connection in connections) == 1, "two subscriptions on one connection"
    await page.locator("a.brand").click()
    await expect(page.get_by_role("heading", name="Videos", exact=True)).to_be_visible()
    await eventually(lambda: system.metric("gateway", "onwatch_gateway_videos_wanted") == 0, "demand back to zero")
    await eventually(lambda: system.metric("gateway", "onwatch_gateway_subscriptions") == 0, "no subscription")
    await eventually(
        lambda: system.metric("gateway", "onwatch_gateway_viewers") == 1, "the connections of tiles to end"
    )
    assert set(await read(page, "drawn")) == set(walls), "both were watched"
    assert {"back", "drop", "reload", "unplug"} <= set(person.done), "what is possible on every page"
    await page.close()
    await eventually(lambda: system.metric("gateway", "onwatch_gateway_viewers") == 0, "the connection to end")


async def can_be_watched(page: Page, video_id: str, colour: str) -> None:
    """From wherever the page is: the video is opened and started, and its frames are drawn."""
    await page.locator("a.brand").click()
    await is_soon(page.get_by_test_id("connection"), "data-status", "open")
    await card(page, f"the {colour} one").locator(".card-link").click()
    before = (await read(page, "drawn")).get(video_id, 0)
    start = page.get_by_test_id("start-stream")
    await expect(start.and_(page.locator("[data-state=ready]:enabled, [data-state=streaming]"))).to_be_visible()
    if await start.get_attribute("data-state") == "ready":
        await start.click()
    await page.wait_for_function(
        "([id, number]) => (JSON.parse(sessionStorage.drawn ?? '{}')[id] ?? 0) >= number",
        arg=[video_id, before + 3],
        timeout=PATIENCE_S * 1000,
    )


async def read(page: Page, key: str) -> dict[str, int]:
    """Counts that `OBSERVER` has written."""
    counts: dict[str, int] = await page.evaluate("key => JSON.parse(sessionStorage[key] ?? '{}')", key)
    return counts
