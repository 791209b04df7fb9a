import { beforeEach, expect, it } from "vitest";
import type { Join } from "../contract";
import { type UploadGroup, UploadGroups, type JoiningEvents } from "./groups";
import { type SendingEvents, UploadQueue } from "./queue";

interface FakeFile {
  name: string;
  size: number;
}

const FILES: FakeFile[] = ["a", "b", "c"].map((name) => ({ name, size: 100 }));
const JOIN = { id: "j", notes: ["Ordered by the times in the names."] } as unknown as Join;
const LOST = { reason: "The connection was lost during the upload.", mayPass: true };
const REFUSED = { reason: "b is not a video", mayPass: false };

let sendings: SendingEvents[];
let joinings: { videoIds: readonly string[]; events: JoiningEvents; cancelled: boolean }[];
let joined: number;
let queue: UploadQueue<FakeFile>;
let groups: UploadGroups<FakeFile>;
const group = (): UploadGroup => groups.snapshot()[0]!;

beforeEach(() => {
  sendings = [];
  joinings = [];
  joined = 0;
  queue = new UploadQueue<FakeFile>(
    (_, events) => {
      sendings.push(events);
      return { cancel: () => undefined };
    },
    () => undefined,
    () => 0,
  );
  const joinVideos = (videoIds: readonly string[], events: JoiningEvents) => {
    const joining = { videoIds, events, cancelled: false };
    joinings.push(joining);
    return { cancel: () => (joining.cancelled = true) };
  };
  groups = new UploadGroups(queue, joinVideos, () => joined++);
});

function uploadAll(): void {
  sendings[0]!.done("1");
  sendings[1]!.done("2");
  sendings[2]!.done("3");
}

it("joins when the last file is uploaded, in the order of the files", () => {
  groups.add(FILES, "day", true);
  sendings[0]!.done("1");
  sendings[1]!.done("2");
  expect(joinings).toHaveLength(0);

  sendings[2]!.done("3");
  expect(joinings.map(({ videoIds }) => videoIds)).toEqual([["1", "2", "3"]]);
  joinings[0]!.events.progress("joining", 0.5);
  expect(group().join).toMatchObject({ status: "joining", progress: 0.5 });

  joinings[0]!.events.done(JOIN);
  expect(group().join).toMatchObject({ status: "done", progress: 1, result: JOIN });
  expect(joined).toBe(1);
});

it("joins nothing unless it was asked to", () => {
  groups.add(FILES, "day", false);
  uploadAll();

  expect(joinings).toHaveLength(0);
  groups.setJoined(group().id, true);
  expect(joinings).toHaveLength(1);
});

it("joins without a file that is refused", () => {
  groups.add(FILES, "day", true);
  sendings[0]!.done("1");
  sendings[1]!.failed(REFUSED);
  sendings[2]!.done("3");

  expect(joinings.map(({ videoIds }) => videoIds)).toEqual([["1", "3"]]);
});

it("waits for somebody to decide about a file that may be sent again", () => {
  groups.add(FILES, "day", true);
  sendings[0]!.done("1");
  sendings[1]!.failed(LOST);
  sendings[2]!.done("3");
  expect(joinings).toHaveLength(0);
  expect(group().join?.status).toBe("held");

  queue.retry(2);
  expect(group().join).toBeNull();
  sendings[3]!.done("2");
  expect(joinings.map(({ videoIds }) => videoIds)).toEqual([["1", "2", "3"]]);
});

it("joins the others on request", () => {
  groups.add(FILES, "day", true);
  sendings[0]!.done("1");
  sendings[1]!.failed(LOST);
  sendings[2]!.done("3");

  groups.joinNow(group().id);
  expect(joinings.map(({ videoIds }) => videoIds)).toEqual([["1", "3"]]);
});

it("cancels all uploads, and then joins nothing", () => {
  groups.add(FILES, "day", true);
  sendings[0]!.done("1");
  sendings[1]!.done("2");
  groups.cancel(group().id);

  expect(queue.snapshot().map(({ status }) => status)).toEqual(["done", "done", "cancelled"]);
  expect(group()).toMatchObject({ isJoined: false, join: null });
  expect(joinings).toHaveLength(0);
});

it("cancels a join, which can be started again", () => {
  groups.add(FILES, "day", true);
  uploadAll();
  groups.cancel(group().id);
  expect(joinings[0]!.cancelled).toBe(true);
  expect(group().join?.status).toBe("cancelled");

  groups.joinNow(group().id);
  joinings[1]!.events.failed("The disk is full.");
  expect(group().join).toMatchObject({ status: "failed", reason: "The disk is full." });
});

it("needs two recordings to join", () => {
  groups.add(FILES.slice(0, 2), "day", true);
  sendings[0]!.done("1");
  sendings[1]!.failed(REFUSED);

  expect(joinings).toHaveLength(0);
  expect(group().join).toMatchObject({ status: "failed", reason: expect.stringContaining("fewer than two") as string });
});

it("is dismissed with its uploads, once all is over", () => {
  groups.add(FILES, "day", true);
  groups.dismiss(group().id);
  expect(groups.snapshot()).toHaveLength(1);
  uploadAll();
  groups.dismiss(group().id);
  expect(groups.snapshot()).toHaveLength(1);

  joinings[0]!.events.done(JOIN);
  groups.dismiss(group().id);
  expect(groups.snapshot()).toHaveLength(0);
  expect(queue.snapshot()).toHaveLength(0);
});

it("is cleared of everything, and nothing is sent any more", () => {
  groups.add(FILES, "recordings", true);
  groups.add(FILES, null, false);
  groups.clear();

  expect(groups.snapshot()).toEqual([]);
  expect(queue.snapshot()).toEqual([]);
  expect(sendings).toHaveLength(1);
  expect(queue.busy).toBe(false);
});
