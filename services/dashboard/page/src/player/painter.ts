import { type Frame, isOfVideo } from "../channel/frames";
import type { FrameHeader } from "../contract";
import { type NewUnitDecoder, VideoStream } from "./video-stream";

/** A decoded picture, which holds memory until it is closed. */
export interface Picture {
  close(): void;
}

/** Where pictures are drawn. */
export interface Surface<P extends Picture> {
  /** Clear the surface for this video, whose thumbnail follows. */
  clear(videoId: string): void;
  thumbnail(picture: P): void;
  frame(picture: P, header: FrameHeader): void;
}

export interface Decoders<P extends Picture> {
  jpeg(bytes: Uint8Array<ArrayBuffer>): Promise<P>;
  address(url: string): Promise<P>;
  video: NewUnitDecoder<P>;
}

/**
 * Draws the newest frame of the open video, or its thumbnail.
 *
 * Decoding takes time, in which the video may be switched or the stream may end: every decode remembers the
 * generation in which it began, and is drawn only if that is still the current one.
 */
export class Painter<P extends Picture> {
  private videoId = "";
  private generation = 0;
  private decoding = false;
  private waiting: Frame | null = null;
  private showing: "thumbnail" | "stream" = "thumbnail";
  private thumbnailUrl: string | null = null;
  private thumbnail: P | null = null;
  private readonly video: VideoStream<P>;

  /** `videoFailed`: the frames of a video codec cannot be decoded here. `now`: milliseconds on a monotonic clock. */
  constructor(
    private readonly surface: Surface<P>,
    private readonly decode: Decoders<P>,
    videoFailed: (reason: string) => void,
    now: () => number,
  ) {
    const events = {
      draw: (picture: P, header: FrameHeader) => this.drawStream(picture, header),
      failed: videoFailed,
    };
    this.video = new VideoStream(decode.video, events, now);
  }

  /** From here on, nothing of the previous video is drawn. */
  open(videoId: string): void {
    this.videoId = videoId;
    this.thumbnailUrl = null;
    this.thumbnail?.close();
    this.thumbnail = null;
    this.discardFrames();
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

  /** The stream has ended: frames that are being decoded are dropped. */
  showThumbnail(): void {
    this.discardFrames();
    if (this.thumbnail) this.surface.thumbnail(this.thumbnail);
    else this.surface.clear(this.videoId);
  }

  frame(frame: Frame): void {
    if (frame.header.video_id !== this.videoId) return;
    if (isOfVideo(frame.header)) {
      this.discardJpegs();
      this.video.push(frame.header, frame.picture);
    } else {
      this.video.stop();
      this.jpeg(frame);
    }
  }

  /** One is decoded at a time, and the newest one waits. */
  private jpeg(frame: Frame): void {
    this.waiting = frame;
    if (!this.decoding) void this.drain();
  }

  private discardJpegs(): void {
    this.generation++;
    this.waiting = null;
  }

  private discardFrames(): void {
    this.discardJpegs();
    this.video.stop();
    this.showing = "thumbnail";
  }

  private async drain(): Promise<void> {
    this.decoding = true;
    for (let frame = this.takeWaiting(); frame; frame = this.takeWaiting()) await this.drawFrame(frame);
    this.decoding = false;
  }

  private takeWaiting(): Frame | null {
    const frame = this.waiting;
    this.waiting = null;
    return frame;
  }

  private async drawFrame({ header, picture: jpeg }: Frame): Promise<void> {
    const generation = this.generation;
    const picture = await this.decoded(this.decode.jpeg(jpeg));
    if (picture && generation === this.generation) this.drawStream(picture, header);
    picture?.close();
  }

  private drawStream(picture: P, header: FrameHeader): void {
    this.showing = "stream";
    this.surface.frame(picture, header);
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

  /** A picture that cannot be decoded is skipped; the stream continues. */
  private async decoded(decoding: Promise<P>): Promise<P | null> {
    try {
      return await decoding;
    } catch (error) {
      console.warn(`A picture could not be decoded: ${String(error)}`);
      return null;
    }
  }
}
