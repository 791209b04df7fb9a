import type { FrameHeader } from "../contract";
import type { Overlay } from "./overlay";
import type { Decoders, Surface } from "./painter";

export const browserDecoders: Decoders<ImageBitmap> = {
  jpeg: (bytes) => createImageBitmap(new Blob([bytes], { type: "image/jpeg" })),
  address: async (url) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return createImageBitmap(await response.blob());
  },
};

/** The player's canvas. Its data attributes describe its content, and change in the same task as the picture. */
export class CanvasSurface implements Surface<ImageBitmap> {
  private framesDrawn = 0;

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

  thumbnail(picture: ImageBitmap): void {
    this.put(picture);
    this.describe("thumbnail", "");
    this.overlay.show([]);
  }

  frame(picture: ImageBitmap, header: FrameHeader): void {
    this.put(picture);
    this.framesDrawn++;
    this.canvas.dataset.videoId = header.video_id;
    this.describe("stream", String(header.frame_number));
    this.overlay.show(header.boxes);
  }

  private put(picture: ImageBitmap): void {
    if (this.canvas.width !== picture.width || this.canvas.height !== picture.height) {
      this.canvas.width = picture.width;
      this.canvas.height = picture.height;
    }
    this.canvas.getContext("2d")?.drawImage(picture, 0, 0);
  }

  private describe(showing: "thumbnail" | "stream", frameNumber: string): void {
    this.canvas.dataset.showing = showing;
    this.canvas.dataset.frameNumber = frameNumber;
    this.canvas.dataset.framesDrawn = String(this.framesDrawn);
  }
}
