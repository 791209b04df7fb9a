import type { ClientMessage, FrameHeader, Frames, ServerMessage } from "../src/contract";
import { OPEN, type Socket } from "../src/channel/connection";

/** A socket whose server is the test. */
export class FakeSocket implements Socket {
  binaryType: BinaryType = "blob";
  readyState: number = OPEN;
  onopen: (() => void) | null = null;
  onclose: Socket["onclose"] = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly sent: (ClientMessage | Frames)[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientMessage | Frames);
  }

  close(): void {
    this.closed = true;
  }

  /** The messages sent so far, as "type video". */
  get sentLines(): string[] {
    return this.sent.map(({ type, video_id }) => `${type} ${video_id}`);
  }

  deliver(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  deliverFrame(header: Partial<FrameHeader>): void {
    this.onmessage?.({ data: frameBody(header) });
  }
}

export function frameBody(header: Partial<FrameHeader>, jpeg: readonly number[] = [0xff, 0xd8]): ArrayBuffer {
  const whole: FrameHeader = { video_id: "a", run_id: "run", frame_number: 0, timestamp_s: 0, boxes: [], ...header };
  const head = new TextEncoder().encode(JSON.stringify(whole));
  const body = new Uint8Array(4 + head.length + jpeg.length);
  new DataView(body.buffer).setUint32(0, head.length);
  body.set(head, 4);
  body.set(jpeg, 4 + head.length);
  return body.buffer;
}
