import { beforeEach, expect, test, vi } from "vitest";
import type { VideoMedia } from "./media";

class FakeVideo extends EventTarget {
  currentTime = 0;
  paused = true;
  ended = false;
  playbackRate = 1;
  private callback: ((now: number, metadata: { mediaTime: number }) => void) | undefined;

  error: { code: number } | null = null;
  loads = 0;
  plays = 0;

  load(): void {
    this.loads += 1;
    this.currentTime = 0;
    this.playbackRate = 1;
    this.paused = true;
  }

  async play(): Promise<void> {
    this.plays += 1;
    this.paused = false;
  }

  requestVideoFrameCallback(callback: FakeVideo["callback"]): number {
    this.callback = callback;
    return 1;
  }

  cancelVideoFrameCallback(): void {
    this.callback = undefined;
  }

  present(mediaTime: number): void {
    this.callback?.(0, { mediaTime });
  }

  seek(): void {
    this.dispatchEvent(new Event("seeking"));
  }

  arrive(): void {
    this.dispatchEvent(new Event("seeked"));
  }
}

let element: FakeVideo;
let media: VideoMedia;
let shown: number[];

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal("HTMLVideoElement", FakeVideo);
  vi.resetModules();
  const { VideoMedia } = await import("./media");
  element = new FakeVideo();
  shown = [];
  media = new VideoMedia(element as unknown as HTMLVideoElement, {
    onShown: (timeS) => shown.push(timeS),
    onChanged: () => undefined,
  });
  return () => {
    media.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

test("the picture of a seek is told by the browser, once", () => {
  media.seek(1.5);
  element.seek();
  element.arrive();
  element.present(1.48);
  vi.runAllTimers();
  expect(shown).toEqual([1.48]);
});

test("a picture that the browser does not tell of is shown by its time", () => {
  media.seek(1.5);
  element.seek();
  element.arrive();
  vi.runAllTimers();
  expect(shown).toEqual([1.5]);
});

test("a moment lies within the picture, whether the browser tells when it begins or not", () => {
  element.present(1.48);
  expect(media.momentS(25)).toBeCloseTo(1.5);
  media.seek(1.5);
  element.seek();
  element.arrive();
  vi.runAllTimers();
  expect(media.momentS(25)).toBeCloseTo(1.5);
});

test("the first picture, told while the seek is under way, is not taken for that of the seek", () => {
  media.seek(1.5);
  element.seek();
  element.present(0);
  element.arrive();
  vi.runAllTimers();
  expect(shown).toEqual([0, 1.5]);
});

test("a seek to the picture that is shown already changes no time", () => {
  element.present(1.48);
  media.seek(1.5);
  element.seek();
  element.present(1.48);
  element.arrive();
  vi.runAllTimers();
  expect(shown).toEqual([1.48, 1.48]);
});

test("a recording whose connection fails after it was shown is loaded again, once, and goes on", () => {
  element.error = { code: 2 };
  expect(media.reload()).toBe(false);
  element.present(1.48);
  element.currentTime = 2.5;
  element.playbackRate = 2;
  element.paused = false;

  expect(media.reload()).toBe(true);
  expect([element.loads, element.currentTime, element.playbackRate, element.plays]).toEqual([1, 2.5, 2, 1]);
  expect(media.reload()).toBe(false);
  element.present(2.48);
  expect(media.reload()).toBe(true);
});

test("a recording whose connection fails while it is paused stays paused", () => {
  element.error = { code: 2 };
  element.present(1.48);
  expect(media.reload()).toBe(true);
  expect(element.plays).toBe(0);
});

test("a recording that cannot be decoded is not loaded again", () => {
  element.error = { code: 3 };
  element.present(1.48);
  expect(media.reload()).toBe(false);
});
