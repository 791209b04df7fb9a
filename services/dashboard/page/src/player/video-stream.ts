import type { VideoFrameHeader } from "../contract";
import type { Picture } from "./painter";

/** Frames that have gone into a decoder, and of which no picture has come: more are a second of a stream. */
export const MOST_WAITING = 30;

/** For a decoder to make its first picture: on a busy machine, 30 frames arrive before it runs. */
export const LONGEST_START_MS = 10_000;

/** One frame for a decoder; `id` comes back with its picture. */
export interface Unit {
  id: number;
  isKey: boolean;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface UnitDecoder {
  /** May throw. */
  decode(unit: Unit): void;
  close(): void;
}

export interface UnitEvents<P extends Picture> {
  picture(picture: P, id: number): void;
  failed(reason: string): void;
}

export type NewUnitDecoder<P extends Picture> = (codec: string, events: UnitEvents<P>) => UnitDecoder;

interface Events<P extends Picture> {
  /** The picture is closed afterwards. */
  draw(picture: P, header: VideoFrameHeader): void;
  failed(reason: string): void;
}

/** Decodes the frames of a video codec, each with its header: no frame without the one before it. */
export class VideoStream<P extends Picture> {
  private decoder: UnitDecoder | null = null;
  private codec = "";
  private hasPicture = false;
  private openedMs = 0;
  private nextId = 0;
  private next: { streamId: string; sequence: number } | null = null;
  /** Of the frames in the decoder. */
  private readonly waiting = new Map<number, VideoFrameHeader>();

  constructor(
    private readonly newDecoder: NewUnitDecoder<P>,
    private readonly events: Events<P>,
    /** Milliseconds on a monotonic clock. */
    private readonly now: () => number,
  ) {}

  push(header: VideoFrameHeader, bytes: Uint8Array<ArrayBuffer>): void {
    const isBehind = this.waiting.size >= MOST_WAITING;
    if (isBehind && !this.hasPicture) {
      this.next = null;
      if (this.now() - this.openedMs >= LONGEST_START_MS) this.fail(`no picture came of ${MOST_WAITING} frames`);
      return;
    }
    if (!header.is_key && (isBehind || !this.follows(header))) {
      this.next = null;
      return;
    }
    // What a slow decoder has not done yet is of no use: the key frame shows what is seen now.
    if (isBehind || header.codec !== this.codec) this.stop();
    this.next = { streamId: header.stream_id, sequence: header.sequence + 1 };
    this.decode(header, bytes);
  }

  /** Forget everything: what comes out of the decoder from here on is not drawn. */
  stop(): void {
    this.decoder?.close();
    this.decoder = null;
    this.codec = "";
    this.hasPicture = false;
    this.next = null;
    this.waiting.clear();
  }

  private follows(header: VideoFrameHeader): boolean {
    return this.next?.streamId === header.stream_id && this.next.sequence === header.sequence;
  }

  private decode(header: VideoFrameHeader, bytes: Uint8Array<ArrayBuffer>): void {
    const id = this.nextId++;
    this.waiting.set(id, header);
    try {
      this.decoder ??= this.open(header.codec);
      this.decoder.decode({ id, isKey: header.is_key, bytes });
    } catch (error) {
      this.fail(String(error));
    }
  }

  private open(codec: string): UnitDecoder {
    this.codec = codec;
    this.openedMs = this.now();
    const decoder: UnitDecoder = this.newDecoder(codec, {
      picture: (picture, id) => {
        if (this.decoder === decoder) this.draw(picture, id);
        picture.close();
      },
      failed: (reason) => {
        if (this.decoder === decoder) this.fail(reason);
      },
    });
    return decoder;
  }

  private draw(picture: P, id: number): void {
    const header = this.waiting.get(id);
    for (const earlier of this.waiting.keys()) if (earlier <= id) this.waiting.delete(earlier);
    this.hasPicture = true;
    if (header) this.events.draw(picture, header);
  }

  private fail(reason: string): void {
    this.stop();
    this.events.failed(reason);
  }
}
