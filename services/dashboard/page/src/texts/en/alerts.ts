import { seconds } from "../../ui/format";
import type { AlertKind } from "../../contract";
import { plural } from "./plural";

const vehicles = (count: number) => plural(count, { one: "# vehicle", other: "# vehicles" });

/** Alerts of a video, and their rules. */
export const alerts = {
  title: "Alerts",
  open: (count: number) => `${count} open`,
  none: "No rules yet. A rule raises an alert while the video is processed, for example when a queue gets too long.",
  rules: "Rules",
  newRule: "New rule",
  editTitle: "Edit rule",
  edit: "Edit",
  editOf: (name: string) => `Edit rule ${name}`,
  delete: "Delete",
  deleteOf: (name: string) => `Delete rule ${name}`,
  deleteTitle: (name: string) => `Delete rule “${name}”?`,
  deleteText: "What it raised stays in the list.",
  showMoment: (rule: string, at: string) => `Show ${rule} at ${at}`,
  acknowledge: "Acknowledge",
  acknowledgeOf: (rule: string, at: string) => `Acknowledge ${rule} at ${at}`,
  acknowledged: (by: string | null) => (by === null ? "Acknowledged" : `Acknowledged by ${by}`),
  isOpen: "still so",
  until: (at: string) => `until ${at}`,
  reasons: { over: "over", end_of_video: "end of the video", rule_changed: "rule changed", run_discarded: "run discarded" },
  value: (kind: AlertKind, value: number) => (kind === "stay" || kind === "nothing_seen" ? seconds(value) : vehicles(value)),
  wholePicture: "Whole picture",
  name: "Name of the rule",
  nameMissing: "Give the rule a name.",
  kind: "Raise an alert when",
  kinds: {
    count: "many vehicles pass within a time",
    stay: "a vehicle stands or stays for long",
    queue: "there is a queue",
    wrong_direction: "a vehicle goes in the wrong direction",
    nothing_seen: "no vehicle is seen for long",
  },
  place: "Where",
  direction: "Direction",
  wrongDirection: "Wrong direction",
  bothDirections: "Both",
  moreThan: "More than (vehicles)",
  atLeast: "At least (vehicles)",
  durations: {
    count: "Within (seconds)",
    stay: "For more than (seconds)",
    queue: "For at least (seconds)",
    nothing_seen: "For at least (seconds)",
  },
  onlyStanding: "Only while standing still",
  types: "Types that count",
  clearAfter: "Clear when over for (seconds)",
  save: "Save rule",
  saved: (name: string) => `Rule “${name}” is saved.`,
  tryIt: "Try it on the newest run",
  trying: "Counting …",
  wouldHave: (count: number) =>
    count === 0
      ? "It would have raised nothing."
      : `It would have raised ${plural(count, { one: "# alert", other: "# alerts" })}:`,
};
