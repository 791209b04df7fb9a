import type { Frame } from "../channel/frames";
import type { FrameHeader } from "../contract";

/** A decoded picture that holds memory until it is closed. */
export interface Picture {
  close(): void;
}

/** Where pictures appear. */
export interface Surface<P extends Picture> {
  /** Blank, for this video, with its thumbnail to come. */
  clear(videoId: string): void;
  thumbnail(picture: P): void;
  frame(picture: P, header: FrameHeader): void;
}

export interface Decoders<P extends Picture> {
  jpeg(bytes: Uint8Array<ArrayBuffer>): Promise<P>;
  address(url: string): Promise<P>;
}

/**
 * Draws the newest frame of the open video, or its thumbnail.
 *
 * Decoding takes time, and the video may have been switched or the stream have ended meanwhile: every decode
 * remembers the generation it began in and is drawn only if that is still the current one.
 */
export class Painter<P extends Picture> {
  private videoId = "";
  private generation = 0;
  private decoding = false;
  private waiting: Frame | null = null;
  private showing: "thumbnail" | "stream" = "thumbnail";
  private thumbnailUrl: string | null = null;
  private thumbnail: P | null = null;

  constructor(
    private readonly surface: Surface<P>,
    private readonly decode: Decoders<P>,
  ) {}

  /** Nothing of the video before is drawn from here on. */
  open(videoId: string): void {
    this.videoId = videoId;
    this.thumbnailUrl = null;
    this.thumbnail?.close();
    this.thumbnail = null;
    this.forget();
    this.surface.clear(videoId);
  }

  close(): void {
    this.open("");
  }

  setThumbnail(url: string): void {
    if (this.thumbnailUrl === url) return;
    this.thumbnailUrl = url;
    void this.loadThumbnail(url);
  }

  /** The stream is over: frames on their way to the picture are dropped. */
  showThumbnail(): void {
    this.forget();
    if (this.thumbnail) this.surface.thumbnail(this.thumbnail);
    else this.surface.clear(this.videoId);
  }

  /** One frame is decoded at a time and one waits: the newest. */
  frame(frame: Frame): void {
    if (frame.header.video_id !== this.videoId) return;
    this.waiting = frame;
    if (!this.decoding) void this.drain();
  }

  private forget(): void {
    this.generation++;
    this.waiting = null;
    this.showing = "thumbnail";
  }

  private async drain(): Promise<void> {
    this.decoding = true;
    for (let frame = this.take(); frame; frame = this.take()) await this.drawFrame(frame);
    this.decoding = false;
  }

  private take(): Frame | null {
    const frame = this.waiting;
    this.waiting = null;
    return frame;
  }

  private async drawFrame({ header, jpeg }: Frame): Promise<void> {
    const generation = this.generation;
    const picture = await this.decoded(this.decode.jpeg(jpeg));
    if (picture && generation === this.generation) {
      this.showing = "stream";
      this.surface.frame(picture, header);
    }
    picture?.close();
  }

  private async loadThumbnail(url: string): Promise<void> {
    const { videoId } = this;
    const picture = await this.decoded(this.decode.address(url));
    if (!picture || videoId !== this.videoId || url !== this.thumbnailUrl) {
      picture?.close();
      return;
    }
    this.thumbnail?.close();
    this.thumbnail = picture;
    if (this.showing === "thumbnail") this.surface.thumbnail(picture);
  }

  /** A picture that cannot be decoded is one lost picture, not the end of the stream. */
  private async decoded(decoding: Promise<P>): Promise<P | null> {
    try {
      return await decoding;
    } catch (error) {
      console.warn(`A picture could not be shown: ${String(error)}`);
      return null;
    }
  }
}
