import { expect, it } from "vitest";
import type { DetectionsPart } from "../contract";
import { PART_S, PlaybackLog } from "./playback-log";

function part(fromS: number, hasLog = true): DetectionsPart {
  return {
    run_id: "run",
    from_s: fromS,
    to_s: fromS + PART_S,
    has_log: hasLog,
    resolution: 100,
    types: ["car"],
    pictures: hasLog ? [{ at_s: fromS + 1, boxes: [] }] : [],
  };
}

function logged(durationS: number, hasLog = true) {
  const asked: number[] = [];
  const log = new PlaybackLog(
    (fromS) => {
      asked.push(fromS);
      return Promise.resolve(part(fromS, hasLog));
    },
    durationS,
    () => undefined,
  );
  return { log, asked };
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

it("asks for the part that is shown and the next one, once", async () => {
  const { log, asked } = logged(3600);
  log.around(25, 1);
  log.around(26, 1);
  await settled();
  log.around(27, 1);
  expect(asked).toEqual([20, 40]);
  expect(log.around(30, 1).map(({ atS }) => atS)).toEqual([21, 41]);
});

it("asks further ahead at a high speed, and never beyond the end", () => {
  const fast = logged(3600);
  fast.log.around(0, 16);
  expect(fast.asked).toEqual([0, 20, 40]);
  const short = logged(15);
  short.log.around(0, 16);
  expect(short.asked).toEqual([0]);
});

it("keeps a few parts of a long video", async () => {
  const { log, asked } = logged(36_000);
  for (let timeS = 0; timeS < 600; timeS += PART_S) {
    log.around(timeS, 1);
    await settled();
  }
  const before = asked.length;
  log.around(580, 1);
  expect(asked.length).toBe(before);
  log.around(0, 1);
  expect(asked.slice(before)).toEqual([0, 20]);
});

it("asks no more of a run without a log", async () => {
  const { log, asked } = logged(3600, false);
  log.around(0, 1);
  await settled();
  log.around(100, 1);
  expect(log.hasLog).toBe(false);
  expect(asked).toEqual([0, 20]);
});

it("asks again for what could not be loaded, and for nothing once it is closed", async () => {
  let calls = 0;
  const log = new PlaybackLog(
    () => {
      calls++;
      return Promise.reject(new Error("no connection"));
    },
    10,
    () => undefined,
  );
  log.around(0, 1);
  await settled();
  log.around(0, 1);
  await settled();
  expect(calls).toBe(2);
  log.close();
  log.around(0, 1);
  expect(calls).toBe(2);
});
