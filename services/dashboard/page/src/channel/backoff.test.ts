import { expect, it } from "vitest";
import { FIRST_DELAY_MS, LONGEST_DELAY_MS, reconnectDelayMs } from "./backoff";

it("doubles the delay up to its limit", () => {
  const delays = [0, 1, 2, 3, 4, 5, 6, 1000].map((failures) => reconnectDelayMs(failures, () => 0));

  expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, LONGEST_DELAY_MS, LONGEST_DELAY_MS]);
});

it("shortens the delay by at most half, and never below the first delay", () => {
  expect(reconnectDelayMs(4, () => 1)).toBe(2000);
  expect(reconnectDelayMs(0, () => 1)).toBe(FIRST_DELAY_MS);
});
