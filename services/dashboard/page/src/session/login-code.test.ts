import { expect, it } from "vitest";
import { codeIn, takeCode } from "./login-code";

it.each([
  ["/login", "#abc_-1", "abc_-1"],
  ["/login", "#a%20b", "a b"],
  ["/login", "#a%", "a%"],
  ["/login", "#", null],
  ["/login", "", null],
  ["/videos/a", "#abc", null],
])("%s%s has the code %s", (pathname, hash, code) => {
  expect(codeIn({ pathname, hash })).toBe(code);
});

it("takes the code out of the address, so that it is there once", () => {
  const address = { pathname: "/login", hash: "#secret" };
  const replace = (path: string): void => void Object.assign(address, { pathname: path, hash: "" });

  expect(takeCode(address, replace)).toBe("secret");
  expect(address).toEqual({ pathname: "/login", hash: "" });
  expect(takeCode(address, replace)).toBeNull();
});

it("leaves an address without a code alone", () => {
  const replaced: string[] = [];
  expect(takeCode({ pathname: "/videos/a", hash: "#top" }, (path) => replaced.push(path))).toBeNull();
  expect(replaced).toEqual([]);
});
