import type { Texts } from "../en";

export const report: Texts["report"] = {
  title: "Verkehrszählung",
  printed: "Gedruckt",
  keyNumbers: "Zählbereich",
  allTypes: "Alle",
  place: "Zone oder Zähllinie",
  placesByType: "Zonen und Zähllinien, nach Typ",
  dwell: "Ø Dauer",
  countsEvery: (interval) => `Zahlen ${interval}`,
  intervalsShown: (shown, of) => `Die ersten ${shown} von ${of} Intervallen; alle stehen in den CSV- und XLSX-Dateien.`,
  longerIntervals: (chosen) => `Die Tabelle „${chosen}“ ist zu lang für dieses Blatt; sie steht in den CSV- und XLSX-Dateien.`,
  morePlaces: (count) => `${count} weitere stehen in den CSV- und XLSX-Dateien.`,
  inFiles: "Jedes Fahrzeug, die Ströme und alles nach Typ, Ort und Intervall stehen in den CSV- und XLSX-Dateien dieses Videos.",
  checkedBy: "Geprüft von",
  dateSigned: "Datum, Unterschrift",
};
