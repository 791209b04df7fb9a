import { isOfVideo } from "../channel/frames";
import type { FrameHeader } from "../contract";
import { LiveTrails } from "./live-trails";
import type { Overlay } from "./overlay";
import type { Decoders, Surface } from "./painter";
import type { UnitDecoder, UnitEvents } from "./video-stream";

/** From JPEG, or from a video codec. */
export type DecodedPicture = ImageBitmap | VideoFrame;

export const browserDecoders: Decoders<DecodedPicture> = {
  jpeg: (bytes) => createImageBitmap(new Blob([bytes], { type: "image/jpeg" })),
  address: async (url) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return createImageBitmap(await response.blob());
  },
  video: openVideoDecoder,
};

function openVideoDecoder(codec: string, events: UnitEvents<DecodedPicture>): UnitDecoder {
  const decoder = new VideoDecoder({
    output: (picture) => events.picture(picture, picture.timestamp),
    error: (error) => events.failed(String(error)),
  });
  decoder.configure({ codec, optimizeForLatency: true });
  return {
    decode: ({ id, isKey, bytes }) =>
      decoder.decode(new EncodedVideoChunk({ type: isKey ? "key" : "delta", timestamp: id, data: bytes })),
    close: () => {
      if (decoder.state !== "closed") decoder.close();
    },
  };
}

/** The player's canvas. Its data attributes describe its content, and change in the same task as the picture. */
export class CanvasSurface implements Surface<DecodedPicture> {
  private framesDrawn = 0;
  private readonly trails = new LiveTrails();

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly overlay: Overlay,
  ) {}

  clear(videoId: string): void {
    if (this.canvas.dataset.videoId !== videoId) this.framesDrawn = 0;
    this.canvas.dataset.videoId = videoId;
    this.canvas.getContext("2d")?.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.describe("thumbnail", "");
    this.overlay.show([]);
  }

  thumbnail(picture: DecodedPicture): void {
    this.put(picture);
    this.describe("thumbnail", "");
    this.overlay.show([]);
  }

  frame(picture: DecodedPicture, header: FrameHeader): void {
    this.put(picture);
    this.framesDrawn++;
    this.canvas.dataset.videoId = header.video_id;
    this.canvas.dataset.codec = isOfVideo(header) ? header.codec : "jpeg";
    this.describe("stream", String(header.frame_number));
    this.overlay.show(header.boxes, this.trails.after(header));
  }

  private put(picture: DecodedPicture): void {
    const [width, height] =
      "displayWidth" in picture ? [picture.displayWidth, picture.displayHeight] : [picture.width, picture.height];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.canvas.getContext("2d")?.drawImage(picture, 0, 0);
  }

  private describe(showing: "thumbnail" | "stream", frameNumber: string): void {
    this.canvas.dataset.showing = showing;
    this.canvas.dataset.frameNumber = frameNumber;
    this.canvas.dataset.framesDrawn = String(this.framesDrawn);
  }
}
