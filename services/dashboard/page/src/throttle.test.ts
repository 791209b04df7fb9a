import { expect, it } from "vitest";
import { Throttle } from "./throttle";
import { FakeTimers } from "../test-support/fake-timers";

it("runs at once, then at most once per interval, and includes the last call", () => {
  const timers = new FakeTimers();
  const ran: number[] = [];
  const throttle = new Throttle(timers, 1000, () => ran.push(timers.now()));
  throttle.call();
  for (let at = 0; at < 5; at++) {
    timers.advance(300);
    throttle.call();
  }
  timers.advance(5000);

  expect(ran).toEqual([0, 1000, 2000]);
});

it("leaves no timer behind when it is stopped", () => {
  const timers = new FakeTimers();
  const throttle = new Throttle(timers, 1000, () => undefined);
  throttle.call();
  throttle.call();
  throttle.stop();

  expect(timers.running).toBe(0);
});
