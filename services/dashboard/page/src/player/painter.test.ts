import { beforeEach, expect, it } from "vitest";
import type { FrameHeader } from "../contract";
import { Painter, type Picture } from "./painter";
import type { UnitDecoder, UnitEvents } from "./video-stream";

class FakePicture implements Picture {
  closed = false;
  constructor(readonly name: string) {}
  close(): void {
    this.closed = true;
  }
}

/** Decodes when the test calls `finish`, in any order. */
class SlowDecoders {
  private readonly waiting = new Map<string, (picture: FakePicture | Error) => void>();
  readonly pictures: FakePicture[] = [];
  events: UnitEvents<FakePicture> | null = null;
  readonly units: (number | "closed")[] = [];

  jpeg = (bytes: Uint8Array): Promise<FakePicture> => this.wait(`frame ${bytes[0]}`);
  video = (_: string, events: UnitEvents<FakePicture>): UnitDecoder => {
    this.events = events;
    return { decode: ({ id }) => this.units.push(id), close: () => this.units.push("closed") };
  };
  address = (url: string): Promise<FakePicture> => this.wait(url);

  async finish(name: string): Promise<void> {
    const picture = new FakePicture(name);
    this.pictures.push(picture);
    await this.settle(name, picture);
  }

  async fail(name: string): Promise<void> {
    await this.settle(name, new Error("broken picture"));
  }

  get names(): string[] {
    return [...this.waiting.keys()];
  }

  private async settle(name: string, result: FakePicture | Error): Promise<void> {
    this.waiting.get(name)!(result);
    this.waiting.delete(name);
    await new Promise((resolve) => setTimeout(resolve));
  }

  private wait(name: string): Promise<FakePicture> {
    return new Promise((resolve, reject) => {
      this.waiting.set(name, (result) => (result instanceof Error ? reject(result) : resolve(result)));
    });
  }
}

let drawn: string[];
let decoders: SlowDecoders;
let painter: Painter<FakePicture>;

beforeEach(() => {
  drawn = [];
  decoders = new SlowDecoders();
  const surface = {
    clear: (videoId: string) => drawn.push(`clear ${videoId}`),
    thumbnail: ({ name }: FakePicture) => drawn.push(name),
    frame: ({ name }: FakePicture, { video_id }: FrameHeader) => drawn.push(`${video_id} ${name}`),
  };
  painter = new Painter(
    surface,
    decoders,
    () => undefined,
    () => 0,
  );
});

function frame(videoId: string, number: number): void {
  const header = { video_id: videoId, run_id: "run", frame_number: number, timestamp_s: 0, boxes: [] };
  painter.frame({ header, picture: new Uint8Array([number]) });
}

it("draws a frame and frees it", async () => {
  painter.open("a");
  frame("a", 1);
  await decoders.finish("frame 1");

  expect(drawn).toEqual(["clear a", "a frame 1"]);
  expect(decoders.pictures[0]!.closed).toBe(true);
});

it("never draws a frame whose decoding ends after the video was switched", async () => {
  painter.open("a");
  frame("a", 1);
  painter.open("b");
  frame("b", 2);
  await decoders.finish("frame 1");
  await decoders.finish("frame 2");

  expect(drawn).toEqual(["clear a", "clear b", "b frame 2"]);
  expect(decoders.pictures.every((picture) => picture.closed)).toBe(true);
});

it("never draws a late frame of the same video that was left and opened again", async () => {
  painter.open("a");
  frame("a", 1);
  painter.open("b");
  painter.open("a");
  await decoders.finish("frame 1");

  expect(drawn).toEqual(["clear a", "clear b", "clear a"]);
});

it("ignores frames of another video", () => {
  painter.open("b");
  frame("a", 1);

  expect(decoders.names).toEqual([]);
});

it("keeps only the newest frame while one is being decoded", async () => {
  painter.open("a");
  [1, 2, 3, 4].forEach((number) => frame("a", number));
  await decoders.finish("frame 1");
  expect(decoders.names).toEqual(["frame 4"]);

  await decoders.finish("frame 4");
  expect(drawn).toEqual(["clear a", "a frame 1", "a frame 4"]);
});

it("shows the thumbnail at once, and no frame that was being decoded", async () => {
  painter.open("a");
  painter.setThumbnail("thumbnail");
  await decoders.finish("thumbnail");
  frame("a", 1);
  await decoders.finish("frame 1");
  frame("a", 2);
  painter.showThumbnail();
  await decoders.finish("frame 2");

  expect(drawn).toEqual(["clear a", "thumbnail", "a frame 1", "thumbnail"]);
});

it("does not draw a thumbnail over the stream", async () => {
  painter.open("a");
  painter.setThumbnail("thumbnail");
  frame("a", 1);
  await decoders.finish("frame 1");
  await decoders.finish("thumbnail");
  expect(drawn).toEqual(["clear a", "a frame 1"]);

  painter.showThumbnail();
  expect(drawn.at(-1)).toBe("thumbnail");
});

it("does not draw the thumbnail of the previous video", async () => {
  painter.open("a");
  painter.setThumbnail("thumbnail a");
  painter.open("b");
  await decoders.finish("thumbnail a");

  expect(drawn).toEqual(["clear a", "clear b"]);
  expect(decoders.pictures[0]!.closed).toBe(true);
});

it("continues after a picture that cannot be decoded", async () => {
  painter.open("a");
  frame("a", 1);
  frame("a", 2);
  await decoders.fail("frame 1");
  await decoders.finish("frame 2");

  expect(drawn).toEqual(["clear a", "a frame 2"]);
});

function videoFrame(sequence: number, videoId = "a"): void {
  const header = { video_id: videoId, run_id: "run", frame_number: sequence, timestamp_s: 0, boxes: [] };
  const video = { codec: "vp8", stream_id: "stream", sequence, is_key: sequence === 0 };
  painter.frame({ header: { ...header, ...video }, picture: new Uint8Array([sequence]) });
}

it("draws the pictures of a video codec, and frees them", () => {
  painter.open("a");
  videoFrame(0);
  videoFrame(1);
  const picture = new FakePicture("picture 1");
  decoders.events!.picture(picture, 1);

  expect(drawn).toEqual(["clear a", "a picture 1"]);
  expect(picture.closed).toBe(true);
});

it("never draws a picture of video that comes after the video was switched, or the stream has ended", () => {
  painter.open("a");
  videoFrame(0);
  const events = decoders.events!;
  painter.showThumbnail();
  const picture = new FakePicture("late");
  events.picture(picture, 0);
  painter.open("b");
  videoFrame(1, "a");

  expect(drawn).toEqual(["clear a", "clear a", "clear b"]);
  expect(picture.closed).toBe(true);
  expect(decoders.units).toEqual([0, "closed"]);
});

it("never draws a JPEG that is decoded after a newer frame of video, nor the other way round", async () => {
  painter.open("a");
  frame("a", 1);
  videoFrame(0);
  await decoders.finish("frame 1");
  expect(drawn).toEqual(["clear a"]);

  const events = decoders.events!;
  frame("a", 2);
  events.picture(new FakePicture("late video"), 0);
  await decoders.finish("frame 2");
  expect(drawn).toEqual(["clear a", "a frame 2"]);
});
