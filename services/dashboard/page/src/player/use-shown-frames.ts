import { type RefObject, useEffect } from "react";
import { browserVisibility } from "./hidden-tab";
import { framesFor, UNSEEN } from "./shown-frames";
import type { Stream } from "./stream";

/** Has the server send no more than the canvas shows: its size in pixels of the screen, and little in a hidden tab. */
export function useShownFrames(
  stream: Stream | null,
  canvas: RefObject<HTMLCanvasElement | null>,
  maxFps: number | null,
): void {
  useEffect(() => {
    const element = canvas.current;
    if (!stream || !element) return;
    const show = (): void => stream.show(isUnseen() ? UNSEEN : framesFor(element.getBoundingClientRect(), devicePixelRatio, maxFps));
    const resizing = new ResizeObserver(show);
    resizing.observe(element);
    const unwatch = browserVisibility.watch(show);
    show();
    return () => {
      resizing.disconnect();
      unwatch();
    };
  }, [stream, canvas, maxFps]);
}

/** A picture in a window of its own is seen although its tab is not. */
function isUnseen(): boolean {
  return browserVisibility.isHidden() && !document.pictureInPictureElement;
}
