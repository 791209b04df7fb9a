import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Join } from "../contract";
import { joinVideos } from "./join-videos";

type Answer = Partial<Join> | number | "lost";

let requests: string[];
let bodies: unknown[];
let answers: Answer[];
let events: string[];

/** Answers one after the other; the last one again and again. */
async function fakeFetch(url: string, init: RequestInit = {}): Promise<Response> {
  requests.push(`${init.method ?? "GET"} ${url}`);
  bodies.push(init.body && JSON.parse(init.body as string));
  if (init.method === "DELETE") return new Response(null, { status: 204 });
  const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
  if (answer === "lost") throw new TypeError("Failed to fetch");
  const refusal = JSON.stringify({ detail: `refused ${String(answer)}` });
  if (typeof answer === "number") return new Response(refusal, { status: answer });
  return new Response(JSON.stringify({ id: "j", problem: null, ...answer }), { status: 200 });
}

function start() {
  return joinVideos(["a", "b"], {
    progress: (status, progress) => events.push(`${status} ${progress}`),
    done: ({ id }) => events.push(`done ${id}`),
    failed: (reason) => events.push(`failed: ${reason}`),
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", fakeFetch);
  [requests, bodies, events] = [[], [], []];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("reports the progress until the end", async () => {
  answers = [
    { state: "waiting", progress: 0 },
    { state: "joining", progress: 0.4 },
    { state: "finished", progress: 1 },
  ];
  start();
  await vi.advanceTimersByTimeAsync(10_000);

  expect(requests).toEqual(["POST /api/joins", "GET /api/joins/j", "GET /api/joins/j"]);
  expect(bodies[0]).toEqual({ video_ids: ["a", "b"], delete_originals: true });
  expect(events).toEqual(["waiting 0", "joining 0.4", "done j"]);
});

it("outlives a server that does not answer for a while", async () => {
  answers = [{ state: "joining", progress: 0 }, "lost", 503, { state: "finished", progress: 1 }];
  start();
  await vi.advanceTimersByTimeAsync(10_000);

  expect(events).toEqual(["joining 0", "done j"]);
});

it("gives up after a minute", async () => {
  answers = [{ state: "joining", progress: 0 }, "lost"];
  start();
  await vi.advanceTimersByTimeAsync(59_000);
  expect(events).toEqual(["joining 0"]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(events[1]).toContain("failed: Onwatch does not answer");
});

it("fails with the server's reason", async () => {
  answers = [507];
  start();
  await vi.advanceTimersByTimeAsync(0);
  answers = [{ state: "joining", progress: 0 }, 404];
  start();
  await vi.advanceTimersByTimeAsync(10_000);
  answers = [{ state: "failed", progress: 0, problem: { detail: "The disk is full." } as Join["problem"] }];
  start();
  await vi.advanceTimersByTimeAsync(0);

  expect(events).toEqual(["failed: refused 507", "joining 0", "failed: refused 404", "failed: The disk is full."]);
});

it("cancels on the server, also a join whose start is not answered yet", async () => {
  answers = [{ state: "joining", progress: 0 }];
  const begun = start();
  await vi.advanceTimersByTimeAsync(700);
  begun.cancel();
  start().cancel();
  await vi.advanceTimersByTimeAsync(10_000);

  expect(requests.filter((request) => request.startsWith("DELETE"))).toHaveLength(2);
  expect(events.filter((event) => !event.startsWith("joining"))).toEqual([]);
});
