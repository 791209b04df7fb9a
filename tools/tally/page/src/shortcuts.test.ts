import { expect, it } from "vitest";
import { actionOf } from "./shortcuts";

const pressed = (key: string, others: Partial<Parameters<typeof actionOf>[0]> = {}) =>
  actionOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...others });

it("marks the type of a letter, whatever its case", () => {
  expect(["c", "t", "b", "m", "y", "v", "C"].map((key) => pressed(key))).toEqual(
    ["car", "truck", "bus", "motorcycle", "bicycle", "vehicle", "car"].map((type) => ({ do: "mark", type })),
  );
});

it("takes a key that is held for one press", () => {
  expect(pressed("c", { repeat: true })).toBeNull();
  expect(pressed("ArrowRight", { repeat: true })).toEqual({ do: "frames", by: 1 });
});

it.each([
  ["z", {}],
  ["Backspace", {}],
  ["z", { ctrlKey: true }],
  ["z", { metaKey: true }],
])("undoes with %s %o", (key, others) => {
  expect(pressed(key, others)).toEqual({ do: "undo" });
});

it("leaves the browser's own keys alone", () => {
  expect(pressed("c", { ctrlKey: true })).toBeNull();
  expect(pressed("t", { metaKey: true })).toBeNull();
  expect(pressed("f", { altKey: true })).toBeNull();
  expect(pressed("z", { ctrlKey: true, shiftKey: true })).toBeNull();
  expect(pressed("q")).toBeNull();
  expect(pressed("Tab")).toBeNull();
});

it("plays with the space bar, and goes by frames or further", () => {
  expect(pressed(" ")).toEqual({ do: "play" });
  expect(pressed("ArrowLeft")).toEqual({ do: "frames", by: -1 });
  expect(pressed("ArrowLeft", { shiftKey: true })).toEqual({ do: "seconds", by: -2 });
});
