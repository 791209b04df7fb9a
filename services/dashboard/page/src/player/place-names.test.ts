import { expect, it } from "vitest";
import type { Point } from "../contract";
import { type Named, placeNames, shortened } from "./place-names";

const PHONE = { width: 328, height: 184 };
const HEIGHT = 20;

function named(width: number, points: readonly Point[], isImportant = false): Named {
  return { width, points, isImportant };
}

/** All pairs of names that lie on each other, by their numbers. */
function overlaps(names: readonly Named[]): [number, number][] {
  const placed = placeNames(names, HEIGHT, PHONE).flatMap((corner, no) =>
    corner ? [{ ...corner, no, width: names[no]!.width }] : [],
  );
  return placed.flatMap((a) =>
    placed
      .filter((b) => b.no > a.no && a.x < b.x + b.width && b.x < a.x + a.width && Math.abs(a.y - b.y) < HEIGHT)
      .map((b): [number, number] => [a.no, b.no]),
  );
}

it("puts a name at the topmost point of its shape", () => {
  expect(
    placeNames(
      [
        named(60, [
          [50, 90],
          [100, 40],
          [150, 90],
        ]),
      ],
      HEIGHT,
      PHONE,
    ),
  ).toEqual([{ x: 106, y: 46 }]);
});

it("takes another point of the shape where a name is in the way", () => {
  const names = [
    named(60, [[100, 40]]),
    named(60, [
      [110, 42],
      [200, 60],
    ]),
  ];
  expect(placeNames(names, HEIGHT, PHONE)[1]).toEqual({ x: 206, y: 66 });
});

it("goes as near as it can above or below the name that is in the way", () => {
  const names = [named(60, [[100, 40]]), named(60, [[110, 42]])];
  expect(placeNames(names, HEIGHT, PHONE)[1]).toEqual({ x: 116, y: 68 });
});

it("keeps names apart and inside of a small picture", () => {
  const names = Array.from({ length: 6 }, (_, no) =>
    named(90 + 15 * no, [
      [300 - no, 2 + no],
      [320, 180 - no],
    ]),
  );
  const placed = placeNames(names, HEIGHT, PHONE);

  expect(placed).not.toContain(null);
  expect(overlaps(names)).toEqual([]);
  placed.forEach((corner, no) => {
    expect(corner!.x).toBeGreaterThanOrEqual(4);
    expect(corner!.x + names[no]!.width).toBeLessThanOrEqual(PHONE.width - 4);
    expect(corner!.y + HEIGHT).toBeLessThanOrEqual(PHONE.height - 4);
  });
});

it("leaves a name out where there is no room, but for the one that is pointed at", () => {
  const low = { width: 328, height: 28 };
  const [first, last] = [named(300, [[10, 5]]), named(300, [[10, 5]], true)];
  expect(placeNames([first, first, last], HEIGHT, low)).toEqual([{ x: 16, y: 4 }, null, { x: 16, y: 4 }]);
});

it("shortens a name that is wider than the picture", () => {
  const tenPixelsEach = (text: string): number => text.length * 10;
  expect(shortened("North", 50, tenPixelsEach)).toBe("North");
  expect(shortened("Northbound", 50, tenPixelsEach)).toBe("Nort…");
  expect(shortened("North", 5, tenPixelsEach)).toBe("N…");
});
