import { expect, it } from "vitest";
import { paths, routeOf } from "./router";

it("recognises its pages", () => {
  expect(routeOf("/")).toEqual({ page: "list" });
  expect(routeOf(paths.video("a_b-1"))).toEqual({ page: "video", id: "a_b-1" });
});

it.each(["/nothing", "/videos/a/b", "/videos/a%2Fb", `/videos/${"x".repeat(65)}`])("does not recognise %s", (path) => {
  expect(routeOf(path)).toEqual({ page: "unknown" });
});
