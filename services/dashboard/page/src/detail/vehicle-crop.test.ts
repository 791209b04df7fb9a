import { expect, it } from "vitest";
import { withMargin } from "./vehicle-crop";

it("leaves a margin around a vehicle, within the picture", () => {
  expect(withMargin({ left: 0.2, top: 0.3, right: 0.4, bottom: 0.4 })).toEqual({
    left: 0.176,
    top: 0.288,
    right: 0.424,
    bottom: 0.412,
  });
  expect(withMargin({ left: 0, top: 0.5, right: 1, bottom: 1 })).toMatchObject({ left: 0, right: 1, bottom: 1 });
});
