import { expect, it } from "vitest";
import { paths, routeOf } from "./router";

it("recognises its pages", () => {
  expect(routeOf("/")).toEqual({ page: "list" });
  expect(routeOf(paths.video("a_b-1"))).toEqual({ page: "video", id: "a_b-1" });
});

it("recognises the wall, the status and the description of the API", () => {
  expect(routeOf(paths.status)).toEqual({ page: "status" });
  expect(routeOf(paths.wall)).toEqual({ page: "wall" });
  expect(routeOf(paths.api)).toEqual({ page: "api" });
});

it("recognises the parts of the administration", () => {
  expect(routeOf(paths.accounts())).toEqual({ page: "accounts", section: "accounts" });
  expect(routeOf("/accounts/audit")).toEqual({ page: "accounts", section: "audit" });
  expect(routeOf("/accounts/accounts")).toEqual({ page: "unknown" });
});

it.each(["/nothing", "/videos/a/b", "/videos/a%2Fb", `/videos/${"x".repeat(65)}`])("does not recognise %s", (path) => {
  expect(routeOf(path)).toEqual({ page: "unknown" });
});
