import type { FrameHeader, VideoFrameHeader } from "../contract";

export interface Frame {
  header: FrameHeader | VideoFrameHeader;
  /** A JPEG, or a frame of the codec in the header. */
  picture: Uint8Array<ArrayBuffer>;
}

export class MalformedFrame extends Error {}

const HEADER_LENGTH_BYTES = 4;
const MAX_HEADER_BYTES = 1 << 20;
const text = new TextDecoder("utf-8", { fatal: true });

/** A binary frame: header length (4 bytes, big-endian), header (JSON), picture. */
export function decodeFrame(body: ArrayBuffer): Frame {
  const length = body.byteLength < HEADER_LENGTH_BYTES ? Infinity : new DataView(body).getUint32(0);
  const end = HEADER_LENGTH_BYTES + length;
  if (length > MAX_HEADER_BYTES || end > body.byteLength) {
    throw new MalformedFrame(`a header of ${length} bytes does not fit a frame of ${body.byteLength} bytes`);
  }
  const header = parseHeader(new Uint8Array(body, HEADER_LENGTH_BYTES, length));
  return { header, picture: new Uint8Array(body, end) };
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

export function isOfVideo(header: FrameHeader): header is VideoFrameHeader {
  return "codec" in header;
}
