import type { SystemProblem } from "../contract";
import { texts } from "../texts";
import { bytes, duration } from "../ui/format";

export interface Words {
  text: string;
  /** What to do. */
  help?: string;
  /** The part of docs/runbooks.md, which has the name of the alert. */
  runbook?: string | undefined;
}

const RUNBOOKS_OF_CHECKS: Record<string, string> = { bus: "OnwatchBrokerAway", disk: "OnwatchDiskAlmostFull" };

/** In the language of the page; of a problem that this page does not know, the server's own sentence. */
export function wordsOf({ code, text, facts }: SystemProblem): Words {
  const of = (name: string): string => String(facts[name] ?? "?");
  const count = (name: string): number => Number(facts[name]);
  const url = String(facts.url ?? texts.status.thisProcess);
  const words = texts.status.problems;
  switch (code) {
    case "process_not_reached":
      return { text: words.processNotReached(url, of("failure")), help: words.processNotReachedHelp };
    case "check_failed":
      return {
        text: words.checkFailed(of("service"), url, of("checks")),
        help: words.checkFailedHelp,
        runbook: runbookOf(of("checks")),
      };
    case "process_not_ready":
      return { text: words.processNotReady(of("service"), url), help: words.processNotReadyHelp };
    case "versions_differ":
      return { text: words.versionsDiffer(of("versions")), help: words.versionsDifferHelp };
    case "too_few_slots":
      return {
        text: words.tooFewSlots(count("videos_demanded"), count("slots")),
        help: words.tooFewSlotsHelp,
        runbook: "OnwatchNoFreeDetector",
      };
    case "dead_letters":
      return {
        text: words.deadLetters(count("count")),
        help: words.deadLettersHelp,
        runbook: "OnwatchDeadLetters",
      };
    case "outbox_blocked":
      return {
        text: words.outboxBlocked(duration(count("blocked_s"))),
        help: words.outboxBlockedHelp,
        runbook: "OnwatchOutboxBlocked",
      };
    case "disk_almost_full":
      return {
        text: words.diskAlmostFull(bytes(count("free_bytes")), bytes(count("limit_bytes"))),
        help: words.diskAlmostFullHelp,
        runbook: "OnwatchDiskAlmostFull",
      };
    case "runs_inconsistent":
      return {
        text: words.runsInconsistent(count("count")),
        help: words.runsInconsistentHelp,
        runbook: "OnwatchRunsInconsistent",
      };
    default:
      return { text };
  }
}

/** Checks are "bus, sql"; of the one-process mode "gateway.bus, catalog.sql". */
function runbookOf(checks: string): string | undefined {
  const names = checks.split(", ").map((check) => check.split(".").at(-1)!);
  return names.map((name) => RUNBOOKS_OF_CHECKS[name]).find(Boolean);
}
