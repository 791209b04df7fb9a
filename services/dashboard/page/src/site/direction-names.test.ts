import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { chooseLanguage } from "../texts";
import { directionName, storedDirectionName } from "./direction-names";

beforeEach(async () => {
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("navigator", { languages: [] });
  await chooseLanguage("de");
});

afterEach(async () => {
  await chooseLanguage("en");
  vi.unstubAllGlobals();
});

it("shows a direction that nobody named by a word of the page, and stores it as it was", () => {
  expect(["forward", "backward"].map(directionName)).toEqual(["vorwärts", "rückwärts"]);
  expect(["vorwärts", "rückwärts"].map(storedDirectionName)).toEqual(["forward", "backward"]);
});

it("keeps a name that was given", () => {
  expect(directionName("into town")).toBe("into town");
  expect(storedDirectionName("into town")).toBe("into town");
});
