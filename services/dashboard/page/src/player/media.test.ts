import { expect, it } from "vitest";
import { PictureMedia } from "./media";

interface Shown {
  timeS: number;
  done: () => void;
  fail: () => void;
}

function pictures(durationS = 100) {
  const clock = { ms: 0 };
  const requests: Shown[] = [];
  const shown: number[] = [];
  const show = (timeS: number): Promise<void> =>
    new Promise((done, failed) => requests.push({ timeS, done, fail: () => failed(new Error("none")) }));
  const media = new PictureMedia(show, durationS, () => clock.ms, {
    onShown: (timeS) => shown.push(timeS),
    onChanged: () => undefined,
  });
  return { media, clock, requests, shown };
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

it("loads one picture at a time, and of those wanted meanwhile the newest", async () => {
  const { media, requests, shown } = pictures();
  media.seek(1);
  media.seek(2);
  media.seek(3);
  expect(requests.map(({ timeS }) => timeS)).toEqual([1]);
  requests[0]!.done();
  await settled();
  requests[1]!.done();
  await settled();
  expect(shown).toEqual([1, 3]);
  expect(media.timeS).toBe(3);
});

it("plays in time, however long a picture takes", async () => {
  const { media, clock, requests } = pictures();
  media.setRate(4);
  media.play();
  clock.ms = 500;
  requests[0]!.done();
  await settled();
  clock.ms = 2000;
  requests[1]!.done();
  await settled();
  expect(requests.map(({ timeS }) => timeS)).toEqual([0, 2, 8]);
});

it("ends with the last picture, and begins again from there", async () => {
  const { media, clock, requests } = pictures(10);
  media.seek(9);
  requests[0]!.done();
  await settled();
  media.play();
  clock.ms = 60_000;
  requests[1]!.done();
  await settled();
  expect(requests[2]!.timeS).toBe(10);
  requests[2]!.done();
  await settled();
  expect(media.isPlaying).toBe(false);
  media.play();
  expect(requests.at(-1)!.timeS).toBe(0);
});

it("stops where there is no picture", async () => {
  const { media, requests } = pictures();
  media.play();
  requests[0]!.fail();
  await settled();
  expect(media.isPlaying).toBe(false);
  expect(requests).toHaveLength(1);
});

it("asks for nothing once it is closed", async () => {
  const { media, requests, shown } = pictures();
  media.play();
  media.close();
  requests[0]!.done();
  await settled();
  expect(requests).toHaveLength(1);
  expect(shown).toEqual([]);
});
