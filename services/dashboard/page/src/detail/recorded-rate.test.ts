import { expect, it } from "vitest";
import { parseRate, rateText } from "./recorded-rate";

it.each([
  ["12.5", 12.5],
  [" 25 ", 25],
  ["0.01", 0.01],
  ["1000", 1000],
])("reads %s as a rate", (text, rate) => {
  expect(parseRate(text)).toBe(rate);
});

it.each(["", " ", "fast", "0", "-25", "1000.1", "Infinity", "NaN", "12,5"])("does not take %j for a rate", (text) => {
  expect(parseRate(text)).toBeNull();
});

it("shows as many digits as a rate needs", () => {
  expect(rateText(25)).toBe("25");
  expect(rateText(12.5)).toBe("12.5");
  expect(rateText(30000 / 1001)).toBe("29.97");
});
