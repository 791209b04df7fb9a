import { expect, it } from "vitest";
import { wordsOfProblem } from "./words-of-problem";

it("explains that no host is allowed, and to whom to turn", () => {
  const words = wordsOfProblem({ code: "downloads_off", detail: "A sentence of the server." });
  expect(words).toContain("No host is allowed");
  expect(words).toContain("ONWATCH_CATALOG_DOWNLOAD_HOSTS");
});

it("keeps what only the server knows", () => {
  const detail = "The video could not be fetched: the answer was 404.";
  expect(wordsOfProblem({ code: "download_failed", detail })).toContain("the answer was 404");
});

it("shows what it does not know as it is", () => {
  expect(wordsOfProblem({ code: "brand_new", detail: "As it is." })).toBe("As it is.");
  expect(wordsOfProblem({ code: "toString", detail: "No text of ours." })).toBe("No text of ours.");
});
