import { expect, it } from "vitest";
import { leadIn, momentAddress, momentIn, momentOf } from "./moment";

it.each([
  ["?t=12.3", 12.3],
  ["?t=0", 0],
  ["?a=b&t=7", 7],
  ["", null],
  ["?t=", null],
  ["?t=-1", null],
  ["?t=soon", null],
  ["?t=Infinity", null],
])("reads the moment of %s as %s", (search, seconds) => {
  expect(momentIn(search)).toBe(seconds);
});

it("gives a moment an address that can be read again", () => {
  const address = momentAddress("/videos/a", 12.3456);

  expect(address).toBe("/videos/a?t=12.35");
  expect(momentIn(address.slice(address.indexOf("?")))).toBe(12.35);
});

it("begins a second before, but not before the video", () => {
  expect([leadIn(12.5), leadIn(0.4)]).toEqual([11.5, 0]);
});

it.each([25, 29.97, 30, 50, 60])("names a picture so that its address shows it again, at %s fps", (fps) => {
  for (let frame = 0; frame < 200; frame++) {
    const address = momentAddress("/videos/a", momentOf(frame / fps, fps));
    const atS = momentIn(address.slice(address.indexOf("?")))!;
    expect(Math.floor(atS * fps + 1e-9)).toBe(frame);
  }
});
