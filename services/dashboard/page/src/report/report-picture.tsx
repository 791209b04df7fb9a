import { useEffect, useRef } from "react";
import type { Site, Video } from "../contract";
import { drawPlaces } from "../player/draw-places";
import { shapesOf } from "../site/shapes";
import { texts } from "../texts";

const WIDEST_MM = 108;
const PX_PER_MM = 96 / 25.4;
/** Of the sheet, for each pixel of the screen: a printer draws finer. */
const SHARPNESS = 3;

/** What the player shows, without what is only for a screen, with zones and gates. */
export function ReportPicture({ video, site, heightMm }: { video: Video; site: Site | undefined; heightMm: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const ratio = video.width / video.height;
  const widthMm = Math.min(WIDEST_MM, heightMm * ratio);
  const width = Math.round(widthMm * PX_PER_MM);
  const height = Math.round(width / ratio);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.setTransform(SHARPNESS, 0, 0, SHARPNESS, 0, 0);
    context.clearRect(0, 0, width, height);
    const shown = shownPicture();
    if (shown) context.drawImage(shown, 0, 0, width, height);
    drawPlaces(context, shapesOf(site), { width, height });
  }, [site, width, height]);
  return (
    <canvas
      ref={canvas}
      className="report-picture"
      role="img"
      aria-label={texts.player.picture(video.name)}
      width={width * SHARPNESS}
      height={height * SHARPNESS}
      style={{ width, height }}
    />
  );
}

/** The moment of the recording, where one is shown; else the stream or the thumbnail. */
function shownPicture(): HTMLVideoElement | HTMLImageElement | HTMLCanvasElement | null {
  const recording = document.querySelector<HTMLVideoElement | HTMLImageElement>(".picture .recording");
  if (recording instanceof HTMLVideoElement && recording.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return recording;
  if (recording instanceof HTMLImageElement && recording.naturalWidth) return recording;
  return document.querySelector<HTMLCanvasElement>(".picture .picture-canvas");
}
