import { describe, expect, it } from "vitest";
import { frameBody } from "../../test-support/fake-socket";
import { decodeFrame, MalformedFrame } from "./frames";

describe("decodeFrame", () => {
  it("returns the header and the JPEG bytes", () => {
    const { header, picture } = decodeFrame(frameBody({ video_id: "v-1", frame_number: 7 }, [1, 2, 3]));

    expect(header.video_id).toBe("v-1");
    expect(header.frame_number).toBe(7);
    expect([...picture]).toEqual([1, 2, 3]);
  });

  it("reads non-ASCII text", () => {
    expect(decodeFrame(frameBody({ run_id: "Straße" })).header.run_id).toBe("Straße");
  });

  const hugeHeader = new Uint8Array([0xff, 0xff, 0xff, 0xff, 1, 2]).buffer;
  const notJson = new Uint8Array([0, 0, 0, 2, 0x7b, 0x7b, 9]).buffer;
  const notUtf8 = new Uint8Array([0, 0, 0, 2, 0xc3, 0x28]).buffer;
  const jsonNull = new Uint8Array([0, 0, 0, 4, 0x6e, 0x75, 0x6c, 0x6c]).buffer;
  it.each([
    ["an empty frame", new ArrayBuffer(0)],
    ["an incomplete length", new ArrayBuffer(3)],
    ["a header longer than the frame", hugeHeader],
    ["a header that is not JSON", notJson],
    ["a header that is not UTF-8", notUtf8],
    ["a header that is null", jsonNull],
  ])("refuses %s", (_, body) => {
    expect(() => decodeFrame(body)).toThrow(MalformedFrame);
  });
});
