import type { Texts } from "../en";
import { plural } from "./plural";

export const wall: Texts["wall"] = {
  title: "Videowand",
  add: "Ein Video auf die Wand holen",
  addChoice: "Video hinzufügen …",
  startAll: "Alle starten",
  stopAll: "Alle stoppen",
  fullScreen: "Vollbild",
  emptyTitle: "Keine Videos auf der Wand",
  emptyText: (most) =>
    `Oben lassen sich bis zu ${most} Videos hinzufügen. Die Adresse dieser Seite zeigt dann allen dieselbe Wand.`,
  picture: (name) => `Bild von ${name}`,
  start: (name) => `${name} starten`,
  stop: (name) => `${name} stoppen`,
  remove: (name) => `${name} von der Wand nehmen`,
  numbers: (total, inside) => {
    const vehicles = plural(total, { one: "# Fahrzeug", other: "# Fahrzeuge" });
    return inside === null ? vehicles : `${vehicles}, ${inside} im Bereich`;
  },
};
