import type { Texts } from "../en";

export const app: Texts["app"] = {
  title: "Onwatch",
  titleOf: (page) => `${page} · Onwatch`,
  skipToContent: "Zum Inhalt",
  brand: "Onwatch: alle Videos",
  allVideos: "Alle Videos",
  navigation: "Seiten",
  videos: "Videos",
  api: "API",
  apiText: "Was Programme von diesem System erfragen können. Anfragen, die Sie hier ausprobieren, haben Ihre Rechte und wirken.",
  apiFile: "Als OpenAPI herunterladen",
  pageNotFound: "Diese Seite gibt es nicht",
  connection: { connecting: "Verbinden …", open: "Verbunden", lost: "Neu verbinden …" },
  notDeleted: (name, reason) => `„${name}“ wurde nicht gelöscht. ${reason}`,
  rateSaved: "Bildrate gespeichert. Sie gilt ab dem nächsten Start.",
  unreachable: "Onwatch antwortet nicht. Prüfen Sie, ob es läuft.",
  withoutReason: (status) => `Der Server hat ohne Begründung mit ${status} geantwortet.`,
};
