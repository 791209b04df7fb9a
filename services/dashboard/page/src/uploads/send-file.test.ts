import { beforeEach, expect, it } from "vitest";
import { FakeTimers } from "../../test-support/fake-timers";
import { RequestFailed } from "../api/http";
import { LONGEST_DELAY_MS } from "../channel/backoff";
import type { Upload } from "../contract";
import type { Sending } from "./queue";
import { resumableSender } from "./send-file";
import { UnfinishedUploads } from "./unfinished";
import type { UploadApi } from "./upload-api";

const FILE = { name: "road.mp4", size: 100, lastModified: 5 };
const LOST = new RequestFailed(0, "unreachable", "The connection was lost during the upload.");

/** A server that has got so far. The next parts end as the test says. */
class FakeApi implements UploadApi<typeof FILE> {
  readonly calls: string[] = [];
  received = 0;
  state: Upload["state"] = "receiving";
  problem: Upload["problem"] = null;
  failures: { create: Error[]; get: Error[] } = { create: [], get: [] };
  /** How far the next parts get, and why not further. */
  parts: [receivedBytes: number, error: Error][] = [];
  created = 0;

  async create(_: typeof FILE, into: string | null): Promise<string> {
    this.calls.push(`create into ${into}`);
    const failure = this.failures.create.shift();
    if (failure) throw failure;
    this.received = 0;
    return `u${++this.created}`;
  }

  async get(id: string): Promise<Upload> {
    const failure = this.failures.get.shift();
    if (failure) throw failure;
    return { id, received_bytes: this.received, state: this.state, problem: this.problem };
  }

  async append(id: string, file: typeof FILE, offset: number, onSent: (sentBytes: number) => void): Promise<void> {
    this.calls.push(`append to ${id} from ${offset}`);
    const [received, error] = this.parts.shift() ?? [file.size, null];
    this.received = received;
    onSent(received);
    if (error) throw error;
    this.state = "checking";
  }

  cancel(id: string): void {
    this.calls.push(`cancel ${id}`);
  }
}

let api: FakeApi;
let timers: FakeTimers;
let told: string[];
let stored: string | null;
let unfinished: UnfinishedUploads;

function openPage(): UnfinishedUploads {
  const memory = { read: () => stored, write: (text: string) => (stored = text) };
  return new UnfinishedUploads(
    memory,
    () => "alice",
    () => 1_000_000 + timers.now(),
  );
}

beforeEach(() => {
  stored = null;
  api = new FakeApi();
  timers = new FakeTimers();
  told = [];
  unfinished = openPage();
});

function send(): Sending {
  const events = {
    progress: (sentBytes: number) => told.push(`${sentBytes}`),
    interrupted: () => told.push("interrupted"),
    done: (videoId: string) => told.push(`done ${videoId}`),
    failed: ({ reason, mayPass }: { reason: string; mayPass: boolean }) => told.push(`failed ${mayPass}: ${reason}`),
  };
  return resumableSender(api, timers, unfinished)(FILE, events, "north");
}

/** The answers of the API are there. */
async function settled(): Promise<void> {
  for (let step = 0; step < 30; step++) await Promise.resolve();
}

async function later(): Promise<void> {
  await settled();
  timers.advance(LONGEST_DELAY_MS);
  await settled();
}

it("sends a file, and waits until it is checked", async () => {
  send();
  await settled();
  expect(api.calls).toEqual(["create into north", "append to u1 from 0"]);
  expect(told).toEqual(["0", "100", "100"]);

  api.state = "finished";
  await later();
  expect(told.at(-1)).toBe("done u1");
  expect(timers.running).toBe(0);
});

it("goes on where the server has got to when the connection was lost", async () => {
  api.parts = [[40, LOST]];
  send();
  await settled();
  expect(told).toEqual(["0", "40", "interrupted"]);

  api.received = 35; // what was on its way is lost
  await later();
  expect(api.calls).toEqual(["create into north", "append to u1 from 0", "append to u1 from 35"]);
  expect(told.slice(3)).toEqual(["35", "100", "100"]);
});

