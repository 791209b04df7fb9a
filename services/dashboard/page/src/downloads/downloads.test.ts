import { beforeEach, expect, it } from "vitest";
import { FakeTimers } from "../../test-support/fake-timers";
import { RequestFailed } from "../api/http";
import type { Download, DownloadRequest } from "../contract";
import { type DownloadApi, Downloads } from "./downloads";

const POLL_MS = 1000;
const REQUEST: DownloadRequest = { url: "https://nvr.example/gate.mp4?signature=secret" };
const FAILED = { code: "download_failed", detail: "The video could not be fetched: the answer was 404." } as Download["problem"];

function download(change: Partial<Download>): Download {
  return {
    id: "d1",
    state: "waiting",
    name: "gate.mp4",
    received_bytes: 0,
    size_bytes: null,
    video_id: null,
    problem: null,
    ...change,
  };
}

/** Answers as the test says. */
class FakeApi implements DownloadApi {
  readonly calls: string[] = [];
  readonly requests: DownloadRequest[] = [];
  started: Download | Error = download({});
  found: Download | Error = download({});
  cancelled: Error | null = null;

  async start(request: DownloadRequest, into: string | null): Promise<Download> {
    this.requests.push(request);
    return this.answer(`start into ${into}`, this.started);
  }

  async get(downloadId: string): Promise<Download> {
    return this.answer(`get ${downloadId}`, this.found);
  }

  async cancel(downloadId: string): Promise<void> {
    this.answer(`cancel ${downloadId}`, this.cancelled);
  }

  private answer<T>(call: string, answer: T | Error): T {
    this.calls.push(call);
    if (answer instanceof Error) throw answer;
    return answer;
  }
}

let api: FakeApi;
let timers: FakeTimers;
let downloads: Downloads;
let added: number;

beforeEach(() => {
  api = new FakeApi();
  timers = new FakeTimers();
  added = 0;
  downloads = new Downloads(api, timers, () => added++);
});

/** The answers of the API are there. */
async function settled(): Promise<void> {
  for (let step = 0; step < 5; step++) await Promise.resolve();
}

async function polled(found: Download | Error): Promise<void> {
  api.found = found;
  timers.advance(POLL_MS);
  await settled();
}

const shown = () => downloads.snapshot()[0]!;

it("follows a download until it is a video, and has the lists requested again", async () => {
  await downloads.start(REQUEST, "north");
  expect(shown()).toMatchObject({ name: "gate.mp4", status: "waiting", into: "north" });
  await polled(download({ state: "receiving", received_bytes: 5, size_bytes: 10 }));
  expect(shown()).toMatchObject({ status: "receiving", receivedBytes: 5, sizeBytes: 10 });
  await polled(download({ state: "checking", received_bytes: 10, size_bytes: 10 }));
  expect([shown().status, added]).toEqual(["checking", 0]);
  await polled(download({ state: "finished", received_bytes: 10, size_bytes: 10, video_id: "d1" }));
  expect(shown()).toMatchObject({ status: "finished", videoId: "d1" });
  expect([added, timers.running]).toEqual([1, 0]);
  expect(JSON.stringify(downloads.snapshot())).not.toContain("secret");
});

it("shows nothing of a request that is refused", async () => {
  api.started = new RequestFailed(403, "downloads_off", "No host is allowed.");
  await expect(downloads.start(REQUEST, null)).rejects.toThrow("No host is allowed.");
  expect([downloads.snapshot(), timers.running]).toEqual([[], 0]);
});

it("keeps why a download failed, and fetches the same again", async () => {
  await downloads.start(REQUEST, "north");
  await polled(download({ state: "failed", problem: FAILED }));
  expect(shown()).toMatchObject({ status: "failed", problem: FAILED });
  expect(timers.running).toBe(0);

  api.started = download({ id: "d2" });
  await downloads.retry(shown().id);
  expect(shown()).toMatchObject({ status: "waiting", problem: null });
  await polled(download({ id: "d2", state: "receiving" }));
  expect(api.calls).toEqual(["start into north", "get d1", "start into north", "get d2"]);
  expect(api.requests).toEqual([REQUEST, REQUEST]);
});

it("says why a retry was refused", async () => {
  await downloads.start(REQUEST, null);
  await polled(download({ state: "failed", problem: FAILED }));
  api.started = new RequestFailed(429, "too_many_downloads", "100 downloads are waiting.");
  await downloads.retry(shown().id);
  expect(shown()).toMatchObject({ status: "failed", problem: { code: "too_many_downloads" } });
});

it("outlives a server that does not answer, but not one that knows nothing of it", async () => {
  await downloads.start(REQUEST, null);
  for (let minute = 0; minute < 120; minute++) await polled(new RequestFailed(0, "unreachable", "Onwatch does not answer."));
  await polled(new RequestFailed(503, "unavailable", "Not now."));
  expect(shown().status).toBe("waiting");
  await polled(new RequestFailed(404, "download_not_found", "There is no download d1."));
  expect(shown()).toMatchObject({ status: "failed", problem: { code: "download_not_found" } });
  expect(timers.running).toBe(0);
});

it("cancels on the server, and follows no more", async () => {
  await downloads.start(REQUEST, null);
  const cancelling = downloads.cancel(shown().id);
  expect(shown().status).toBe("cancelling");
  await cancelling;
  expect(shown().status).toBe("cancelled");
  expect([api.calls.at(-1), timers.running]).toEqual(["cancel d1", 0]);
});

it("goes on with what could not be cancelled", async () => {
  await downloads.start(REQUEST, null);
  api.cancelled = new RequestFailed(0, "unreachable", "Onwatch does not answer.");
  await downloads.cancel(shown().id);
  expect(shown()).toMatchObject({ status: "waiting", problem: { detail: "Onwatch does not answer." } });
  await polled(download({ state: "receiving", received_bytes: 7 }));
  expect(shown()).toMatchObject({ status: "receiving", problem: { detail: "Onwatch does not answer." } });
  api.cancelled = null;
  await downloads.cancel(shown().id);
  expect(shown()).toMatchObject({ status: "cancelled", problem: null });
});

it("does not let a late answer undo a cancellation", async () => {
  await downloads.start(REQUEST, null);
  api.found = download({ state: "receiving" });
  timers.advance(POLL_MS); // asked, and not answered yet
  await downloads.cancel(shown().id);
  await settled();
  expect([shown().status, timers.running]).toEqual(["cancelled", 0]);
});

it("dismisses what is over only, and forgets everything for another person", async () => {
  await downloads.start(REQUEST, null);
  downloads.dismiss(shown().id);
  expect(downloads.snapshot()).toHaveLength(1);
  await polled(download({ state: "finished", video_id: "d1" }));
  downloads.dismiss(shown().id);
  expect(downloads.snapshot()).toEqual([]);

  await downloads.start(REQUEST, null);
  downloads.clear();
  expect([downloads.snapshot(), timers.running]).toEqual([[], 0]);
});
