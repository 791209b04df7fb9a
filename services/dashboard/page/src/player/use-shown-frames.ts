import { type RefObject, useEffect, useSyncExternalStore } from "react";
import { browserVisibility } from "./hidden-tab";
import { framesFor, UNSEEN } from "./shown-frames";
import type { Stream } from "./stream";
import { browserVideoCodecs } from "./video-codecs";

/** Has the server send no more than the canvas shows: its size in pixels of the screen, and little in a hidden tab. */
export function useShownFrames(stream: Stream | null, canvas: RefObject<HTMLCanvasElement | null>, maxFps: number | null): void {
  const codecs = useSyncExternalStore(browserVideoCodecs.watch, browserVideoCodecs.snapshot);
  useEffect(() => {
    const element = canvas.current;
    if (!stream || !element) return;
    const show = (): void => {
      const size = element.getBoundingClientRect();
      stream.show(isUnseen() ? UNSEEN : framesFor(size, devicePixelRatio, maxFps, codecs));
    };
    const resizing = new ResizeObserver(show);
    resizing.observe(element);
    const unwatch = browserVisibility.watch(show);
    show();
    return () => {
      resizing.disconnect();
      unwatch();
    };
  }, [stream, canvas, maxFps, codecs]);
}

/** A picture in a window of its own is seen although its tab is not. */
function isUnseen(): boolean {
  return browserVisibility.isHidden() && !document.pictureInPictureElement;
}
