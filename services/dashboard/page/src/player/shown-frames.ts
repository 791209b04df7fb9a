import type { ShownFrames } from "../channel/channel";

/** The sizes that the server scales frames down to; larger ones are as large as it sends them. */
const SIDES = [320, 640, 1280];

/** What a browser shows of a picture that nobody sees: enough that the stream is known to go on. */
export const UNSEEN: ShownFrames = { largest_side: 320, max_fps: 1, codecs: [] };

/** A page with several pictures draws so many in a second; with less than five, a picture is no video. */
const PICTURES_PER_SECOND = 120;
const LEAST_FPS = 5;
const USUAL_FPS = 30;

/** The frames for a picture of this size, in pixels of the page. */
export function framesFor(
  size: { width: number; height: number },
  pixelRatio: number,
  maxFps: number | null,
  codecs: string[],
): ShownFrames {
  const side = Math.max(size.width, size.height) * pixelRatio;
  if (side === 0) return UNSEEN;
  return { largest_side: SIDES.find((step) => step >= side) ?? null, max_fps: maxFps, codecs };
}

/** How often each of several pictures is drawn; null: all frames are. */
export function fpsBeside(pictures: number): number | null {
  const fps = Math.floor(PICTURES_PER_SECOND / pictures);
  return fps >= USUAL_FPS ? null : Math.max(LEAST_FPS, fps);
}
