import { beforeEach, expect, it } from "vitest";
import { FakeTimers } from "../timers";
import { Watchdog, WATCHDOG_MS } from "./watchdog";

let timers: FakeTimers;
let barks: number;
let watchdog: Watchdog;

beforeEach(() => {
  timers = new FakeTimers();
  barks = 0;
  watchdog = new Watchdog(timers, () => barks++);
});

it("barks once after three seconds of silence", () => {
  watchdog.watch();
  timers.advance(WATCHDOG_MS - 1);
  expect(barks).toBe(0);

  timers.advance(1);
  expect(barks).toBe(1);

  timers.advance(10 * WATCHDOG_MS);
  expect(barks).toBe(1);
});

it("counts the silence from the last data", () => {
  watchdog.watch();
  timers.advance(2000);
  watchdog.feed();
  timers.advance(WATCHDOG_MS - 1);
  expect(barks).toBe(0);

  timers.advance(1);
  expect(barks).toBe(1);
});

it("stays quiet while it is fed", () => {
  watchdog.watch();
  for (let second = 0; second < 60; second++) {
    timers.advance(1000);
    watchdog.feed();
  }
  expect(barks).toBe(0);
});

it("leaves no timer behind when it is stopped, also twice", () => {
  watchdog.watch();
  watchdog.watch();
  watchdog.stop();
  watchdog.stop();

  expect(timers.running).toBe(0);
});

it("does not start by being fed", () => {
  watchdog.feed();
  timers.advance(10 * WATCHDOG_MS);

  expect(barks).toBe(0);
});
