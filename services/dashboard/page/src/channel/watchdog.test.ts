import { beforeEach, expect, it } from "vitest";
import { FakeTimers } from "../../test-support/fake-timers";
import { Watchdog, WATCHDOG_MS } from "./watchdog";

let timers: FakeTimers;
let timeouts: number;
let watchdog: Watchdog;

beforeEach(() => {
  timers = new FakeTimers();
  timeouts = 0;
  watchdog = new Watchdog(timers, () => timeouts++);
});

it("times out once after three seconds without data", () => {
  watchdog.watch();
  timers.advance(WATCHDOG_MS - 1);
  expect(timeouts).toBe(0);

  timers.advance(1);
  expect(timeouts).toBe(1);

  timers.advance(10 * WATCHDOG_MS);
  expect(timeouts).toBe(1);
});

it("counts from the last data", () => {
  watchdog.watch();
  timers.advance(2000);
  watchdog.feed();
  timers.advance(WATCHDOG_MS - 1);
  expect(timeouts).toBe(0);

  timers.advance(1);
  expect(timeouts).toBe(1);
});

it("does not time out while it is fed", () => {
  watchdog.watch();
  for (let second = 0; second < 60; second++) {
    timers.advance(1000);
    watchdog.feed();
  }
  expect(timeouts).toBe(0);
});

it("leaves no timer behind when it is stopped twice", () => {
  watchdog.watch();
  watchdog.watch();
  watchdog.stop();
  watchdog.stop();

  expect(timers.running).toBe(0);
});

it("does not start by being fed", () => {
  watchdog.feed();
  timers.advance(10 * WATCHDOG_MS);

  expect(timeouts).toBe(0);
});
