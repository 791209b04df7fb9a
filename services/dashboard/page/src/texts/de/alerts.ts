import type { AlertKind } from "../../contract";
import { seconds } from "../../ui/format";
import type { Texts } from "../en";
import { plural } from "./plural";

const vehicles = (count: number) => plural(count, { one: "# Fahrzeug", other: "# Fahrzeuge" });

export const alerts: Texts["alerts"] = {
  title: "Alarme",
  open: (count: number) => `${count} offen`,
  none: "Noch keine Regeln. Eine Regel löst einen Alarm aus, während das Video verarbeitet wird, etwa wenn ein Stau zu lang wird.",
  rules: "Regeln",
  newRule: "Neue Regel",
  editTitle: "Regel bearbeiten",
  edit: "Bearbeiten",
  editOf: (name: string) => `Regel ${name} bearbeiten`,
  delete: "Löschen",
  deleteOf: (name: string) => `Regel ${name} löschen`,
  deleteTitle: (name: string) => `Regel „${name}“ löschen?`,
  deleteText: "Was sie ausgelöst hat, bleibt in der Liste.",
  showMoment: (rule: string, at: string) => `${rule} bei ${at} zeigen`,
  acknowledge: "Bestätigen",
  acknowledgeOf: (rule: string, at: string) => `${rule} bei ${at} bestätigen`,
  acknowledged: (by: string | null) => (by === null ? "Bestätigt" : `Bestätigt von ${by}`),
  isOpen: "hält an",
  until: (at: string) => `bis ${at}`,
  reasons: { over: "vorbei", end_of_video: "Ende des Videos", rule_changed: "Regel geändert", run_discarded: "Lauf verworfen" },
  value: (kind: AlertKind, value: number) => (kind === "stay" || kind === "nothing_seen" ? seconds(value) : vehicles(value)),
  wholePicture: "Ganzes Bild",
  name: "Name der Regel",
  nameMissing: "Geben Sie der Regel einen Namen.",
  kind: "Alarm auslösen, wenn",
  kinds: {
    count: "in einer Zeit viele Fahrzeuge passieren",
    stay: "ein Fahrzeug lange steht oder bleibt",
    queue: "sich Fahrzeuge stauen",
    wrong_direction: "ein Fahrzeug in die falsche Richtung fährt",
    nothing_seen: "lange kein Fahrzeug zu sehen ist",
  },
  place: "Wo",
  direction: "Richtung",
  wrongDirection: "Falsche Richtung",
  bothDirections: "Beide",
  moreThan: "Mehr als (Fahrzeuge)",
  atLeast: "Mindestens (Fahrzeuge)",
  durations: {
    count: "Innerhalb von (Sekunden)",
    stay: "Länger als (Sekunden)",
    queue: "Mindestens so lange (Sekunden)",
    nothing_seen: "Mindestens so lange (Sekunden)",
  },
  onlyStanding: "Nur solange es steht",
  types: "Typen, die zählen",
  clearAfter: "Aufheben, wenn vorbei seit (Sekunden)",
  save: "Regel speichern",
  saved: (name: string) => `Die Regel „${name}“ ist gespeichert.`,
  tryIt: "Am neuesten Lauf ausprobieren",
  trying: "Es wird gezählt …",
  wouldHave: (count: number) =>
    count === 0 ? "Sie hätte nichts ausgelöst." : `Sie hätte ${plural(count, { one: "# Alarm", other: "# Alarme" })} ausgelöst:`,
};
