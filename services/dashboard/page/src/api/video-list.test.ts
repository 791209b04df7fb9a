import { expect, it } from "vitest";
import type { Video } from "../contract";
import { FIRST_VIEW } from "../videos/list-view";
import { around, requestOf, WINDOW_SIZE } from "./video-list";

const videos = ["a", "b", "c", "d"].map((id) => ({ id }) as Video);
const [a, b, c, d] = videos;

it("knows what is around the next video before it is asked for", () => {
  expect(around("b", videos)).toEqual({ before: [a], after: [c, d] });
  expect(around("a", videos)).toEqual({ before: [], after: [b, c, d] });
});

it("requests windows near the end of a long list from there", () => {
  const count = 100 * WINDOW_SIZE + 10;
  const request = (number: number, known?: number) => {
    const { url, isBackwards } = requestOf({ ...FIRST_VIEW, query: "elm" }, number, known);
    const { sort, limit, offset } = Object.fromEntries(new URL(url, "http://page").searchParams);
    return [sort, Number(offset), Number(limit), isBackwards];
  };
  expect(request(100, count)).toEqual(["created_at", 0, 10, true]);
  expect(request(99, count)).toEqual(["created_at", 10, WINDOW_SIZE, true]);
  expect(request(51, count)).toEqual(["created_at", 48 * WINDOW_SIZE + 10, WINDOW_SIZE, true]);
  expect(request(50, count)).toEqual(["created_at", 49 * WINDOW_SIZE + 10, WINDOW_SIZE, true]);
  expect(request(49, count)).toEqual([undefined, 49 * WINDOW_SIZE, WINDOW_SIZE, false]);
  expect(request(100)).toEqual([undefined, 100 * WINDOW_SIZE, WINDOW_SIZE, false]);
  expect(request(101, count)).toEqual([undefined, 101 * WINDOW_SIZE, WINDOW_SIZE, false]);
  expect(request(1, WINDOW_SIZE + 1)).toEqual([undefined, WINDOW_SIZE, WINDOW_SIZE, false]);
});

it("knows nothing of a video from elsewhere in the list", () => {
  expect(around("z", videos)).toBeUndefined();
});
