import { expect, it } from "vitest";
import type { Video } from "../contract";
import { FIRST_VIEW, type ListView, needsAll, totalText, videosOf } from "./list-view";

function video(name: string, change: Partial<Video> = {}): Video {
  return { name, status: "ready", analysis: null, duration_s: 10, created_at: "2026-01-01", ...change } as Video;
}

const videos = [
  video("Elm Street 10", { status: "finished", created_at: "2026-01-04" }),
  video("Elm Street 2", { duration_s: 90, created_at: "2026-01-03" }),
  video("Harbour north", { status: "paused", analysis: { requested_at: "2026-01-02" }, created_at: "2026-01-02" }),
  video("elm court", { status: "streaming", analysis: { requested_at: "2026-01-02" }, created_at: "2026-01-01" }),
];

const names = (view: Partial<ListView>) => videosOf(videos, { ...FIRST_VIEW, ...view }).map(({ name }) => name);

it("finds every word anywhere in the name", () => {
  expect(names({ query: "  street ELM" })).toEqual(["Elm Street 10", "Elm Street 2"]);
  expect(names({ query: "2" })).toEqual(["Elm Street 2"]);
  expect(names({ query: "west" })).toEqual([]);
});

it("filters by what the badge says", () => {
  expect(names({ status: "queued" })).toEqual(["Harbour north"]);
  expect(names({ status: "paused" })).toEqual([]);
  expect(names({ status: "streaming" })).toEqual(["elm court"]);
});

it("sorts names as people do, and leaves the loaded list as it is", () => {
  expect(names({ order: "name" })).toEqual(["elm court", "Elm Street 2", "Elm Street 10", "Harbour north"]);
  expect(names({ order: "longest" })[0]).toBe("Elm Street 2");
  expect(names({ order: "oldest" })[0]).toBe("elm court");
  expect(names({})[0]).toBe("Elm Street 10");
});

it("needs the whole list for everything but the newest", () => {
  expect(needsAll(FIRST_VIEW)).toBe(false);
  expect(needsAll({ ...FIRST_VIEW, query: " " })).toBe(false);
  expect(needsAll({ ...FIRST_VIEW, query: "a" })).toBe(true);
  expect(needsAll({ ...FIRST_VIEW, order: "name" })).toBe(true);
  expect(needsAll({ ...FIRST_VIEW, status: "failed" })).toBe(true);
});

it("says how many there are, and that there may be more", () => {
  expect(totalText(1, 1, false)).toBe("1 video");
  expect(totalText(24, 24, true)).toBe("24 videos and more");
  expect(totalText(3, 120, false)).toBe("3 of 120 videos");
});
