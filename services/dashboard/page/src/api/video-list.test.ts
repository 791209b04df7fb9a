import { expect, it } from "vitest";
import type { Video } from "../contract";
import { around } from "./video-list";

const videos = ["a", "b", "c", "d"].map((id) => ({ id }) as Video);
const [a, b, c, d] = videos;

it("knows what is around the next video before it is asked for", () => {
  expect(around("b", videos)).toEqual({ before: [a], after: [c, d] });
  expect(around("a", videos)).toEqual({ before: [], after: [b, c, d] });
});

it("knows nothing of a video from elsewhere in the list", () => {
  expect(around("z", videos)).toBeUndefined();
});
