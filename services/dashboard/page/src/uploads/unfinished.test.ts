import { beforeEach, expect, it } from "vitest";
import { type Memory, UnfinishedUploads } from "./unfinished";

const FILE = { name: "road.mp4", size: 100, lastModified: 5 };
const MINUTE_MS = 60_000;

let stored: string | null;
let nowMs: number;
let owner: string | null;
const memory: Memory = { read: () => stored, write: (text) => (stored = text) };

function page(): UnfinishedUploads {
  return new UnfinishedUploads(
    memory,
    () => owner,
    () => nowMs,
  );
}

function offered(uploads: UnfinishedUploads): (string | null)[] {
  return uploads.snapshot().map(({ uploadId }) => uploadId);
}

beforeEach(() => {
  stored = null;
  nowMs = 1_000_000;
  owner = "alice";
});

it("offers an upload when the page that sent it was left", () => {
  const before = page();
  before.begun(FILE, "u1", "north");
  expect(offered(before)).toEqual([]);
  before.leave();
  const after = page();
  expect(offered(after)).toEqual(["u1"]);
  expect(after.take(FILE, "north")).toBe("u1");
  expect(offered(after)).toEqual([]);
});

it("offers nothing that another page is sending, and what a page that crashed was sending", () => {
  const sending = page();
  sending.begun(FILE, "u1", null);
  const other = page();
  nowMs += MINUTE_MS - 1;
  sending.sent("u1");
  nowMs += MINUTE_MS - 1;
  expect(offered(other)).toEqual([]);
  expect(other.take(FILE, null)).toBeNull();
  nowMs += 1;
  expect(offered(other)).toEqual(["u1"]);
  expect(offered(sending)).toEqual([]);
});

it("goes on with the same file alone, into the same folder", () => {
  const before = page();
  before.begun(FILE, "u1", "north");
  before.leave();
  for (const file of [
    { ...FILE, name: "other.mp4" },
    { ...FILE, size: 101 },
    { ...FILE, lastModified: 6 },
  ]) {
    expect(page().take(file, "north")).toBeNull();
  }
  expect(page().take(FILE, null)).toBeNull();
  expect(page().take(FILE, "north")).toBe("u1");
});

it("tells nobody else", () => {
  const before = page();
  before.begun(FILE, "u1", null);
  before.leave();
  owner = "bob";
  expect(offered(page())).toEqual([]);
  owner = "alice";
  expect(offered(page())).toEqual(["u1"]);
});

it("forgets what is over, and tells its watchers", () => {
  const before = page();
  before.begun(FILE, "u1", null);
  before.begun({ ...FILE, name: "second.mp4" }, "u2", null);
  before.leave();
  const after = page();
  let changes = 0;
  after.watch(() => changes++);
  after.over("u1");
  after.over("u1");
  expect(changes).toBe(1);
  expect(offered(page())).toEqual(["u2"]);
});

it("remembers the files that wait until they are sent or given up", () => {
  const second = { ...FILE, name: "second.mp4" };
  const third = { ...FILE, name: "third.mp4" };
  const before = page();
  before.queued([FILE, second, third].map((file) => ({ file, into: "north" })));
  before.begun(FILE, "u1", "north");
  before.queued([FILE, second].map((file) => ({ file, into: "north" })));
  expect(offered(before)).toEqual([]);
  expect(offered(page())).toEqual([]);
  before.leave();

  const after = page();
  expect(after.snapshot().map(({ name, uploadId, into }) => [name, uploadId, into])).toEqual([
    ["second.mp4", null, "north"],
    ["road.mp4", "u1", "north"],
  ]);
  expect(after.take(second, "north")).toBeNull();
  after.queued([{ file: second, into: "north" }]);
  expect(offered(after)).toEqual(["u1"]);
  after.queued([]);
  expect(offered(page())).toEqual(["u1"]);
});

it("keeps what waits as long as the page sends another file", () => {
  const sending = page();
  sending.begun(FILE, "u1", null);
  sending.queued([{ file: { ...FILE, name: "second.mp4" }, into: null }]);
  nowMs += MINUTE_MS - 1;
  sending.sent("u1");
  nowMs += MINUTE_MS - 1;
  expect(offered(page())).toEqual([]);
  nowMs += 1;
  expect(offered(page())).toEqual(["u1", null]);
});

it("forgets files that waited, all at once", () => {
  const before = page();
  before.queued(["a", "b", "c"].map((name) => ({ file: { ...FILE, name }, into: null })));
  before.leave();
  const after = page();
  let changes = 0;
  after.watch(() => changes++);
  after.over(...after.snapshot().slice(0, 2));
  expect(changes).toBe(1);
  expect(
    page()
      .snapshot()
      .map(({ name }) => name),
  ).toEqual(["c"]);
});

it.each(["no JSON", "{}", "[null, 1, {}]", '[{"uploadId": "u1", "name": "a"}]'])("ignores what it cannot read: %s", (text) => {
  stored = text;
  expect(offered(page())).toEqual([]);
});

it("keeps its list as long as nothing has changed", () => {
  const uploads = page();
  uploads.begun(FILE, "u1", null);
  uploads.leave();
  expect(uploads.snapshot()).toBe(uploads.snapshot());
});
