import type { FrameHeader } from "../contract";

export interface Frame {
  header: FrameHeader;
  jpeg: Uint8Array<ArrayBuffer>;
}

export class MalformedFrame extends Error {}

const HEADER_LENGTH_BYTES = 4;
const MAX_HEADER_BYTES = 1 << 20;
const text = new TextDecoder("utf-8", { fatal: true });

/** A binary frame: header length (4 bytes, big-endian), header (JSON), JPEG. */
export function decodeFrame(body: ArrayBuffer): Frame {
  const length = body.byteLength < HEADER_LENGTH_BYTES ? Infinity : new DataView(body).getUint32(0);
  const end = HEADER_LENGTH_BYTES + length;
  if (length > MAX_HEADER_BYTES || end > body.byteLength) {
    throw new MalformedFrame(`a header of ${length} bytes does not fit a frame of ${body.byteLength} bytes`);
  }
  const header = parseHeader(new Uint8Array(body, HEADER_LENGTH_BYTES, length));
  return { header, jpeg: new Uint8Array(body, end) };
}

function parseHeader(bytes: Uint8Array<ArrayBuffer>): FrameHeader {
  let header: FrameHeader | null;
  try {
    header = JSON.parse(text.decode(bytes)) as FrameHeader | null;
  } catch (error) {
    throw new MalformedFrame(`the frame header is not JSON: ${String(error)}`);
  }
  if (typeof header?.video_id !== "string" || !Array.isArray(header.boxes)) {
    throw new MalformedFrame("the frame header has no video or no boxes");
  }
  return header;
}
