import { expect, it } from "vitest";
import { historyOf, record, redo, replaceNow, undo } from "./history";

it("goes back and forth over what was done", () => {
  const done = record(record(historyOf("a"), "b"), "c");

  expect(undo(done).now).toBe("b");
  expect(undo(undo(done)).now).toBe("a");
  expect(undo(undo(undo(done))).now).toBe("a");
  expect(redo(undo(done))).toEqual(done);
  expect(redo(done)).toBe(done);
});

it("forgets what was undone once something else is done", () => {
  expect(redo(record(undo(record(historyOf("a"), "b")), "x")).now).toBe("x");
});

it("takes a drag as one step", () => {
  const dragged = ["b1", "b2", "b3"].reduce(replaceNow, record(historyOf("a"), "b"));

  expect(dragged.now).toBe("b3");
  expect(undo(dragged).now).toBe("a");
});
