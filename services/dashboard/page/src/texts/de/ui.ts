import type { Texts } from "../en";

export const ui: Texts["ui"] = {
  cancel: "Abbrechen",
  dismiss: "Schließen",
  tryAgain: "Erneut versuchen",
  reload: "Seite neu laden",
  partNotLoaded: "Dieser Teil konnte nicht geladen werden",
  partNotLoadedText: "Der Server antwortet nicht oder hat eine neuere Seite.",
  failed: (part: string) => `${part}: Dieser Teil ist ausgefallen`,
  pageFailed: "Diese Seite ist ausgefallen",
  failedText: "Ein Fehler der Seite, nicht Ihrer Videos oder Zahlen. Bitte melden Sie ihn mit dem Text unten.",
  report: "Text für die Meldung",
  language: "Sprache",
  theme: "Farbschema",
  themes: { system: "Wie das System", light: "Hell", dark: "Dunkel" },
  saveFirst: "Speichern oder verwerfen Sie erst Ihre Änderungen: Eine andere Sprache öffnet die Seite neu.",
  vehicleType: {
    car: "Pkw",
    truck: "Lkw",
    bus: "Bus",
    motorcycle: "Motorrad",
    bicycle: "Fahrrad",
    vehicle: "Fahrzeug",
  },
  vehicleTypes: {
    car: "Pkw",
    truck: "Lkw",
    bus: "Busse",
    motorcycle: "Motorräder",
    bicycle: "Fahrräder",
    vehicle: "Fahrzeuge",
  },
};
