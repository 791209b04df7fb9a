import { describe, expect, it } from "vitest";
import { wordsOf } from "./words-of-problem";

describe("a problem in the words of the page", () => {
  it("says what is wrong, what to do, and which runbook tells more", () => {
    const facts = { free_bytes: 5_200_000_000, limit_bytes: 1e10 };
    const words = wordsOf({ code: "disk_almost_full", text: "in English", facts });
    expect(words.text).toBe("5.2 GB are free for videos, less than 10.0 GB.");
    expect(words.help).toContain("Delete videos");
    expect(words.runbook).toBe("OnwatchDiskAlmostFull");
  });

  it.each([
    ["bus, sql", "OnwatchBrokerAway"],
    ["catalog.disk", "OnwatchDiskAlmostFull"],
    ["sql", undefined],
  ])("knows the runbook of failed checks: %s", (checks, runbook) => {
    const words = wordsOf({ code: "check_failed", text: "", facts: { service: "catalog", url: "http://catalog:9001", checks } });
    expect(words.text).toBe(`Checks of catalog at http://catalog:9001 fail: ${checks}.`);
    expect(words.runbook).toBe(runbook);
  });

  it("names the process that answers without an address", () => {
    const { text } = wordsOf({ code: "process_not_ready", text: "", facts: { service: "all-in-one" } });
    expect(text).toBe("all-in-one at this process is not ready.");
  });

  it("counts in the singular, too", () => {
    const { text } = wordsOf({ code: "too_few_slots", text: "", facts: { videos_demanded: 2, slots: 1 } });
    expect(text).toBe("2 videos are demanded, and detectors have 1 slot.");
  });

  it("names the command and the runbook for dead letters", () => {
    const words = wordsOf({ code: "dead_letters", text: "", facts: { count: 1, oldest_s: 90 } });
    expect(words.text).toBe("1 dead letter waits.");
    expect(words.help).toContain("onwatch dead-letters list");
    expect(words.runbook).toBe("OnwatchDeadLetters");
  });

  it("shows the sentence of a newer server as it is", () => {
    expect(wordsOf({ code: "something_new", text: "A sentence.", facts: {} })).toEqual({ text: "A sentence." });
  });
});
