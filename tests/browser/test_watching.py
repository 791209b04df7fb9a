"""Watching a video in a real Chromium: the main job, and quick switches between videos."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack

import pytest
from browser.clips import BLUE, MOST_PICTURES, RED, WALLS, Clips
from browser.inspection import accessibility_faults
from browser.page_actions import (
    assert_not_reloaded,
    build_parts,
    canvas,
    card,
    draws,
    has_shown,
    is_soon,
    line,
    mark,
    press_start,
    row_of,
    shown_numbers,
    shown_vehicles,
    start_button,
)
from browser.server import System, eventually
from playwright.async_api import Page, WebSocket, expect

from onwatch_testkit.system import ROI

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SWITCHES = 200

# Notes everything that appears on the player's canvas, with the address it appeared at and the colour of the wall.
RECORDER = """
() => {
  window.drawn = [];
  const canvas = document.querySelector('[data-testid=player-canvas]');
  const colour = () => {
    const [red, , blue, alpha] = canvas.getContext('2d').getImageData(20, 60, 1, 1).data;
    return alpha === 0 ? 'blank' : red - blue > 60 ? 'red' : blue - red > 60 ? 'blue' : 'other';
  };
  const note = () => {
    const { videoId, frameNumber, showing } = canvas.dataset;
    window.drawn.push([location.pathname, videoId, showing, frameNumber, colour()]);
  };
  new MutationObserver(note).observe(canvas, { attributes: true });
}
"""

# Notes what every WebSocket receives, and the code and reason of each that is closed.
CHANNEL = """
(() => {
  window.closings = [];
  window.received = { texts: 0, frames: 0 };
  window.WebSocket = class extends WebSocket {
    constructor(...options) {
      super(...options);
      this.addEventListener('close', ({ code, reason }) => window.closings.push([code, reason]));
      this.addEventListener('message', ({ data }) => window.received[typeof data === 'string' ? 'texts' : 'frames']++);
    }
  };
})()
"""


async def test_the_main_job_from_upload_to_exact_numbers_without_a_reload(
    page: Page, system: System, clips: Clips
) -> None:
    await page.goto("/")
    await mark(page)
    await page.evaluate(
        """() => {
          window.bars = 0;
          new MutationObserver(() => { window.bars += document.querySelectorAll('.upload progress').length; })
            .observe(document.body, { subtree: true, childList: true, attributes: true });
        }"""
    )
    await page.get_by_test_id("upload-input").set_input_files(clips.three_seconds)
    await is_soon(page.get_by_test_id("upload"), "data-status", "done")
    assert await page.evaluate("window.bars") > 0, "no progress was shown"
    await expect(card(page, "three")).to_be_visible()
    video_id = await card(page, "three").get_attribute("data-video-id")
    assert (await system.http.patch(f"/api/videos/{video_id}", json={"roi": ROI, "anchor": "center"})).is_success

    await card(page, "three").get_by_role("link").click()
    await expect(page).to_have_url(re.compile(f"/videos/{video_id}$"))
    await is_soon(canvas(page), "data-showing", "thumbnail")
    await is_soon(start_button(page), "data-state", "ready")
    await expect(page.get_by_test_id("demo-banner")).to_have_count(0)
    await expect(page.get_by_test_id("coverage")).to_have_text("Nothing analysed yet")
    with system.engine.held_after(MOST_PICTURES):
        await start_button(page).click()
        await has_shown(page, "player-canvas", "data-showing", "stream")
        await has_shown(page, "start-stream", "data-state", "streaming")
        await expect(page.get_by_test_id("total_vehicles_count")).not_to_have_text("0")
        await has_shown(page, "source", "data-source", "redis")

    await is_soon(page.get_by_test_id("source"), "data-source", "sql")
    await is_soon(start_button(page), "data-state", "ready")
    await is_soon(canvas(page), "data-showing", "thumbnail")
    await expect(line(page)).to_contain_text("Finished")
    metrics = await system.get(f"/api/videos/{video_id}/metrics")
    assert (metrics["source"], metrics["total_vehicles_count"]) == ("sql", 3)
    dwell = metrics["vehicle_dwell_time"]
    assert await shown_numbers(page) == {
        **{name: metrics[name] for name in ("total_vehicles_count", "current_vehicles_count", "visits_count")},
        "vehicle_type": metrics["vehicle_type"],
        "dwell": [f"{dwell['mean_s']:.1f}", f"{dwell['max_s']:.1f}"],
    }
    vehicles = (await system.get(f"/api/videos/{video_id}/vehicles"))["items"]
    await build_parts(page)
    await expect(page.get_by_test_id("vehicles-table").locator("tbody tr")).to_have_count(len(vehicles))
    await expect(page.get_by_test_id("vehicles-table").locator(".inside-mark")).to_have_count(0)
    assert await shown_vehicles(page) == [row_of(visit) for visit in vehicles]
    await expect(page.locator(".facts .badge")).to_have_text("Finished")
    await page.get_by_test_id("moment").first.click()  # to the moment a vehicle entered; the address can be shared
    await expect(page).to_have_url(re.compile(rf"/videos/{video_id}\?t=[\d.]+$"))
    await expect(page.get_by_test_id("recording").or_(page.get_by_test_id("recording-problem"))).to_be_visible()
    await page.get_by_test_id("toggle-recording").click()
    await expect(page).to_have_url(re.compile(f"/videos/{video_id}$"))
    await expect(page.get_by_test_id("dwell-scope")).to_contain_text(f"Of all {dwell['visits']} visits.")
    await expect(page.get_by_text("total_vehicles_count")).to_have_count(0)  # a name of the API: in a tooltip

    try:  # a new run, which is not finished soon, hides no results
        system.engine.delay_s = 1.0  # a picture a second, of 75
        await start_button(page).click()
        new_run = page.get_by_test_id("run-in-progress")
        await expect(new_run).to_contain_text("so far")
        await is_soon(page.get_by_test_id("source"), "data-source", "sql")
        await expect(page.get_by_test_id("total_vehicles_count")).to_have_text("3")
        await expect(page.get_by_test_id("vehicles-table").locator("tbody tr")).to_have_count(len(vehicles))
        await new_run.get_by_role("button", name="Show its numbers").click()
        await is_soon(page.get_by_test_id("source"), "data-source", "redis")
        await page.get_by_test_id("run-choice").select_option(index=1)
        await is_soon(page.get_by_test_id("source"), "data-source", "sql")
        await page.get_by_role("link", name="All videos", exact=True).click()
        await expect(card(page, "three").get_by_test_id("card-numbers")).to_contain_text("3 vehicles, new run")
        await assert_not_reloaded(page)
        await page.goto(f"/wall?videos={video_id}")
        await expect(page.get_by_test_id("tile-numbers")).to_have_text("3 vehicles")
        assert (await system.get(f"/api/videos/{video_id}/metrics"))["state"] == "running", "begun, and not finished"
    finally:
        system.engine.delay_s = 0.0
    await system.http.delete(f"/api/videos/{video_id}")


@pytest.mark.slow
async def test_two_hundred_quick_switches_never_show_the_wrong_video_and_leave_no_demand(
    page: Page, system: System, clips: Clips
) -> None:
    opened: list[WebSocket] = []
    page.on("websocket", lambda socket: opened.append(socket))
    await page.add_init_script(CHANNEL)
    async with AsyncExitStack() as stack:
        colours = {
            await stack.enter_async_context(system.video(clips.walls[colour], f"the {colour} one")): colour
            for colour in WALLS
        }
        one, other = colours
        async with system.watched_by_another(one) as first, system.watched_by_another(other) as second:
            await page.goto(f"/videos/{one}")
            await press_start(page)
            await expect(page.locator(f"[data-testid=switch-video][data-video-id='{other}']")).to_be_attached()
            await page.evaluate(RECORDER)
            # By the page's own links and button, from inside the page: quicker than any hand.
            await page.evaluate(
                """async ([ids, switches]) => {
                  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
                  const shown = () => window.drawn.filter(([, , showing, number]) => showing === 'stream' && number)
                    .length;
                  const find = (id) => document.querySelector(`[data-testid=switch-video][data-video-id="${id}"]`);
                  for (let number = 1; number <= switches; number++) {
                    find(ids[number % 2]).click();
                    if (number % 3) document.querySelector('[data-testid=start-stream]').click();
                    // Mostly before the first frame, now and then amid frames, of either video.
                    await pause(10 + (number * 37) % 51);
                    if (number % 7 === 0 && number % 3) {
                      const before = shown(), was = { ...window.received }, deadline = performance.now() + 240_000;
                      while (shown() < before + 3) {
                        if (performance.now() > deadline) {
                          const line = document.querySelector('[data-testid=stream-line]').innerText;
                          const { closings, received } = window;
                          throw new Error(`no frames after switch ${number}: ${line}
                            ${JSON.stringify({ closings, was, received, drawn: shown() - before })}`);
                        }
                        await pause(10);
                      }
                    }
                  }
                }""",
                [[one, other], SWITCHES],
            )
            await expect(page).to_have_url(re.compile(f"/videos/{one}$"))
            await draws(page, 3)
            assert first.read().frames, "the other viewers had frames all the time"
            assert second.read().frames
            drawn = await page.evaluate("window.drawn")
            assert sum(1 for *_, showing, number, _ in drawn if showing == "stream" and number) > 50
            assert {video_id for _, video_id, showing, *_ in drawn if showing == "stream"} == {one, other}
            for path, video_id, showing, number, colour in drawn:
                said = f"{showing} {number} of {video_id} ({colour}) at {path}"
                assert video_id in colours, said
                if showing == "stream":
                    assert path == f"/videos/{video_id}", f"a frame of another video: {said}"
                assert colour in ("blank", colours[video_id]) or (number in ("", "0")), f"another picture: {said}"
                assert colour not in {RED, BLUE} - {colours[video_id]}, f"another picture: {said}"
            assert await page.evaluate("window.closings") == [], "one connection, and the same one"
            assert [each.is_closed() for each in opened] == [False]
            assert system.metric("gateway", "onwatch_gateway_videos_wanted") == 2
            await page.close()
        await eventually(lambda: system.metric("gateway", "onwatch_gateway_videos_wanted") == 0, "demand back to zero")
        await eventually(lambda: system.metric("gateway", "onwatch_gateway_viewers") == 0, "the connections to end")


@pytest.mark.slow
async def test_the_page_is_not_laid_out_for_every_frame(page: Page, system: System, clips: Clips) -> None:
    await page.add_init_script(CHANNEL)
    async with system.video(clips.walls[BLUE], "laid out") as video_id, system.watched_by_another(video_id):
        await page.goto(f"/videos/{video_id}")
        await press_start(page)
        await draws(page, 10)  # the parts of the page that are built later are there
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Performance.enable")

        async def counted() -> tuple[int, int]:
            measured = (await devtools.send("Performance.getMetrics"))["metrics"]
            layouts = next(each["value"] for each in measured if each["name"] == "LayoutCount")
            return int(layouts), await page.evaluate("window.received.texts")

        layouts_before, texts_before = await counted()
        await draws(page, 60)
        layouts, texts = await counted()
        # New numbers may take another width. A bar whose width moves makes 13 layouts for each text.
        assert layouts - layouts_before <= 3 * (texts - texts_before) + 10


# A minute ends when the test says so; whether the page is hidden, too.
HIDING = """
(() => {
  let visibility = 'visible';
  let minutes = [];
  const after = window.setTimeout;
  window.setTimeout = (action, delay, ...rest) => {
    if (delay !== 60_000) return after(action, delay, ...rest);
    minutes.push(action);
    return 0;
  };
  Object.defineProperty(document, 'visibilityState', { get: () => visibility });
  window.setVisibility = (next) => {
    visibility = next;
    minutes = [];
    document.dispatchEvent(new Event('visibilitychange'));
  };
  window.endMinute = () => minutes.forEach((action) => action());
})()
"""


@pytest.mark.slow
async def test_a_tab_hidden_for_a_minute_unsubscribes_and_shows_the_newest_picture_when_it_is_back(
    page: Page, system: System, clips: Clips
) -> None:
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda payload: sent.append(str(payload))))
    await page.add_init_script(HIDING)
    async with (
        system.video(clips.walls[BLUE], "behind others") as video_id,
        system.watched_by_another(video_id) as other,
    ):
        await page.goto(f"/videos/{video_id}")
        await press_start(page)
        await page.evaluate("setVisibility('hidden')")
        await draws(page, 3)  # a look elsewhere changes nothing
        assert not any("unsubscribe" in each for each in sent)

        await page.evaluate("endMinute()")
        await eventually(lambda: any("unsubscribe" in each for each in sent), "the end of the subscription")
        seen = len(other.read().frames)
        await eventually(lambda: len(other.read().frames) > seen + 10, "frames that this page misses")
        _, newest = other.frames[-1]
        await page.evaluate("setVisibility('visible')")
        await page.wait_for_function(
            "newest => Number(document.querySelector('[data-testid=player-canvas]').dataset.frameNumber) >= newest",
            arg=newest,
        )
        await is_soon(canvas(page), "data-showing", "stream")
        assert sum('"subscribe"' in each for each in sent) == 2


IS_DRAWN = """
shown => {
  const canvas = [...document.querySelectorAll('.player .overlay-canvas')].at(-1);
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value) => value > 0) === shown;
}
"""


@pytest.mark.slow
async def test_each_layer_over_a_stream_is_switched_by_itself(page: Page, system: System, clips: Clips) -> None:
    layers = ("zones", "boxes", "labels", "trails")
    async with system.video(clips.walls[RED], "layers") as video_id:
        zone = {"name": "Lane", "polygon": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]}
        assert (await system.http.post(f"/api/videos/{video_id}/zones", json=zone)).status_code == 201
        await page.goto(f"/videos/{video_id}")
        await press_start(page)
        for layer in layers:
            await page.get_by_test_id(f"toggle-{layer}").click()
        await page.wait_for_function(IS_DRAWN, arg=False)
        for layer in ("zones", "boxes", "trails"):
            await page.get_by_test_id(f"toggle-{layer}").click()
            await page.wait_for_function(IS_DRAWN, arg=True)
            await page.get_by_test_id(f"toggle-{layer}").click()
            await page.wait_for_function(IS_DRAWN, arg=False)


@pytest.mark.slow
async def test_the_player_fills_the_screen_and_comes_back(page: Page, system: System, clips: Clips) -> None:
    async with system.video(clips.three_seconds, "full") as video_id:
        await page.goto(f"/videos/{video_id}")
        await page.get_by_test_id("full-screen").click()
        await page.wait_for_function("document.fullscreenElement?.matches('.player') === true")
        assert await accessibility_faults(page) == []
        await page.get_by_role("button", name="Leave full screen").click()
        await page.wait_for_function("document.fullscreenElement === null")
