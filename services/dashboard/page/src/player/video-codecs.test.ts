import { expect, it, vi } from "vitest";
import { VideoCodecs } from "./video-codecs";

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

it("asks the browser once, and reports what it decodes", async () => {
  const isSupported = vi.fn(async () => true);
  const codecs = new VideoCodecs(isSupported);
  const changes: string[][] = [];
  codecs.watch(() => changes.push(codecs.snapshot()));
  codecs.watch(() => undefined);
  expect(codecs.snapshot()).toEqual([]);
  await settle();

  expect(isSupported.mock.calls).toEqual([["vp8"]]);
  expect(changes).toEqual([["vp8"]]);
});

it("has none where the browser has no decoder", async () => {
  const codecs = new VideoCodecs(async () => false);
  codecs.watch(() => undefined);
  await settle();
  expect(codecs.snapshot()).toEqual([]);
});

it("has none after a decoder has failed, and none that are found later", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const codecs = new VideoCodecs(async () => true);
  codecs.watch(() => undefined);
  codecs.failed("broken");
  await settle();
  expect(codecs.snapshot()).toEqual([]);
});
