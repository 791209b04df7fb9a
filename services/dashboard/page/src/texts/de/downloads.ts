import type { Texts } from "../en";
import { plural } from "./plural";

export const downloads: Texts["downloads"] = {
  title: "Von Adressen",
  button: "Von einer Adresse",
  dialogTitle: "Video von einer Adresse (URL)",
  dialogText: "Onwatch holt die Datei selbst, auch nachdem diese Seite geschlossen ist.",
  url: "Adresse (URL)",
  urlHint: "Einer Videodatei, etwa https://nvr.example/clip.mp4, auf einem Host, den diese Installation erlaubt.",
  urlMissing: "Die Adresse fehlt.",
  name: "Name",
  nameHint: "Ohne Namen heißt das Video wie seine Datei.",
  fetch: "Video holen",
  list: "Videos von Adressen",
  finishedOf: (finished, of) => `${finished} von ${plural(of, { one: "# Adresse", other: "# Adressen" })} geholt`,
  progressOf: (name) => `${name} wird geholt`,
  starting: "Beginnt …",
  waiting: "Wartet auf andere …",
  received: (size) => `${size} empfangen`,
  checking: "Empfangen. Die Datei wird geprüft …",
  cancelling: "Wird abgebrochen …",
  notCancelled: (reason) => `Das Abbrechen ist fehlgeschlagen. ${reason}`,
  failed: "Das Video konnte nicht geholt werden.",
  problems: {
    downloads_off: () =>
      "Kein Host ist erlaubt: Diese Installation holt nichts von Adressen. Wer sie betreibt, führt Hosts in ONWATCH_CATALOG_DOWNLOAD_HOSTS auf. Laden Sie die Datei stattdessen hoch.",
    invalid_download_url: (detail) => `Das ist keine gültige Adresse. ${detail}`,
    download_host_not_allowed: (detail) =>
      `Dieser Host ist nicht erlaubt; wer diese Installation betreibt, kann ihn aufnehmen. ${detail}`,
    download_redirect_refused: (detail) => `Die Adresse leitet dorthin um, wo nichts geholt werden darf. ${detail}`,
    download_failed: (detail) => `Das Video konnte nicht geholt werden. ${detail}`,
    download_too_slow: (detail) => `Das Video kam nicht rechtzeitig an. ${detail}`,
    download_not_found: () =>
      "Dieser Vorgang ist nicht mehr bekannt: Jemand hat ihn abgebrochen, oder Onwatch wurde neu gestartet. Nichts davon ist übrig.",
    too_many_downloads: () => "Es werden zu viele Videos geholt. Versuchen Sie es erneut, wenn einige davon fertig sind.",
    upload_too_large: (detail) => `Die Datei ist zu groß. ${detail}`,
    storage_full: (detail) => `Der Speicher ist voll. ${detail}`,
    storage_quota_exceeded: (detail) => `Der Platz für Videos reicht nicht. ${detail}`,
    empty_file: () => "Die Datei an dieser Adresse ist leer.",
    not_a_video: (detail) => `An dieser Adresse ist kein lesbares Video. ${detail}`,
    folder_not_found: () => "Der Ordner wurde gelöscht. Wählen Sie einen anderen.",
  },
};