it("tries for as long as nobody answers, also before the first byte and after the last one", async () => {
  api.failures.create = Array.from({ length: 50 }, () => LOST);
  send();
  for (let tries = 0; tries < 50; tries++) await later();
  expect(api.calls.filter((call) => call.startsWith("append"))).toHaveLength(1);

  api.failures.get = [new RequestFailed(502, "unknown", "Bad gateway"), LOST];
  for (let tries = 0; tries < 3; tries++) await later();
  api.state = "finished";
  await later();
  expect(told.at(-1)).toBe("done u1");
  expect(api.calls.filter((call) => call.startsWith("append"))).toHaveLength(1);
});

it("asks how far it is when another request got further", async () => {
  api.parts = [[60, new RequestFailed(409, "upload_offset_mismatch", "60 bytes have arrived")]];
  send();
  await later();
  expect(api.calls.at(-1)).toBe("append to u1 from 60");
});

it("begins again when the upload has expired meanwhile", async () => {
  api.parts = [[40, LOST]];
  send();
  await settled();
  api.failures.get = [new RequestFailed(404, "upload_not_found", "It expired.")];
  await later();
  await later();
  expect(api.calls.slice(2)).toEqual(["create into north", "append to u2 from 0"]);
});

it("says why a file is refused", async () => {
  send();
  await settled();
  api.state = "refused";
  api.problem = { detail: "No video." } as Upload["problem"];
  await later();
  expect(told.at(-1)).toBe("failed false: No video.");
  expect(timers.running).toBe(0);
});

it.each([
  [507, true],
  [500, true],
  [413, false],
  [403, false],
])("fails at once with status %i, which may pass: %s", async (status, mayPass) => {
  api.failures.create = [new RequestFailed(status, "code", "Why.")];
  send();
  await settled();
  expect(told).toEqual([`failed ${mayPass}: Why.`]);
  expect(timers.running).toBe(0);
});

it("fails when the file cannot be read any more, and leaves nothing of it", async () => {
  api.parts = [[0, new Error("It was moved.")]];
  send();
  await settled();
  expect(told.at(-1)).toBe("failed false: It was moved.");
  expect(api.calls.at(-1)).toBe("cancel u1");
});

it("deletes what has arrived when it is cancelled, and tells nothing more", async () => {
  api.parts = [[40, LOST]];
  const sending = send();
  await settled();
  sending.cancel();
  await later();
  expect(api.calls.at(-1)).toBe("cancel u1");
  expect(told.at(-1)).toBe("interrupted");
});

it("deletes an upload that is created after it was cancelled", async () => {
  const sending = send();
  sending.cancel();
  await settled();
  expect(api.calls).toEqual(["create into north", "cancel u1"]);
  expect(told).toEqual([]);
});

it("goes on with the upload that a reload has ended, and forgets it when it is over", async () => {
  api.parts = [[40, LOST]];
  send();
  await settled();
  unfinished.leave();
  unfinished = openPage();
  expect(unfinished.snapshot()).toMatchObject([{ uploadId: "u1", into: "north" }]);
  api.calls.length = 0;
  send();
  await settled();
  expect(api.calls).toEqual(["append to u1 from 40"]);
  api.state = "finished";
  await later();
  expect(told).toContain("done u1");
  expect(stored).toBe("[]");
});

it("begins again where the upload that a reload has ended has expired", async () => {
  unfinished.begun(FILE, "gone", "north");
  unfinished.leave();
  unfinished = openPage();
  api.failures.get = [new RequestFailed(404, "upload_not_found", "There is no such upload.")];
  send();
  await settled();
  await later();
  expect(api.calls).toEqual(["create into north", "append to u1 from 0"]);
  unfinished.leave();
  expect(unfinished.snapshot().map(({ uploadId }) => uploadId)).toEqual(["u1"]);
});

it("forgets an upload that is cancelled", async () => {
  api.parts = [[40, LOST]];
  const sending = send();
  await settled();
  sending.cancel();
  unfinished.leave();
  expect(unfinished.snapshot()).toEqual([]);
});
