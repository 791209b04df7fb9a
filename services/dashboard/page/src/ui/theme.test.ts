import { expect, it } from "vitest";
import { mediaOf } from "./theme";

it("colours the browser as the system asks until a theme is chosen", () => {
  expect(mediaOf("dark", "system")).toBe("(prefers-color-scheme: dark)");
  expect(mediaOf("dark", "dark")).toBe("all");
  expect(mediaOf("light", "dark")).toBe("not all");
});
