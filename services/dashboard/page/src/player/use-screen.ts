import { type RefObject, useEffect, useRef, useState } from "react";
import { browserTimers } from "../timers";
import { browserDecoders, CanvasSurface, type DecodedPicture } from "./canvas-surface";
import { Overlay } from "./overlay";
import { Painter } from "./painter";
import { browserVideoCodecs } from "./video-codecs";

export interface PlayerScreen {
  painter: Painter<DecodedPicture>;
  overlay: Overlay;
}

export interface Canvases {
  picture: RefObject<HTMLCanvasElement | null>;
  boxes: RefObject<HTMLCanvasElement | null>;
}

/** Painter and overlay on two canvases, which stay while videos are switched. */
export function useScreen(): Canvases & { screen: PlayerScreen | null } {
  const picture = useRef<HTMLCanvasElement>(null);
  const boxes = useRef<HTMLCanvasElement>(null);
  const [screen, setScreen] = useState<PlayerScreen | null>(null);
  useEffect(() => {
    if (!picture.current || !boxes.current) return;
    const overlay = new Overlay(boxes.current);
    const surface = new CanvasSurface(picture.current, overlay);
    const painter = new Painter(surface, browserDecoders, browserVideoCodecs.failed, browserTimers.now);
    setScreen({ painter, overlay });
    return () => {
      painter.close();
      overlay.close();
    };
  }, []);
  return { picture, boxes, screen };
}
