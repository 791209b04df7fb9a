import { expect, test } from "vitest";
import { failureReport } from "./failure-report";

const address = { origin: "https://site.example", pathname: "/videos/a" };

test("a report of a failure is one line with the error, the path, where it was thrown and the browser", () => {
  const error = new TypeError("no items");
  error.stack = "TypeError: no items\n    at Alerts (page.js:1:2)\n    at render (https://site.example/page.js:3:4)";
  expect(failureReport(error, "\n    at Alerts\n    at Page", address, "Firefox")).toBe(
    "TypeError: no items | /videos/a | at Alerts (page.js:1:2) at render (/page.js:3:4) | at Alerts at Page | Firefox",
  );
});

test("what is thrown need not be an error", () => {
  expect(failureReport("gone", "", { ...address, pathname: "/" }, "Firefox")).toBe("gone | / | Firefox");
});

test("a long stack is cut", () => {
  const stack = Array.from({ length: 100 }, (_, at) => `    at line${at}`).join("\n");
  expect(failureReport("gone", stack, address, "")).not.toContain("line8");
});
