import type { Texts } from "../en";
import { plural } from "./plural";

const videos = (count: number) => plural(count, { one: "# Video", other: "# Videos" });

export const folders: Texts["folders"] = {
  title: "Ordner",
  folder: "Ordner",
  intro: "Ein Video liegt in einem Ordner oder in keinem. Konten, Tokens und Links lassen sich auf Ordner beschränken.",
  noFolders: "Es gibt noch keine Ordner.",
  all: "Alle Ordner",
  none: "In keinem Ordner",
  withCount: (name, count) => `${name} (${count})`,
  count: (count) => plural(count, { one: "# Ordner", other: "# Ordner" }),
  named: (name) => `Ordner ${name}`,
  name: "Name des neuen Ordners",
  newFolder: "Neuer Ordner",
  add: "Anlegen",
  empty: "Dieser Ordner ist leer",
  emptyText:
    "Legen Sie Videos hier ab, um sie hineinzuladen, oder wählen Sie Videos eines anderen Ordners und verschieben Sie sie.",
  move: "Verschieben",
  moveTitle: (count) => `${videos(count)} verschieben`,
  moveText: "Wer auf Ordner beschränkt ist, sieht die Videos, die jetzt darin liegen.",
  moved: (count, into) =>
    into === null ? `${videos(count)} aus allen Ordnern genommen.` : `${videos(count)} nach „${into}“ verschoben.`,
  deleteText: "Der Ordner ist leer. Kein Video wird gelöscht. Wer auf diesen Ordner beschränkt ist, sieht nichts mehr davon.",
  notEmptyTitle: (name) => `„${name}“ ist nicht leer`,
  notEmptyText: (count) =>
    `Er enthält ${videos(count)}. Verschieben Sie sie zuerst in einen anderen Ordner: Mit einem Ordner werden keine Videos gelöscht.`,
  dropInto: (name) => `Zum Hochladen nach „${name}“ ablegen`,
  chooseFirst: "Wählen Sie zuerst den Ordner, in den die Videos kommen.",
  limitHint: "Die Videos in diesen Ordnern, auch später hinzukommende, und die unten gewählten Videos:",
};
