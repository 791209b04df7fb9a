import { beforeEach, expect, it } from "vitest";
import { answerIn, keepAskedFor, takeAnswer } from "./provider-answer";

const CODE = { state: "s", code: "c", error: null, error_description: null, iss: null };

let kept: Map<string, string>;
const memory = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};

beforeEach(() => {
  kept = new Map();
});

it.each([
  ["/login", "?state=s&code=c", CODE],
  ["/login", "?code=c&state=s&iss=https%3A%2F%2Fsso.example&session_state=x", { ...CODE, iss: "https://sso.example" }],
  [
    "/login",
    "?state=s&error=access_denied&error_description=No+way",
    { ...CODE, code: null, error: "access_denied", error_description: "No way" },
  ],
  ["/login", "?code=c", null],
  ["/login", "", null],
  ["/videos/a", "?state=s&code=c", null],
])("%s%s has the answer %j", (pathname, search, answer) => {
  expect(answerIn({ pathname, search })).toEqual(answer);
});

function taken(search: string): { answer: unknown; replaced: string[] } {
  const replaced: string[] = [];
  const answer = takeAnswer({ pathname: "/login", search }, memory, (path) => replaced.push(path));
  return { answer, replaced };
}

it("goes on at the page that was asked for, once", () => {
  keepAskedFor({ pathname: "/videos/a", search: "?t=3" }, memory);

  expect(taken("?state=s&code=c")).toEqual({ answer: CODE, replaced: ["/videos/a?t=3"] });
  expect(taken("?state=s&code=c")).toEqual({ answer: CODE, replaced: ["/login"] });
});

it("forgets the page of an earlier login that was not finished", () => {
  keepAskedFor({ pathname: "/videos/a", search: "" }, memory);
  keepAskedFor({ pathname: "/login", search: "" }, memory);

  expect(taken("?state=s&code=c").replaced).toEqual(["/login"]);
});

it("leaves an address without an answer alone", () => {
  expect(taken("?next=/videos")).toEqual({ answer: null, replaced: [] });
});
